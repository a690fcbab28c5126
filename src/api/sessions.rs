//! The signed-in user's sessions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::input::{Params, PathId};
use super::page::{Page, Part};
use crate::app::App;
use crate::auth::SignedIn;

use crate::domain::{sessions, users};
use crate::entity::session;
use crate::error::Error;
use crate::id::SessionId;

const TAG: &str = "Account";

/// A session: one sign-in on one device.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    id: SessionId,
    /// Whether it is the one that asks; none is, by HTTP Basic.
    current: bool,
    /// Where the user signed in from.
    #[schema(example = "203.0.113.7")]
    ip: Option<String>,
    #[schema(example = "Mozilla/5.0 …")]
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    /// A few seconds late.
    last_seen_at: DateTime<Utc>,
}

/// List my sessions
///
/// Newest first.
#[utoipa::path(get, path = "/api/auth/sessions", operation_id = "list_sessions", tag = TAG, params(Part),
    responses((status = 200, description = "The sessions.", body = Page<Session>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    Params(part): Params<Part>,
) -> Result<Json<Page<Session>>, Error> {
    let limit = part.limit()?;
    let oldest = app.now() - app.config.longest_session();
    let mut select = session::Entity::of_user(by.id)
        .filter(session::COLUMN.created_at.gt(oldest))
        .filter(session::Entity::not_over(app.now()))
        .order_by_desc(session::Column::Id)
        .limit(limit + 1);
    if let Some(after) = part.after::<SessionId>()? {
        select = select.filter(session::COLUMN.id.lt(after));
    }
    let rows = select.all(app.db.read()).await?;
    let show = |row: session::Model| Session {
        id: row.id,
        current: Some(row.id) == by.session_id(),
        ip: row.ip,
        user_agent: row.user_agent,
        created_at: row.created_at,
        last_seen_at: row.seen_at,
    };
    Ok(Json(Page::new(rows, limit, |row| row.id.to_string(), show)))
}

/// End my other sessions
///
/// All of them, if it is asked for by HTTP Basic, which has none of its own.
#[utoipa::path(delete, path = "/api/auth/sessions", operation_id = "end_other_sessions", tag = TAG,
    responses((status = 204, description = "They are ended; this one goes on.")))]
pub async fn end_others(
    State(app): State<App>,
    SignedIn { by, actor }: SignedIn,
) -> Result<StatusCode, Error> {
    let write = app.write(&actor).await?;
    users::sign_out_everywhere(&write, by.id, by.session_id()).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of my sessions
///
/// Another one than that which asks: only with a recent proof of who the user is, else 401
/// `insufficient_user_authentication`.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", operation_id = "end_session", tag = TAG,
    params(("id" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "It is ended.")))]
pub async fn end(
    State(app): State<App>,
    SignedIn { by, actor }: SignedIn,
    PathId(id): PathId<SessionId>,
) -> Result<StatusCode, Error> {
    if by.session_id() != Some(id) {
        by.check_fresh(&app)?;
    }
    let write = app.write(&actor).await?;
    sessions::end(&write, by.id, id).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
