//! Events of versions before the one form of data, carried over and, with the version, back again.

use oskar::entity::audit_event::{self, ActorKind};
use oskar::id::{AuditEventId, OrganisationId, SessionId, UserId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::support::TestApp;

/// What an event of the version before was called and had; what it is called now, its object, and what was before.
const CASES: &str = r#"[
["user.created", {"operator": true}, "user.created", {"operator": true, "imported": null}, null],
["user.updated", {"before": {"name": "A"}, "after": {"name": "B"}}, "user.updated", {"name": "B"}, {"name": "A"}],
["user.updated", {}, "user.updated", {}, null],
["user.username_changed", {"before": null, "after": "ana"}, "user.updated", {"username": "ana"}, {"username": null}],
["user.unlocked", {"by": "mail"}, "user.unlocked", {"reason": "mail"}, null],
["user.unlocked", {}, "user.unlocked", {"reason": "requested"}, null],
["user.deleted", {"role": "admin"}, "user.deleted",
    {"reason": "requested", "role": "admin", "registered_at": null, "sessions_ended": null, "organisations": null}, null],
["user.deleted", {"reason": "address_not_proven", "registered_at": "2026-01-31T12:00:00Z"}, "user.deleted",
    {"reason": "address_not_proven", "role": null, "registered_at": "2026-01-31T12:00:00Z", "sessions_ended": null,
     "organisations": null}, null],
["identity.linked", {"issuer": "https://a"}, "identity.linked", {"issuer": "https://a", "subject": null}, null],
["session.started", {}, "session.started", {"issuer": null}, null],
["session.ended", {}, "session.ended", {"reason": "requested", "scope": "session", "sessions_ended": 1, "most": null}, null],
["session.ended", {"too_many": 3}, "session.ended",
    {"reason": "too_many", "scope": "session", "sessions_ended": 1, "most": 3}, null],
["session.replaced", {}, "session.ended", {"reason": "replaced", "scope": "session", "sessions_ended": 1, "most": null}, null],
["sessions.ended", {"sessions_ended": 4}, "session.ended",
    {"reason": "requested", "scope": "account", "sessions_ended": 4, "most": null}, null],
["member.sessions_ended", {}, "session.ended",
    {"reason": "requested", "scope": "organisation", "sessions_ended": null, "most": null}, null],
["member.added", {"role": "viewer"}, "member.added", {"role": "viewer", "imported": false}, null],
["member.added", {"role": "viewer", "imported": true}, "member.added", {"role": "viewer", "imported": true}, null],
["member.role_changed", {"before": "member", "after": "admin"}, "member.role_changed", {"role": "admin"}, {"role": "member"}],
["key.renamed", {"before": "A", "after": "B"}, "key.updated", {"name": "B"}, {"name": "A"}],
["access.denied", {"role": "admin"}, "access.denied", {"role": "admin", "permission": null, "method": null}, null],
["settings.changed", {"registration": {"before": null, "after": "closed"}, "mail.smtp_url": "changed"}, "settings.changed",
    {"registration": "closed", "mail.smtp_url": "changed"}, {"registration": null}],
["signing_keys.exported", {"kids": ["a", "b"]}, "signing_key.exported", {"kids": ["a", "b"]}, null],
["master_secret.rotated", {"before": null, "after": "4d9b"}, "master_secret.rotated", {"key_id": "4d9b"}, {"key_id": null}],
["key.revoked", {}, "key.revoked", {"reason": null}, null]
]"#;

/// Name and data, before and now.
type Case = (String, Value, String, Value);

fn cases() -> Vec<Case> {
    let cases: Vec<(String, Value, String, Value, Value)> = serde_json::from_str(CASES).unwrap();
    let case = |(name, data, now, object, previous)| {
        (name, data, now, json!({ "object": object, "previous": previous }))
    };
    cases.into_iter().map(case).collect()
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
            || action == "access.denied")
            .then_some(place)),
        actor_kind: Set(ActorKind::System),
        actor_id: Set(None),
        actor_name: Set("oskar".to_owned()),
        action: Set(action.clone()),
        target_id: Set(target(action)),
        data: Set(data.clone()),
        ip: Set(None),
        user_agent: Set(None),
        request_id: Set(None),
        created_at: Set(app.app.now()),
        counted_under: Set(None),
        count: Set((action == "access.denied").then_some(7)),
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
        assert_eq!((&row.action, &row.data), (name, data));
        assert_eq!(catalogue.misfit(&row.to_json()), None, "{}", row.to_json());
    }
    db.migrate_down(steps(&app).await).await.unwrap();
    for (row, (name, data, ..)) in stored(&app, &ids).await.iter().zip(cases.iter().cycle()) {
        assert_eq!((&row.action, &row.data), (name, data));
    }
}
