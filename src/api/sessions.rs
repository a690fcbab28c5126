//! The signed-in user's sessions.

use axum::extract::State;
use axum::http::StatusCode;

use super::input::PathId;
use super::page::{Asked, Listed, Page, Part};
use crate::app::App;
use crate::auth::SignedIn;

use crate::domain::account::users;
use crate::domain::session::sessions;
use crate::error::Error;
use crate::id::SessionId;
use crate::views;
use crate::views::sessions::Session;

const TAG: &str = "Account";

/// List my sessions
#[utoipa::path(get, path = "/api/auth/sessions", operation_id = "list_sessions", tag = TAG, params(Part),
    responses((status = 200, description = "The sessions.", body = Page<Session>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    asked: Asked,
) -> Result<Listed<Session>, Error> {
    let list = asked.of(&app, "sessions", by.id)?;
    let now = app.now();
    let within = (now - app.config.longest_session(), now);
    let (db, current) = (app.db.read(), by.session_id());
    Ok(list.answer(views::sessions::list(db, by.id, current, within, &list.request).await?))
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
/// `insufficient_user_authentication`. Once more changes nothing and answers the same.
#[utoipa::path(delete, path = "/api/auth/sessions/{session_id}", operation_id = "end_session", tag = TAG,
    params(("session_id" = SessionId, Path, description = "The session.")),
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
