//! Logs of audit events.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Select,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use super::{ListOrder, Page, PageRequest};
use crate::clock::Timestamp;
use crate::entity::audit_event::{self, ActorKind};
use crate::entity::session;
use crate::error::Error;
use crate::event::EventKind;
use crate::id::{AuditEventId, OrganisationId, SessionId, UserId};

/// Of how many of the user's newest sessions the events are looked for.
const SESSIONS: u64 = 500;

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventActor {
    pub kind: ActorKind,
    /// A user's or key's id.
    pub id: Option<String>,
    /// What the actor was called then.
    #[schema(example = "Ana Ruiz")]
    pub name: String,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct Event {
    pub id: AuditEventId,
    #[schema(schema_with = actions)]
    pub action: String,
    pub actor: EventActor,
    /// What it was done to.
    pub target_id: Option<String>,
    /// What changed. Failed sign-ins (`sign_in.failed`) and denials (`access.denied`) of the same kind are one event for
    /// each quarter of an hour, and `count` in here says how many there were; it grows, a few seconds late.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// Finds the request in the server's log.
    pub request_id: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// The names of events, for the document.
fn actions() -> Object {
    let all = EventKind::ALL.iter().map(|kind| format!("- `{}`: {}", kind.as_str(), kind.doc()));
    let list = all.collect::<Vec<_>>().join("\n");
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("What happened; new names may come.\n\n{list}")))
        .examples([EventKind::KeyCreated.as_str()])
        .build()
}

impl From<audit_event::Model> for Event {
    fn from(row: audit_event::Model) -> Self {
        let data = row.data_with_count();
        Self {
            id: row.id,
            action: row.action,
            actor: EventActor { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
            target_id: row.target_id,
            data,
            ip: row.ip,
            user_agent: row.user_agent,
            request_id: row.request_id,
            created_at: row.created_at,
        }
    }
}

impl Event {
    /// As the owner of an account sees it: where others' requests came from is theirs.
    fn for_owner(row: audit_event::Model, owner: UserId) -> Self {
        let own = row.actor_kind == ActorKind::Anonymous || row.actor_id == Some(owner.to_string());
        let event = Self::from(row);
        if own { event } else { Self { ip: None, user_agent: None, request_id: None, ..event } }
    }
}

/// Which events of a log a reader asks for; an empty one asks for all.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only this action, such as `key.created`.
    pub action: Option<String>,
    /// Only what this user or key did, by id.
    pub actor: Option<String>,
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
            .apply_if(self.action.as_ref(), |select, action| {
                select.filter(audit_event::COLUMN.action.eq(storable(action)))
            })
            .apply_if(self.actor.as_ref(), |select, actor| {
                select.filter(audit_event::COLUMN.actor_id.eq(storable(actor)))
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
    Ok(page(db, audit_event::Entity::in_organisation(organisation), filter, request).await?.map(Event::from))
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
    Ok(rows.map(|row| Event::for_owner(row, user)))
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
