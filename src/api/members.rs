//! The members of an organisation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sea_orm::EntityTrait as _;
use serde::Deserialize;
use utoipa::ToSchema;

use super::input::{Input, Params, PathId};
use super::page::Part;
use crate::app::App;
use crate::auth::OrganisationAccess;

use crate::domain::organisation::members;
use crate::entity::user;
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;
use crate::views::members::Member;
use crate::views::{self, Page};

const TAG: &str = "Members";

/// List the members
///
/// In the order in which their accounts were made.
#[utoipa::path(get, path = "/api/orgs/{org}/members", operation_id = "list_members", tag = TAG,
    params(Part),
    responses((status = 200, description = "The members.", body = Page<Member>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    Params(part): Params<Part>,
) -> Result<Json<Page<Member>>, Error> {
    let request = part.request()?;
    Ok(Json(views::members::list(app.db.read(), access.organisation.id, &request).await?))
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
    params(("user" = UserId, Path, description = "The member.")),
    responses(
        (status = 200, description = "The member as it is now.", body = Member),
        (status = 409, description = "It is the last admin (`last_admin`)."),
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
    Ok(Json(Member::new(&membership, &user)))
}

/// Remove a member
#[utoipa::path(delete, path = "/api/orgs/{org}/members/{user}", operation_id = "remove_member", tag = TAG,
    params(("user" = UserId, Path, description = "The member.")),
    responses(
        (status = 204, description = "The user is no member any more."),
        (status = 409, description = "It is the last admin (`last_admin`)."),
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
    params(("user" = UserId, Path, description = "The member.")),
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
