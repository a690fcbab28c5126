//! The form in which events are shown: in lists, on sockets, in the log of events, and later as webhooks.

use chrono::{DateTime, Utc};
use sea_orm::prelude::StringLen;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder};
use utoipa::openapi::{Ref, RefOr, Schema, Type};

use super::facts::Fact as _;
use super::member::Shape;
use super::words::{open_words, type_of};
use super::{Event, EventKind};
use crate::clock::Timestamp;
use crate::id::{AuditEventId, OrganisationId};

/// What kind of actor did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[schema(as = EventActorType)]
pub enum ActorKind {
    User,
    ApiKey,
    /// A client that did not say who it is, as in a failed sign-in.
    Anonymous,
    /// The command line.
    Cli,
    /// Oskar itself.
    System,
}

/// Who did it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventActor {
    #[serde(rename = "type")]
    pub kind: ActorKind,
    /// A user's or key's id.
    #[schema(required, example = "user_01k9r2m6z8f3t9v4q7x0c5b1hd")]
    pub id: Option<String>,
    /// What the actor was called then.
    #[schema(example = "Ana Ruiz")]
    pub name: String,
}

/// What it was done to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventTarget {
    /// Of what type it is; new types may come.
    #[serde(rename = "type")]
    #[schema(example = "api_key")]
    pub kind: &'static str,
    /// Its id; of a signing key its `kid`.
    #[schema(example = "key_01k9r2m6z8f3t9v4q7x0c5b1hd")]
    pub id: String,
}

/// What happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventData {
    /// Of something made what it is, of something changed the new values of what changed, of something deleted what it
    /// was last; and what else the event tells, such as a `reason`. Failed sign-ins (`sign_in.failed`) and denials
    /// (`access.denied`) of the same kind are one event for each quarter of an hour, and `count` says how many there were;
    /// it grows, a few seconds late.
    #[schema(value_type = Object, example = json!({ "name": "Nightly" }))]
    pub object: Map<String, Value>,
    /// The former values of what changed, by the same names; null if nothing did.
    #[schema(required, value_type = Option<Object>, example = json!({ "name": "Nightly build" }))]
    pub previous: Option<Map<String, Value>>,
}

/// The request that did it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventRequest {
    /// Finds the request in the server's log.
    #[schema(required, example = "019aa7b0c1d27f3e8a4b5c6d7e8f9a0b")]
    pub id: Option<String>,
    #[schema(required, example = "203.0.113.7")]
    pub ip: Option<String>,
    #[schema(required, example = "curl/8.14.1")]
    pub user_agent: Option<String>,
}

/// Something that was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct Envelope {
    pub id: AuditEventId,
    #[serde(rename = "type")]
    #[schema(schema_with = types)]
    pub kind: String,
    pub created_at: DateTime<Utc>,
    /// Null for what concerns an account or the installation.
    #[schema(required)]
    pub organisation_id: Option<OrganisationId>,
    pub actor: EventActor,
    #[schema(required)]
    pub target: Option<EventTarget>,
    pub data: EventData,
    /// Null for what no request did, and for what another person's request did to one's account.
    #[schema(required)]
    pub request: Option<EventRequest>,
}

/// The names of events, for the document.
fn types() -> Object {
    let all = EventKind::ALL.iter().map(|kind| format!("- `{}`: {}", kind.as_str(), kind.doc()));
    let list = all.collect::<Vec<_>>().join("\n");
    let names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    open_words(&names)
        .description(Some(format!(
            "What happened. Unknown values may come. `webhooks` in this document has the data of each.\n\n{list}"
        )))
        .examples([EventKind::KeyCreated.as_str()])
        .build()
}

impl EventTarget {
    /// Of a stored id.
    pub fn of(id: String) -> Self {
        Self { kind: type_of(&id), id }
    }
}

impl EventData {
    /// As it is stored, and how many events it stands for.
    pub fn of(stored: &Value, count: Option<i64>) -> Self {
        let members = |name: &str| stored.get(name).and_then(Value::as_object).cloned();
        let mut object = members("object").unwrap_or_default();
        if let Some(count) = count {
            object.insert("count".to_owned(), count.into());
        }
        Self { object, previous: members("previous") }
    }
}

impl EventRequest {
    /// Nothing, if nothing is known of it.
    pub fn of(id: Option<String>, ip: Option<String>, user_agent: Option<String>) -> Option<Self> {
        let known = id.is_some() || ip.is_some() || user_agent.is_some();
        known.then_some(Self { id, ip, user_agent })
    }
}

impl EventKind {
    /// The schema of this type's data.
    pub fn data_schema(self) -> Schema {
        let mut shape = Shape::default();
        self.describe(&mut shape);
        if self.is_counted() {
            shape.counted();
        }
        shape.into_schema()
    }

    /// The schema of an event of this type.
    pub fn schema(self) -> Schema {
        let null = || ObjectBuilder::new().schema_type(Type::Null);
        let words =
            |words: &[&str]| ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.to_vec()));
        let shared = |name: &str| RefOr::Ref(Ref::from_schema_name(name));
        let target: RefOr<Schema> = match self.target_schema() {
            None => null().into(),
            Some((types, id)) => ObjectBuilder::new()
                .property("type", words(types))
                .required("type")
                .property("id", id)
                .required("id")
                .into(),
        };
        let members: [(&str, RefOr<Schema>); 8] = [
            ("id", AuditEventId::described()),
            ("type", words(&[self.as_str()]).into()),
            ("created_at", Timestamp::described()),
            ("organisation_id", self.organisation_schema()),
            ("actor", shared("EventActor")),
            ("target", target),
            ("data", self.data_schema().into()),
            ("request", OneOfBuilder::new().item(null()).item(shared("EventRequest")).into()),
        ];
        let described = members.into_iter().fold(ObjectBuilder::new(), |object, (name, schema)| {
            object.property(name, schema).required(name)
        });
        described.into()
    }

    /// An event of this type.
    ///
    /// # Errors
    /// Those of serde, for data that is no JSON.
    pub fn example(self) -> serde_json::Result<Envelope> {
        let event = Event::example(self);
        Ok(Envelope {
            id: AuditEventId::sample("id"),
            kind: self.as_str().to_owned(),
            created_at: Timestamp::sample("created_at"),
            organisation_id: event.organisation(),
            actor: EventActor {
                kind: ActorKind::User,
                id: Some("user_01k9r2m6z8f3t9v4q7x0c5b1hd".to_owned()),
                name: "Ana Ruiz".to_owned(),
            },
            target: event.target().map(EventTarget::of),
            data: EventData::of(&event.data()?, self.is_counted().then_some(2)),
            request: EventRequest::of(
                Some("019aa7b0c1d27f3e8a4b5c6d7e8f9a0b".to_owned()),
                Some("203.0.113.7".to_owned()),
                Some("curl/8.14.1".to_owned()),
            ),
        })
    }
}
