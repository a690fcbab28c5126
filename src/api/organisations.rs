//! Organisations.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::conditions::{ETag, IfMatch, IfNoneMatch, tagged};
use super::filters::OrganisationQuery;
use super::input::{Input, present};
use super::page::{Asked, Listed, Page, Part};
use crate::app::App;
use crate::auth::{OrganisationAccess, SignedIn};
use crate::domain::organisation::{members, organisations};
use crate::domain::values::change::Change;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::external_id::ExternalId;
use crate::domain::values::labels::{LabelChanges, NewLabels};
use crate::domain::values::metadata::{MetadataPatch, NewMetadata};
use crate::domain::values::slug::Slug;
use crate::error::Error;
use crate::http::Answering;
use crate::permission::Role;
use crate::views;
use crate::views::organisations::{MyOrganisation, Organisation};

const TAG: &str = "Organisations";

/// List my organisations
///
/// In the order in which they were made, with the role in each.
#[utoipa::path(get, path = "/api/orgs", operation_id = "list_organisations", tag = TAG, params(OrganisationQuery, Part),
    responses((status = 200, description = "The user's organisations.", body = Page<MyOrganisation>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    asked: Asked<OrganisationQuery>,
) -> Result<Listed<MyOrganisation>, Error> {
    let list = asked.of(&app, "organisations", by.id)?;
    let external_id = asked.filter.external_id();
    Ok(list.answer(views::organisations::of_user(app.db.read(), by.id, external_id, &list.request).await?))
}

/// A new organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Acme Labs", "slug": "acme-labs"}))]
pub struct NewOrganisation {
    name: DisplayName,
    /// Default: made from the name.
    slug: Option<Slug>,
    /// What the integrator's own system calls it. No other organisation of this server may have the same.
    #[serde(default)]
    external_id: Option<ExternalId>,
    #[serde(default)]
    metadata: Option<NewMetadata>,
}

/// Create an organisation
///
/// The user becomes its admin.
#[utoipa::path(post, path = "/api/orgs", operation_id = "create_organisation", tag = TAG, request_body = NewOrganisation,
    responses(
        (status = 201, description = "The organisation.", body = MyOrganisation),
        (status = 409, description = "The slug is taken (`slug_taken`), another organisation has the external id (`external_id_taken`), or the user is a member of as many organisations as may be (`too_many_organisations`)."),
    ))]
pub async fn create(
    State(app): State<App>,
    SignedIn { by, actor }: SignedIn,
    answering: Answering,
    Input(input): Input<NewOrganisation>,
) -> Result<Response, Error> {
    let write = app.write(&actor).await?;
    let labels = NewLabels { external_id: input.external_id, metadata: input.metadata };
    let (row, _) =
        organisations::create_labelled(&write, &input.name, input.slug, Some(by.id), labels).await?;
    let (organisation, joined_at) = ((&row).into(), row.created_at);
    let made = MyOrganisation { organisation, role: Role::Admin, joined_at };
    let location = [(LOCATION, format!("/api/orgs/{}", row.id))];
    answering.commit(write, (StatusCode::CREATED, location, Json(made))).await
}

/// Show an organisation
#[utoipa::path(get, path = "/api/orgs/{org}", operation_id = "show_organisation", tag = TAG, params(IfNoneMatch),
    responses((status = 200, description = "The organisation.", body = Organisation)))]
pub async fn show(access: OrganisationAccess, known: IfNoneMatch) -> Result<Response, Error> {
    known.answer(Organisation::from(&access.organisation))
}

/// What is to change. A member that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Acme"}))]
pub struct OrganisationUpdate {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    name: Option<DisplayName>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    slug: Option<Slug>,
    /// What the integrator's own system calls it. Null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<ExternalId>)]
    external_id: Change<ExternalId>,
    /// Null takes all of it away.
    #[serde(default)]
    #[schema(value_type = Option<MetadataPatch>)]
    metadata: Change<MetadataPatch>,
}

/// Change an organisation
///
/// Name, slug, and what the integrator's own system keeps of it.
#[utoipa::path(patch, path = "/api/orgs/{org}", operation_id = "update_organisation", tag = TAG, request_body = OrganisationUpdate,
    params(IfMatch),
    responses(
        (status = 200, description = "The organisation as it is now.", body = Organisation),
        (status = 409, description = "The slug is taken (`slug_taken`), or another organisation has the external id (`external_id_taken`)."),
    ))]
pub async fn update(
    State(app): State<App>,
    access: OrganisationAccess,
    read: IfMatch,
    Input(input): Input<OrganisationUpdate>,
) -> Result<Response, Error> {
    let write = app.write(&access.actor).await?;
    let row = members::lock(&write, access.organisation.id).await?;
    read.check(&ETag::of(&Organisation::from(&row))?)?;
    let changes = LabelChanges { external_id: input.external_id, metadata: input.metadata };
    let row = organisations::update(&write, row, input.name, input.slug, &changes).await?;
    write.commit().await?;
    let shown = Organisation::from(&row);
    tagged(&ETag::of(&shown)?, shown)
}

/// Delete an organisation
///
/// With its memberships and keys, at once. Its audit events stay. Once more: 404, because it does not exist any more.
#[utoipa::path(delete, path = "/api/orgs/{org}", operation_id = "delete_organisation", tag = TAG,
    responses((status = 204, description = "It is gone.")))]
pub async fn delete(State(app): State<App>, access: OrganisationAccess) -> Result<StatusCode, Error> {
    let write = app.write(&access.actor).await?;
    organisations::delete(&write, &access.organisation).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave an organisation
///
/// The last admin cannot: make another member admin first.
#[utoipa::path(post, path = "/api/orgs/{org}/leave", operation_id = "leave_organisation", tag = TAG,
    responses(
        (status = 204, description = "The user is no member any more."),
        (status = 409, description = "The user is the last admin (`last_admin`)."),
    ))]
pub async fn leave(State(app): State<App>, access: OrganisationAccess) -> Result<StatusCode, Error> {
    let user = access.user()?.id;
    let write = app.write(&access.actor).await?;
    members::remove(&write, access.organisation.id, user).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
