//! The audit log of an organisation.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use super::input::{Params, present};
use super::page::{Page, Part};
use crate::app::App;
use crate::auth::OrganisationAccess;

use crate::entity::audit_event::{self, ActorKind, Criteria};
use crate::error::Error;
use crate::event::EventKind;
use crate::id::{AuditEventId, UserId};
use crate::rfc3339;

const TAG: &str = "Audit log";

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventActor {
    kind: ActorKind,
    /// A user's or key's id.
    id: Option<String>,
    /// What the actor was called then.
    #[schema(example = "Ana Ruiz")]
    name: String,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct Event {
    id: AuditEventId,
    #[schema(schema_with = actions)]
    action: String,
    actor: EventActor,
    /// What it was done to.
    target_id: Option<String>,
    /// What changed. Failed sign-ins (`sign_in.failed`) and denials (`access.denied`) of the same kind are one event for
    /// each quarter of an hour, and `count` in here says how many there were; it grows, a few seconds late.
    #[schema(value_type = Object)]
    data: serde_json::Value,
    #[schema(example = "203.0.113.7")]
    ip: Option<String>,
    user_agent: Option<String>,
    /// Finds the request in the server's log.
    request_id: Option<String>,
    created_at: DateTime<Utc>,
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
    pub(super) fn for_owner(row: audit_event::Model, owner: UserId) -> Self {
        let own = row.actor_kind == ActorKind::Anonymous || row.actor_id == Some(owner.to_string());
        let event = Self::from(row);
        if own { event } else { Self { ip: None, user_agent: None, request_id: None, ..event } }
    }
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only this action, such as `key.created`.
    #[param(nullable = false, example = "key.created")]
    #[serde(default, deserialize_with = "present")]
    action: Option<String>,
    /// Only this user or key, by id.
    #[param(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    actor: Option<String>,
    /// Not before, RFC 3339. The `+` of an offset may be unencoded.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    from: Option<String>,
    /// Before, RFC 3339. The `+` of an offset may be unencoded.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    to: Option<String>,
}

impl Filter {
    /// What the query asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a time is none.
    pub(super) fn criteria(self) -> Result<Criteria, Error> {
        let (from, to) = (time("from", self.from.as_deref())?, time("to", self.to.as_deref())?);
        Ok(Criteria { action: self.action, actor: self.actor, from, to })
    }
}

fn time(name: &str, text: Option<&str>) -> Result<Option<DateTime<Utc>>, Error> {
    let parse = |text: &str| {
        rfc3339::parse_in_query(text).map_err(|problem| Error::invalid(format!("/{name}"), problem))
    };
    text.map(parse).transpose()
}

/// Read the audit log
///
/// Newest first.
#[utoipa::path(get, path = "/api/orgs/{org}/events", operation_id = "list_events", tag = TAG,
    params(Filter, Part),
    responses((status = 200, description = "The events.", body = Page<Event>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    Params(filter): Params<Filter>,
    Params(part): Params<Part>,
) -> Result<Json<Page<Event>>, Error> {
    let limit = part.limit()?;
    let log = audit_event::Entity::in_organisation(access.organisation.id);
    let select = page_of(filter.criteria()?.narrow(log), &part, limit)?;
    let rows = select.all(app.db.read()).await?;
    Ok(Json(Page::new(rows, limit, |row| row.id.to_string(), Event::from)))
}

/// The rows of one page, newest first, and one more.
pub(super) fn page_of(
    log: Select<audit_event::Entity>,
    part: &Part,
    limit: u64,
) -> Result<Select<audit_event::Entity>, Error> {
    let after = part.after::<AuditEventId>()?;
    let older = log.apply_if(after, |log, after| log.filter(audit_event::COLUMN.id.lt(after)));
    Ok(older.order_by_desc(audit_event::Column::Id).limit(limit + 1))
}
