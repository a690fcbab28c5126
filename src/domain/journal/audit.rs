//! The audit log: who did what, in the same transaction as the deed.

use std::net::IpAddr;

use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use serde_json::Value;

use crate::domain::Write;
use crate::entity::audit_event::{self, ActorKind};
use crate::error::Error;
use crate::event::{Event, EventData, EventKind, misfit};
use crate::id::{AuditEventId, UserId};

/// Who does something, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    pub kind: ActorKind,
    pub id: Option<String>,
    pub name: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

impl Actor {
    /// The command line of this machine.
    pub fn cli() -> Self {
        Self::local(ActorKind::Cli, "command line")
    }

    /// Oskar itself.
    pub fn system() -> Self {
        Self::local(ActorKind::System, "oskar")
    }

    fn local(kind: ActorKind, name: &str) -> Self {
        Self { kind, id: None, name: name.to_owned(), ip: None, user_agent: None, request_id: None }
    }

    /// The address that the request counts for, if it came by a socket.
    pub fn address(&self) -> Option<IpAddr> {
        self.ip.as_deref()?.parse().ok()
    }

    /// The same caller, now known to be that user: one who registers or signs in.
    #[must_use]
    pub fn as_user(&self, id: UserId, name: &str) -> Self {
        Self { kind: ActorKind::User, id: Some(id.to_string()), name: name.to_owned(), ..self.clone() }
    }
}

impl Write<'_> {
    /// Writes down what happened.
    pub async fn record(&self, event: Event) -> Result<(), Error> {
        let row = self.row(&event)?.insert(self).await?;
        self.note_event(|| row.to_json());
        Ok(())
    }

    /// The same for many events.
    pub(in crate::domain) async fn record_all(
        &self,
        events: impl IntoIterator<Item = Event>,
    ) -> Result<(), Error> {
        let rows = events.into_iter().map(|event| self.row(&event)).collect::<Result<Vec<_>, _>>()?;
        for row in audit_event::Entity::insert_many(rows).exec_with_returning(self).await? {
            self.note_event(|| row.to_json());
        }
        Ok(())
    }

    /// The row of an event.
    pub(in crate::domain) fn row(&self, event: &Event) -> Result<audit_event::ActiveModel, Error> {
        let data = event.data().map_err(Error::internal)?;
        check(event.kind(), &data)?;
        Ok(audit_event::ActiveModel {
            id: Set(AuditEventId::generate()),
            organisation_id: Set(event.organisation()),
            actor_kind: Set(self.actor.kind),
            actor_id: Set(self.actor.id.clone()),
            actor_name: Set(self.actor.name.clone()),
            action: Set(event.kind().as_str().to_owned()),
            target_id: Set(event.target()),
            data: Set(data),
            ip: Set(self.actor.ip.clone()),
            user_agent: Set(self.actor.user_agent.clone()),
            request_id: Set(self.actor.request_id.clone()),
            created_at: Set(self.now),
            counted_under: Set(None),
            count: Set(None),
            personal: Set(event.people().map_err(Error::internal)?),
        })
    }
}

/// Holds the data to what the API document says of it. Only in a debug build: no other data can be in the released one.
fn check(kind: EventKind, data: &Value) -> Result<(), Error> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    let shown = EventData::of(data, kind.is_counted().then_some(1));
    let shown = serde_json::to_value(shown).map_err(Error::internal)?;
    let schema = serde_json::to_value(kind.data_schema()).map_err(Error::internal)?;
    match misfit(&schema, &shown, kind.as_str()) {
        Some(misfit) => Err(Error::internal(format!("an event is not as the document says: {misfit}"))),
        None => Ok(()),
    }
}
