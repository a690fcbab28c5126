//! Who did what, when and from where.

use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;
pub use crate::event::ActorKind;
use crate::event::{Envelope, EventActor, EventData, EventKind, EventRequest, EventTarget};
use crate::id::{AuditEventId, OrganisationId, SessionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    /// None for what concerns an account or the installation.
    pub organisation_id: Option<OrganisationId>,
    pub actor_kind: ActorKind,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub actor_id: Option<String>,
    /// What the actor was called then.
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub actor_name: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    /// The event's type.
    pub action: String,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub target_id: Option<String>,
    /// `{object, previous}`.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub ip: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(400))", nullable)]
    pub user_agent: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub request_id: Option<String>,
    pub created_at: Timestamp,
    /// For an event that stands for many of the same: a digest of what they have in common.
    #[sea_orm(unique)]
    pub counted_under: Option<Vec<u8>>,
    /// How many it stands for.
    pub count: Option<i64>,
    /// What names people, apart from `data` so that it can be taken away while the event stays.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub personal: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// As readers get it. Without its personal part, which can be taken away while the event stays: copies of it would
    /// remain.
    pub fn into_envelope(self) -> Envelope {
        Envelope {
            id: self.id,
            kind: self.action,
            created_at: self.created_at,
            organisation_id: self.organisation_id,
            actor: EventActor { kind: self.actor_kind, id: self.actor_id, name: self.actor_name },
            target: self.target_id.map(EventTarget::of),
            data: EventData::of(&self.data, self.count),
            request: EventRequest::of(self.request_id, self.ip, self.user_agent),
        }
    }

    /// The same, as JSON.
    pub fn to_json(&self) -> Json {
        serde_json::to_value(self.clone().into_envelope()).unwrap_or_default()
    }
}

impl Entity {
    /// The events of an organisation.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }

    /// The events of all organisations, all accounts and the installation itself: for the operator at the command line.
    pub fn of_installation() -> Select<Self> {
        Self::find()
    }

    /// What was done to a user, key or session, by id.
    pub fn of_target(target: String) -> Select<Self> {
        Self::find().filter(COLUMN.target_id.eq(target))
    }

    /// That users, by id, left an organisation or were removed from it.
    pub fn ends_of_memberships(users: impl IntoIterator<Item = String>) -> Select<Self> {
        Self::find().filter(COLUMN.target_id.is_in(users)).filter(
            COLUMN.action.is_in([EventKind::MemberLeft, EventKind::MemberRemoved].map(EventKind::as_str)),
        )
    }

    /// What happened to a user's account: events without an organisation that the user caused or that changed the
    /// user, and the starts and ends of their sessions. `sessions` are the user's, because a session's event names
    /// the session and, where a thief or an admin caused it, not the user. What an admin does to the sessions of a member is
    /// the organisation's.
    pub fn of_account(user: UserId, sessions: &[SessionId]) -> Select<Self> {
        let user = user.to_string();
        let mine =
            Condition::any().add(COLUMN.actor_id.eq(user.as_str())).add(COLUMN.target_id.eq(user.as_str()));
        let sessions = sessions.iter().map(ToString::to_string);
        let by_user = Condition::all()
            .add(COLUMN.actor_id.eq(user.as_str()))
            .add(COLUMN.target_id.starts_with(SessionId::PREFIX));
        let session = Condition::any().add(by_user).add(COLUMN.target_id.is_in(sessions));
        Self::find().filter(
            Condition::any()
                .add(Condition::all().add(COLUMN.organisation_id.is_null()).add(mine))
                .add(Condition::all().add(COLUMN.action.starts_with("session.")).add(session)),
        )
    }
}
