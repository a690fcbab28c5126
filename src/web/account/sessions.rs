//! My sessions.

use askama::Template;
use axum::response::Response;

use crate::auth::SignedIn;
use crate::clock::Timestamp;
use crate::domain::account::users;
use crate::domain::session::sessions;
use crate::error::Error;
use crate::http::input::PathId;
use crate::http::{Flash, filters};
use crate::id::SessionId;
use crate::views;
use crate::views::sessions::Session;
use crate::web::device::device;
use crate::web::list::{Asked, List};
use crate::web::visit::Visit;

const SESSIONS: &str = "/account/sessions";

#[derive(Template)]
#[template(path = "pages/account/sessions.html")]
struct SessionsPage {
    rows: Vec<Row>,
    /// Whether there is no other one.
    only: bool,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/account/end_session.html")]
struct EndPage {
    row: Row,
}

#[derive(Template)]
#[template(path = "pages/account/end_other_sessions.html")]
struct EndOthersPage {}

/// A session as it is shown.
struct Row {
    id: SessionId,
    current: bool,
    device: String,
    user_agent: String,
    ip: Option<String>,
    created_at: Timestamp,
    last_seen_at: Timestamp,
}

impl Row {
    fn of(visit: &Visit, session: Session) -> Self {
        Self {
            id: session.id,
            current: session.current,
            device: device(visit.words(), session.user_agent.as_deref()),
            user_agent: session.user_agent.unwrap_or_default(),
            ip: session.ip,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
        }
    }
}

/// The list.
pub async fn list(visit: Visit, SignedIn { by, .. }: SignedIn, asked: Asked) -> Result<Response, Error> {
    let list: List<'_, SessionId> = asked.of(&visit.app, "sessions", by.id)?;
    let within = within(&visit);
    let page =
        views::sessions::list(visit.app.db.read(), by.id, by.session_id(), within, &list.request).await?;
    let (rows, next) = list.rows(page);
    let rows: Vec<_> = rows.into_iter().map(|session| Row::of(&visit, session)).collect();
    let only = next.is_none() && list.request.after.is_none() && rows.iter().all(|row| row.current);
    visit.page(&SessionsPage { rows, only, next })
}

/// Asks before one is ended.
pub async fn ask(
    visit: Visit,
    SignedIn { by, .. }: SignedIn,
    PathId(id): PathId<SessionId>,
) -> Result<Response, Error> {
    let (db, current) = (visit.app.db.read(), by.session_id());
    let session = views::sessions::one(db, by.id, current, within(&visit), id).await?;
    visit.page(&EndPage { row: Row::of(&visit, session) })
}

/// Ends one.
pub async fn end(
    visit: Visit,
    SignedIn { by, actor }: SignedIn,
    PathId(id): PathId<SessionId>,
) -> Result<Response, Error> {
    let write = visit.app.write(&actor).await?;
    sessions::end(&write, by.id, id).await?;
    write.commit().await?;
    Ok(visit.done(SESSIONS, &Flash::new("sessions-ended")))
}

/// Asks before all others are ended.
pub async fn ask_others(visit: Visit) -> Result<Response, Error> {
    visit.page(&EndOthersPage {})
}

/// Ends all others.
pub async fn end_others(visit: Visit, SignedIn { by, actor }: SignedIn) -> Result<Response, Error> {
    let write = visit.app.write(&actor).await?;
    users::sign_out_everywhere(&write, by.id, by.session_id()).await?;
    write.commit().await?;
    Ok(visit.done(SESSIONS, &Flash::new("sessions-others-ended")))
}

fn within(visit: &Visit) -> (Timestamp, Timestamp) {
    let now = visit.app.now();
    (now - visit.app.config.longest_session(), now)
}
