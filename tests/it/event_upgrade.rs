//! Events of versions before the one form of data, carried over and, with the version, back again.

use oskar::entity::audit_event::{self, ActorKind};
use oskar::id::{AuditEventId, OrganisationId, SessionId, UserId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::support::TestApp;

/// What an event of the version before was called, what it had, and both as they are now.
type Case = (&'static str, Value, &'static str, Value);

fn cases() -> Vec<Case> {
    let data = |object: Value, previous: Value| json!({ "object": object, "previous": previous });
    let ended = |reason: &str, scope: &str, number: Value, most: Value| {
        data(json!({ "reason": reason, "scope": scope, "sessions_ended": number, "most": most }), Value::Null)
    };
    let null = Value::Null;
    vec![
        (
            "user.created",
            json!({ "operator": true }),
            "user.created",
            data(json!({ "operator": true, "imported": null }), null.clone()),
        ),
        (
            "user.updated",
            json!({ "before": { "name": "A" }, "after": { "name": "B" } }),
            "user.updated",
            data(json!({ "name": "B" }), json!({ "name": "A" })),
        ),
        ("user.updated", json!({}), "user.updated", data(json!({}), null.clone())),
        (
            "user.username_changed",
            json!({ "before": null, "after": "ana" }),
            "user.updated",
            data(json!({ "username": "ana" }), json!({ "username": null })),
        ),
        (
            "user.unlocked",
            json!({ "by": "mail" }),
            "user.unlocked",
            data(json!({ "reason": "mail" }), null.clone()),
        ),
        ("user.unlocked", json!({}), "user.unlocked", data(json!({ "reason": "requested" }), null.clone())),
        (
            "user.deleted",
            json!({ "role": "admin" }),
            "user.deleted",
            data(
                json!({ "reason": "requested", "role": "admin", "registered_at": null, "sessions_ended": null, "organisations": null }),
                null.clone(),
            ),
        ),
        (
            "user.deleted",
            json!({ "reason": "address_not_proven", "registered_at": "2026-01-31T12:00:00Z" }),
            "user.deleted",
            data(
                json!({ "reason": "address_not_proven", "role": null, "registered_at": "2026-01-31T12:00:00Z", "sessions_ended": null, "organisations": null }),
                null.clone(),
            ),
        ),
        (
            "identity.linked",
            json!({ "issuer": "https://a" }),
            "identity.linked",
            data(json!({ "issuer": "https://a", "subject": null }), null.clone()),
        ),
        ("session.started", json!({}), "session.started", data(json!({ "issuer": null }), null.clone())),
        ("session.ended", json!({}), "session.ended", ended("requested", "session", json!(1), null.clone())),
        (
            "session.ended",
            json!({ "too_many": 3 }),
            "session.ended",
            ended("too_many", "session", json!(1), json!(3)),
        ),
        (
            "session.replaced",
            json!({}),
            "session.ended",
            ended("replaced", "session", json!(1), null.clone()),
        ),
        (
            "sessions.ended",
            json!({ "sessions_ended": 4 }),
            "session.ended",
            ended("requested", "account", json!(4), null.clone()),
        ),
        (
            "member.sessions_ended",
            json!({}),
            "session.ended",
            ended("requested", "organisation", null.clone(), null.clone()),
        ),
        (
            "member.added",
            json!({ "role": "viewer" }),
            "member.added",
            data(json!({ "role": "viewer", "imported": false }), null.clone()),
        ),
        (
            "member.added",
            json!({ "role": "viewer", "imported": true }),
            "member.added",
            data(json!({ "role": "viewer", "imported": true }), null.clone()),
        ),
        (
            "member.role_changed",
            json!({ "before": "member", "after": "admin" }),
            "member.role_changed",
            data(json!({ "role": "admin" }), json!({ "role": "member" })),
        ),
        (
            "key.renamed",
            json!({ "before": "A", "after": "B" }),
            "key.updated",
            data(json!({ "name": "B" }), json!({ "name": "A" })),
        ),
        (
            "access.denied",
            json!({ "role": "admin" }),
            "access.denied",
            data(json!({ "role": "admin", "permission": null, "method": null }), null.clone()),
        ),
        (
            "settings.changed",
            json!({ "registration": { "before": null, "after": "closed" }, "mail.smtp_url": "changed" }),
            "settings.changed",
            data(
                json!({ "registration": "closed", "mail.smtp_url": "changed" }),
                json!({ "registration": null }),
            ),
        ),
        (
            "signing_keys.exported",
            json!({ "kids": ["a", "b"] }),
            "signing_key.exported",
            data(json!({ "kids": ["a", "b"] }), null.clone()),
        ),
        (
            "master_secret.rotated",
            json!({ "before": null, "after": "4d9b" }),
            "master_secret.rotated",
            data(json!({ "key_id": "4d9b" }), json!({ "key_id": null })),
        ),
        ("key.revoked", json!({}), "key.revoked", data(json!({}), null)),
    ]
}

async fn steps(app: &TestApp) -> u32 {
    let all = app.app.db.migrations().await.unwrap();
    let place = all.iter().position(|(name, _)| name == "m0050_event_form").unwrap();
    u32::try_from(all.len() - place).unwrap()
}

/// Of what an event is, by its name.
fn target(action: &str) -> Option<String> {
    match action.split('.').next().unwrap() {
        "session" => Some(SessionId::generate().to_string()),
        "user" | "sessions" | "member" | "identity" => Some(UserId::generate().to_string()),
        "key" => Some("key_01k9r2m6z8f3t9v4q7x0c5b1hd".to_owned()),
        _ => None,
    }
}

/// Rows as the version before wrote them, more than are rewritten at once.
async fn write(app: &TestApp, cases: &[Case]) -> Vec<AuditEventId> {
    let place = OrganisationId::generate();
    let row = |(action, data, ..): &Case| audit_event::ActiveModel {
        id: Set(AuditEventId::generate()),
        organisation_id: Set((action.starts_with("member.")
            || action.starts_with("key.")
            || *action == "access.denied")
            .then_some(place)),
        actor_kind: Set(ActorKind::System),
        actor_id: Set(None),
        actor_name: Set("oskar".to_owned()),
        action: Set((*action).to_owned()),
        target_id: Set(target(action)),
        data: Set(data.clone()),
        ip: Set(None),
        user_agent: Set(None),
        request_id: Set(None),
        created_at: Set(app.app.now()),
        counted_under: Set(None),
        count: Set((*action == "access.denied").then_some(7)),
        personal: Set(None),
    };
    let rows: Vec<_> = cases.iter().cycle().take(20 * cases.len()).map(row).collect();
    let ids = rows.iter().map(|row| *row.id.as_ref()).collect();
    let txn = app.app.db.begin().await.unwrap();
    for some in rows.chunks(100) {
        audit_event::Entity::insert_many(some.to_vec()).exec(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
    ids
}

async fn stored(app: &TestApp, ids: &[AuditEventId]) -> Vec<audit_event::Model> {
    let rows = audit_event::Entity::find()
        .filter(audit_event::COLUMN.id.is_in(ids.iter().copied()))
        .order_by_asc(audit_event::Column::Id);
    rows.all(app.app.db.read()).await.unwrap()
}

#[tokio::test]
async fn events_of_the_version_before_have_the_names_and_the_form_of_today_and_get_theirs_back() {
    let app = TestApp::start().await;
    let catalogue = Catalogue::of(&app).await;
    let cases = cases();
    let db = &app.app.db;
    db.migrate_down(steps(&app).await).await.unwrap();
    let ids = write(&app, &cases).await;
    db.migrate().await.unwrap();
    let rows = stored(&app, &ids).await;
    assert_eq!(rows.len(), 20 * cases.len());
    for (row, (_, _, name, data)) in rows.iter().zip(cases.iter().cycle()) {
        assert_eq!((row.action.as_str(), &row.data), (*name, data));
        assert_eq!(catalogue.misfit(&row.to_json()), None, "{}", row.to_json());
    }
    db.migrate_down(steps(&app).await).await.unwrap();
    for (row, (name, data, ..)) in stored(&app, &ids).await.iter().zip(cases.iter().cycle()) {
        assert_eq!((row.action.as_str(), &row.data), (*name, data));
    }
}
