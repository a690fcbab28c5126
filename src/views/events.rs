//! Logs of audit events.

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Select,
};

use super::{ListOrder, Page, PageRequest};
use crate::clock::Timestamp;
use crate::entity::audit_event::{self, ActorKind};
use crate::entity::session;
use crate::error::Error;
use crate::event::EventKind;
pub use crate::event::Envelope as Event;
use crate::id::{AuditEventId, OrganisationId, SessionId, UserId};

/// Of how many of the user's newest sessions the events are looked for.
const SESSIONS: u64 = 500;

/// As the owner of an account sees it: where others' requests came from is theirs.
fn for_owner(row: audit_event::Model, owner: UserId) -> Event {
    let own = row.actor_kind == ActorKind::Anonymous || row.actor_id == Some(owner.to_string());
    let event = row.into_envelope();
    if own { event } else { Event { request: None, ..event } }
}

/// Which events of a log a reader asks for; an empty one asks for all.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only of this type, such as `key.created`.
    pub kind: Option<String>,
    /// Only what this user or key did, by id.
    pub actor: Option<String>,
    /// Only what was done to this, by id.
    pub target: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

impl EventFilter {
    /// Takes out of a selection what the reader does not ask for.
    pub(super) fn narrow(&self, select: Select<audit_event::Entity>) -> Select<audit_event::Entity> {
        // PostgreSQL has no texts with NUL, so no event has one.
        let storable = |text: &String| text.replace('\0', "\u{fffd}");
        select
            .apply_if(self.kind.as_ref(), |select, kind| {
                select.filter(audit_event::COLUMN.action.eq(storable(kind)))
            })
            .apply_if(self.actor.as_ref(), |select, actor| {
                select.filter(audit_event::COLUMN.actor_id.eq(storable(actor)))
            })
            .apply_if(self.target.as_ref(), |select, target| {
                select.filter(audit_event::COLUMN.target_id.eq(storable(target)))
            })
            .apply_if(self.from, |select, from| select.filter(audit_event::COLUMN.created_at.gte(from)))
            .apply_if(self.to, |select, to| select.filter(audit_event::COLUMN.created_at.lt(to)))
    }
}

/// The events of an organisation.
pub async fn of_organisation(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    filter: &EventFilter,
    request: &PageRequest<AuditEventId>,
) -> Result<Page<Event>, Error> {
    Ok(page(db, audit_event::Entity::in_organisation(organisation), filter, request)
        .await?
        .map(audit_event::Model::into_envelope))
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn one_of_organisation(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    id: AuditEventId,
) -> Result<Event, Error> {
    let select = audit_event::Entity::in_organisation(organisation).filter(audit_event::COLUMN.id.eq(id));
    select.one(db).await?.map(audit_event::Model::into_envelope).ok_or(Error::NotFound)
}

/// What happened to a user's account, as the user sees it.
pub async fn of_account(
    db: &impl ConnectionTrait,
    user: UserId,
    filter: &EventFilter,
    request: &PageRequest<AuditEventId>,
) -> Result<Page<Event>, Error> {
    let sessions: Vec<SessionId> = session::Entity::find()
        .filter(session::COLUMN.user_id.eq(user))
        .order_by_desc(session::Column::Id)
        .limit(SESSIONS)
        .select_only()
        .column(session::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let rows = page(db, audit_event::Entity::of_account(user, &sessions), filter, request).await?;
    Ok(rows.map(|row| for_owner(row, user)))
}

/// The sign-ins to a user's account that failed since then, the newest first and not more than that, as the user sees them.
/// A member's are in the log of each organisation: here each is there once.
pub async fn failed_sign_ins(
    db: &impl ConnectionTrait,
    user: UserId,
    since: Timestamp,
    most: u64,
) -> Result<Vec<Event>, Error> {
    let rows = audit_event::Entity::of_target(user.to_string())
        .filter(audit_event::COLUMN.action.eq(EventKind::SignInFailed.as_str()))
        .filter(audit_event::COLUMN.created_at.gte(since))
        .order_by_desc(audit_event::Column::Id)
        .limit(most)
        .all(db)
        .await?;
    let mut seen = BTreeSet::new();
    let told_before = |row: &audit_event::Model| (row.created_at, row.ip.clone(), row.data.to_string());
    let once = rows.into_iter().filter(|row| seen.insert(told_before(row)));
    Ok(once.map(|row| for_owner(row, user)).collect())
}

/// The newest rows of an organisation's log or, without one, of the whole installation's, oldest first: for operators,
/// who get them by [`audit_event::Model::to_json`].
pub async fn newest(
    db: &impl ConnectionTrait,
    organisation: Option<OrganisationId>,
    filter: &EventFilter,
    limit: u64,
) -> Result<Vec<audit_event::Model>, Error> {
    let page =
        page(db, log(organisation), filter, &PageRequest { limit, order: ListOrder::Newest, after: None })
            .await?;
    Ok(page.data.into_iter().rev().collect())
}

pub(super) fn log(organisation: Option<OrganisationId>) -> Select<audit_event::Entity> {
    match organisation {
        Some(organisation) => audit_event::Entity::in_organisation(organisation),
        None => audit_event::Entity::of_installation(),
    }
}

async fn page(
    db: &impl ConnectionTrait,
    log: Select<audit_event::Entity>,
    filter: &EventFilter,
    request: &PageRequest<AuditEventId>,
) -> Result<Page<audit_event::Model>, Error> {
    let rows = request.by_id(filter.narrow(log), audit_event::Column::Id).all(db).await?;
    Ok(request.page(rows, |row| row.id))
}
