//! The members of an organisation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Input, Params, PathId};
use super::page::{Page, Part};
use super::shapes::UserSummary;
use crate::app::App;
use crate::auth::OrganisationAccess;

use crate::domain::members;
use crate::entity::{membership, user};
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;

const TAG: &str = "Members";

/// A user in an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    user: UserSummary,
    role: Role,
    /// A disabled account cannot sign in.
    disabled: bool,
    joined_at: DateTime<Utc>,
}

fn show(membership: &membership::Model, user: &user::Model) -> Member {
    Member {
        user: user.into(),
        role: membership.role,
        disabled: user.disabled_at.is_some(),
        joined_at: membership.created_at,
    }
}

/// List the members
///
/// In the order in which their accounts were made.
#[utoipa::path(get, path = "/api/orgs/{org}/members", operation_id = "list_members", tag = TAG,
    params(("org" = String, Path, description = "Slug or id.", example = "acme"), Part),
    responses((status = 200, description = "The members.", body = Page<Member>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    Params(part): Params<Part>,
) -> Result<Json<Page<Member>>, Error> {
    let limit = part.limit()?;
    let mut select = membership::Entity::in_organisation(access.organisation.id)
        .find_also_related(user::Entity)
        .order_by_asc(membership::Column::UserId)
        .limit(limit + 1);
    if let Some(after) = part.after::<UserId>()? {
        select = select.filter(membership::COLUMN.user_id.gt(after));
    }
    let rows = select.all(app.db.read()).await?;
    let rows = rows.into_iter().filter_map(|(membership, user)| Some((membership, user?))).collect();
    Ok(Json(Page::new(
        rows,
        limit,
        |(membership, _)| membership.user_id.to_string(),
        |(membership, user)| show(&membership, &user),
    )))
}

/// The new role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "viewer"}))]
pub struct RoleChange {
    role: Role,
}

/// Change a member's role
///
/// Making an admin asks for a recent proof of who the user is, else 401 `insufficient_user_authentication`.
#[utoipa::path(patch, path = "/api/orgs/{org}/members/{user}", operation_id = "change_role", tag = TAG, request_body = RoleChange,
    params(("org" = String, Path, description = "Slug or id.", example = "acme"), ("user" = UserId, Path, description = "The member.")),
    responses(
        (status = 200, description = "The member as it is now.", body = Member),
        (status = 409, description = "It is the last admin.", body = crate::error::Problem, content_type = "application/problem+json"),
    ))]
pub async fn change_role(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
    Input(input): Input<RoleChange>,
) -> Result<Json<Member>, Error> {
    if members::manages_members(input.role) {
        access.principal.check_fresh(&app)?;
    }
    let granter = access.user()?.id;
    let write = app.write(&access.actor).await?;
    let membership =
        members::change_role(&write, access.organisation.id, Some(granter), id, input.role).await?;
    let user = user::Entity::find_by_id(id).one(&write).await?.ok_or(Error::NotFound)?;
    write.commit().await?;
    Ok(Json(show(&membership, &user)))
}

/// Remove a member
#[utoipa::path(delete, path = "/api/orgs/{org}/members/{user}", operation_id = "remove_member", tag = TAG,
    params(("org" = String, Path, description = "Slug or id.", example = "acme"), ("user" = UserId, Path, description = "The member.")),
    responses(
        (status = 204, description = "The user is no member any more."),
        (status = 409, description = "It is the last admin.", body = crate::error::Problem, content_type = "application/problem+json"),
    ))]
pub async fn remove(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
) -> Result<StatusCode, Error> {
    let write = app.write(&access.actor).await?;
    members::remove(&write, access.organisation.id, id).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a member's sessions
///
/// On every device, but in this organisation alone: for an account that may be in foreign hands. Cookies, access tokens,
/// refresh tokens and sockets of sessions that began before get 401 `session_ended_here` in this organisation; the
/// member signs in again. Other organisations do not notice. HTTP Basic and API keys have no sessions: they go on.
#[utoipa::path(delete, path = "/api/orgs/{org}/members/{user}/sessions", operation_id = "end_member_sessions", tag = TAG,
    params(("org" = String, Path, description = "Slug or id.", example = "acme"), ("user" = UserId, Path, description = "The member.")),
    responses((status = 204, description = "They are ended here.")))]
pub async fn end_sessions(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
) -> Result<StatusCode, Error> {
    let write = app.write(&access.actor).await?;
    members::end_sessions(&write, access.organisation.id, id).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
