//! The catalogue of events in the API document: each type has a schema and an example, and what is shown fits them.

use std::collections::BTreeSet;

use oskar::entity::audit_event;
use oskar::event::{EventKind, misfit};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp};

/// What the document says of events.
pub struct Catalogue(Value);

impl Catalogue {
    pub async fn of(app: &TestApp) -> Self {
        Self(app.anonymous().get("/api/openapi.json").await.status(200).json())
    }

    fn content(&self, kind: &str) -> &Value {
        &self.0["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]
    }

    /// What of an event is not as the document says.
    pub fn misfit(&self, event: &Value) -> Option<String> {
        let kind = event["type"].as_str().unwrap();
        let schema = &self.content(kind)["schema"];
        if schema.is_null() {
            return Some(format!("{kind} is not in the catalogue"));
        }
        misfit(&self.resolved(schema), event, kind)
    }

    /// A schema with what its references lead to in their place.
    fn resolved(&self, schema: &Value) -> Value {
        match schema {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    return self.resolved(self.0.pointer(&reference[1..]).unwrap());
                }
                let resolved = members.iter().map(|(name, part)| (name.clone(), self.resolved(part)));
                Value::Object(resolved.collect())
            }
            Value::Array(parts) => parts.iter().map(|part| self.resolved(part)).collect(),
            other => other.clone(),
        }
    }
}

#[tokio::test]
async fn each_type_has_a_name_a_sentence_a_schema_and_an_example_that_fits() {
    let app = TestApp::start().await;
    let catalogue = Catalogue::of(&app).await;
    let listed: BTreeSet<&str> =
        catalogue.0["webhooks"].as_object().unwrap().keys().map(String::as_str).collect();
    let all: BTreeSet<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!((&listed, all.len()), (&all, EventKind::ALL.len()), "each name once");
    for kind in all {
        let (resource, deed) = kind.split_once('.').unwrap();
        assert!(!resource.ends_with('s') || resource == "access" || resource == "settings", "{kind}");
        assert!(
            ["ed", "set", "done", "left", "resent", "withdrawn"].iter().any(|end| deed.ends_with(end)),
            "{kind}"
        );
        let operation = &catalogue.0["webhooks"][kind]["post"];
        assert!(operation["summary"].as_str().unwrap().ends_with('.'), "{kind}");
        let example = &catalogue.content(kind)["example"];
        assert_eq!(example["type"], kind);
        assert_eq!(catalogue.misfit(example), None);
    }
    let types = &catalogue.0["components"]["schemas"]["Event"]["properties"]["type"];
    assert_eq!(types["x-extensible-enum"].as_array().unwrap().len(), EventKind::ALL.len());
}

#[tokio::test]
async fn what_the_logs_show_fits_and_what_would_not_is_seen() {
    let app = TestApp::start().await;
    let catalogue = Catalogue::of(&app).await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let key = org.key("live", "viewer", None).await;
    key.with_bearer().delete(&org.path).await.status(403);
    let wrong = json!({ "email": org.member.email, "password": "not the password of anybody" });
    app.anonymous().post("/api/auth/login", wrong).await.status(401);
    oskar::worker::tally::tick(&app.app).await.unwrap();
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    admin.patch(&member, json!({ "role": "admin" })).await.status(200);
    admin.delete(&format!("{member}/sessions")).await.status(204);
    admin.patch(&org.path, json!({ "name": "Acme Ltd.", "slug": "acme-ltd" })).await.status(200);
    admin
        .patch(&format!("/api/orgs/{}/keys/{}", org.id, key.id), json!({ "name": "Nightly" }))
        .await
        .status(200);
    admin.patch("/api/account", json!({ "name": "Ana", "username": "ana" })).await.status(200);
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase of words" });
    org.viewer.with_cookie().post("/api/auth/change-password", change).await.status(200);
    app.sign_in(&org.member.email).await.with_cookie().delete("/api/account/sessions").await;

    let mut seen = BTreeSet::new();
    for path in [format!("/api/orgs/{}/events?limit=100", org.id), "/api/account/events?limit=100".to_owned()]
    {
        for event in admin.get(&path).await.status(200).json()["data"].as_array().unwrap() {
            assert_eq!(catalogue.misfit(event), None, "{event}");
            seen.insert(event["type"].as_str().unwrap().to_owned());
        }
    }
    for row in audit_event::Entity::find().all(app.app.db.read()).await.unwrap() {
        let event = row.to_json();
        assert_eq!(catalogue.misfit(&event), None, "{event}");
        seen.insert(row.action);
    }
    assert!(seen.len() > 12, "{seen:?}");

    let good = catalogue.content("member.role_changed")["example"].clone();
    for (pointer, bad) in [
        ("/type", json!("member.flown")),
        ("/data/object/role", json!("owner")),
        ("/data/object", json!({})),
        ("/data/previous", Value::Null),
        ("/target", Value::Null),
        ("/target/type", json!("session")),
        ("/actor", json!({ "type": "user", "id": null })),
        ("/organisation_id", Value::Null),
        ("/request", json!("none")),
    ] {
        let mut event = good.clone();
        *event.pointer_mut(pointer).unwrap() = bad;
        assert!(catalogue.misfit(&event).is_some(), "{event}");
    }
}
