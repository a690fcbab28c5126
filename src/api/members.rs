//! The members of an organisation.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::conditions::{ETag, IfMatch, IfNoneMatch, tagged};
use super::filters::MemberQuery;
use super::input::{Input, PathId};
use super::page::{Asked, Listed, Page, Part};
use crate::app::App;
use crate::auth::OrganisationAccess;

use crate::domain::organisation::members;
use crate::error::{Error, both};
use crate::id::UserId;
use crate::permission::Role;
use crate::views;
use crate::views::members::Member;

const TAG: &str = "Members";

/// List the members
///
/// In the order in which they joined.
#[utoipa::path(get, path = "/api/orgs/{org}/members", operation_id = "list_members", tag = TAG,
    params(MemberQuery, Part),
    responses((status = 200, description = "The members.", body = Page<Member>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    asked: Asked<MemberQuery>,
) -> Result<Listed<Member>, Error> {
    let organisation = access.organisation.id;
    let (filter, list) = both(asked.filter.filter(), asked.of(&app, "members", organisation))?;
    Ok(list.answer(views::members::list(app.db.read(), organisation, &filter, &list.request).await?))
}

/// Show a member
#[utoipa::path(get, path = "/api/orgs/{org}/members/{user_id}", operation_id = "show_member", tag = TAG,
    params(IfNoneMatch, ("user_id" = UserId, Path, description = "The member.")),
    responses((status = 200, description = "The member.", body = Member)))]
pub async fn show(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
    known: IfNoneMatch,
) -> Result<Response, Error> {
    known.answer(views::members::find(app.db.read(), access.organisation.id, id).await?)
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
#[utoipa::path(patch, path = "/api/orgs/{org}/members/{user_id}", operation_id = "change_role", tag = TAG, request_body = RoleChange,
    params(IfMatch, ("user_id" = UserId, Path, description = "The member.")),
    responses(
        (status = 200, description = "The member as it is now.", body = Member),
        (status = 409, description = "It is the last admin (`last_admin`)."),
    ))]
pub async fn change_role(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
    read: IfMatch,
    Input(input): Input<RoleChange>,
) -> Result<Response, Error> {
    if members::manages_members(input.role) {
        access.principal.check_fresh(&app)?;
    }
    let granter = access.user()?.id;
    let write = app.write(&access.actor).await?;
    let organisation = access.organisation.id;
    members::lock(&write, organisation).await?;
    read.check(&ETag::of(&views::members::find(&write, organisation, id).await?)?)?;
    members::change_role(&write, organisation, Some(granter), id, input.role).await?;
    let shown = views::members::find(&write, organisation, id).await?;
    write.commit().await?;
    tagged(&ETag::of(&shown)?, shown)
}

/// Remove a member
///
/// Once more changes nothing and answers the same.
#[utoipa::path(delete, path = "/api/orgs/{org}/members/{user_id}", operation_id = "remove_member", tag = TAG,
    params(("user_id" = UserId, Path, description = "The member.")),
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
#[utoipa::path(delete, path = "/api/orgs/{org}/members/{user_id}/sessions", operation_id = "end_member_sessions", tag = TAG,
    params(("user_id" = UserId, Path, description = "The member.")),
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
