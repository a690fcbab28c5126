//! The audit log: who did what, in the same transaction as the deed.

use std::net::IpAddr;

use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use serde_json::Value;

use super::Change;
use crate::entity::audit_event::{self, ActorKind};
use crate::error::Error;
use crate::id::{AuditEventId, OrganisationId, UserId};

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
    /// Somebody at the command line of this machine.
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

impl Change<'_> {
    /// Writes down what was done: `resource.verb`, to what, and what changed. Never a secret.
    pub async fn record(
        &self,
        organisation: Option<OrganisationId>,
        action: &str,
        target: Option<String>,
        data: Value,
    ) -> Result<AuditEventId, Error> {
        let event = self.event(organisation, action, target, data);
        self.insert(event).await
    }

    /// The same for an event with a part that names people.
    pub async fn record_personal(
        &self,
        action: &str,
        target: String,
        data: Value,
        personal: Value,
    ) -> Result<(), Error> {
        let event = self.event(None, action, Some(target), data);
        self.insert(audit_event::ActiveModel { personal: Set(Some(personal)), ..event }).await?;
        Ok(())
    }

    async fn insert(&self, event: audit_event::ActiveModel) -> Result<AuditEventId, Error> {
        let event = event.insert(self.txn).await?;
        self.txn.note_event(|| event.to_json());
        Ok(event.id)
    }

    /// Writes events that were made by [`Change::event`].
    pub(super) async fn record_all(&self, events: Vec<audit_event::ActiveModel>) -> Result<(), Error> {
        for event in audit_event::Entity::insert_many(events).exec_with_returning(self.txn).await? {
            self.txn.note_event(|| event.to_json());
        }
        Ok(())
    }

    /// What [`Change::record`] writes, for those who write many at once.
    pub(super) fn event(
        &self,
        organisation: Option<OrganisationId>,
        action: &str,
        target: Option<String>,
        data: Value,
    ) -> audit_event::ActiveModel {
        audit_event::ActiveModel {
            id: Set(AuditEventId::generate()),
            organisation_id: Set(organisation),
            actor_kind: Set(self.actor.kind),
            actor_id: Set(self.actor.id.clone()),
            actor_name: Set(self.actor.name.clone()),
            action: Set(action.to_owned()),
            target_id: Set(target),
            data: Set(data),
            ip: Set(self.actor.ip.clone()),
            user_agent: Set(self.actor.user_agent.clone()),
            request_id: Set(self.actor.request_id.clone()),
            created_at: Set(self.now),
            counted_under: Set(None),
            count: Set(None),
            personal: Set(None),
        }
    }
}
