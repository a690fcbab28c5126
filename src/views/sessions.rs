//! A user's sessions.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _, Select};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Page, PageRequest};
use crate::clock::Timestamp;
use crate::entity::session;
use crate::error::Error;
use crate::id::{SessionId, UserId};

/// A session: one sign-in on one device.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    pub id: SessionId,
    /// Whether it is the one that asks; none is, by HTTP Basic.
    pub current: bool,
    /// Where the user signed in from.
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    #[schema(example = "Mozilla/5.0 …")]
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    /// A few seconds late.
    pub last_seen_at: DateTime<Utc>,
}

/// The sessions that go on now and began after `oldest`. `current` is the one that asks.
pub async fn list(
    db: &impl ConnectionTrait,
    user: UserId,
    current: Option<SessionId>,
    (oldest, now): (Timestamp, Timestamp),
    request: &PageRequest<SessionId>,
) -> Result<Page<Session>, Error> {
    let rows = request.by_id(going_on(user, oldest, now), session::Column::Id).all(db).await?;
    Ok(request.page(rows, |row| row.id).map(|row| show(row, current)))
}

/// One of those.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn one(
    db: &impl ConnectionTrait,
    user: UserId,
    current: Option<SessionId>,
    (oldest, now): (Timestamp, Timestamp),
    id: SessionId,
) -> Result<Session, Error> {
    let row = going_on(user, oldest, now).filter(session::COLUMN.id.eq(id)).one(db).await?;
    row.map(|row| show(row, current)).ok_or(Error::NotFound)
}

fn going_on(user: UserId, oldest: Timestamp, now: Timestamp) -> Select<session::Entity> {
    session::Entity::of_user(user)
        .filter(session::COLUMN.created_at.gt(oldest))
        .filter(session::Entity::not_over(now))
}

fn show(row: session::Model, current: Option<SessionId>) -> Session {
    Session {
        id: row.id,
        current: Some(row.id) == current,
        ip: row.ip,
        user_agent: row.user_agent,
        created_at: row.created_at,
        last_seen_at: row.seen_at,
    }
}
