//! Organisations.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use super::input::{Input, Params, present};
use super::page::Part;
use crate::app::App;
use crate::auth::{OrganisationAccess, SignedIn};
use crate::domain::organisation::{members, organisations};
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::slug::Slug;
use crate::error::Error;
use crate::permission::Role;
use crate::views::organisations::{MyOrganisation, Organisation};
use crate::views::{self, Page};

const TAG: &str = "Organisations";

/// List my organisations
///
/// Oldest first, with the role in each.
#[utoipa::path(get, path = "/api/orgs", operation_id = "list_organisations", tag = TAG, params(Part),
    responses((status = 200, description = "The user's organisations.", body = Page<MyOrganisation>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    Params(part): Params<Part>,
) -> Result<Json<Page<MyOrganisation>>, Error> {
    let request = part.request()?;
    Ok(Json(views::organisations::of_user(app.db.read(), by.id, &request).await?))
}

/// A new organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Acme Labs", "slug": "acme-labs"}))]
pub struct NewOrganisation {
    name: DisplayName,
    /// Default: made from the name.
    slug: Option<Slug>,
}

/// Create an organisation
///
/// The user becomes its admin.
#[utoipa::path(post, path = "/api/orgs", operation_id = "create_organisation", tag = TAG, request_body = NewOrganisation,
    responses(
        (status = 201, description = "The organisation.", body = MyOrganisation),
        (status = 409, description = "The slug is taken (`slug_taken`), or the user is a member of as many organisations as may be (`too_many_organisations`)."),
    ))]
pub async fn create(
    State(app): State<App>,
    SignedIn { by, actor }: SignedIn,
    Input(input): Input<NewOrganisation>,
) -> Result<impl IntoResponse, Error> {
    let write = app.write(&actor).await?;
    let (row, _) = organisations::create(&write, &input.name, input.slug, Some(by.id)).await?;
    write.commit().await?;
    let location = [(LOCATION, format!("/api/orgs/{}", row.id))];
    let made = MyOrganisation { organisation: (&row).into(), role: Role::Admin };
    Ok((StatusCode::CREATED, location, Json(made)))
}

/// Show an organisation
#[utoipa::path(get, path = "/api/orgs/{org}", operation_id = "show_organisation", tag = TAG,
    responses((status = 200, description = "The organisation.", body = Organisation)))]
pub async fn show(access: OrganisationAccess) -> Json<Organisation> {
    Json((&access.organisation).into())
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
}

/// Rename an organisation
#[utoipa::path(patch, path = "/api/orgs/{org}", operation_id = "update_organisation", tag = TAG, request_body = OrganisationUpdate,
    responses(
        (status = 200, description = "The organisation as it is now.", body = Organisation),
        (status = 409, description = "The slug is taken (`slug_taken`)."),
    ))]
pub async fn update(
    State(app): State<App>,
    access: OrganisationAccess,
    Input(input): Input<OrganisationUpdate>,
) -> Result<Json<Organisation>, Error> {
    let write = app.write(&access.actor).await?;
    let row = members::lock(&write, access.organisation.id).await?;
    let row = organisations::update(&write, row, input.name, input.slug).await?;
    write.commit().await?;
    Ok(Json((&row).into()))
}

/// Delete an organisation
///
/// With its memberships and keys, at once. Its audit events stay.
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
/// The last admin cannot: make somebody else admin first.
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
