//! The audit log of an organisation: what was done, by whom; filtered, and in pages without gaps.

use chrono::{DateTime, TimeDelta, Utc};
use oskar::entity::audit_event;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, TestOrganisation};

fn path(org: &TestOrganisation, query: &str) -> String {
    format!("{}/events?{query}", org.path)
}

async fn events(client: &Client, org: &TestOrganisation, query: &str) -> Vec<Value> {
    let page = client.get(&path(org, query)).await.status(200).json();
    page["data"].as_array().unwrap().clone()
}

fn actions(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// A time as it stands in an address.
fn in_query(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

#[tokio::test]
async fn every_deed_tells_who_did_what_to_what_and_from_where() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let answer = org
        .admin
        .with_bearer()
        .patch(&format!("{}/keys/{}", org.path, key.id), json!({ "name": "Nightly" }))
        .await;
    let request_id = answer.status(200).header("x-request-id").to_owned();
    let event = events(&org.admin.with_cookie(), &org, "limit=1").await.remove(0);
    let expected = json!({
        "id": event["id"],
        "type": "key.updated",
        "organisation_id": org.id,
        "actor": { "type": "user", "id": org.admin.user_id, "name": "admin" },
        "target": { "type": "api_key", "id": key.id },
        "data": { "object": { "name": "Nightly" }, "previous": { "name": "live viewer" } },
        "request": { "id": request_id, "ip": "203.0.113.7", "user_agent": null },
        "created_at": app.app.now(),
    });
    assert_eq!(event, expected);
    assert!(event["id"].as_str().unwrap().starts_with("evt_"));
}

#[tokio::test]
async fn what_concerns_the_organisation_is_all_there() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let key = org.key("live", "viewer", None).await;
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    admin.post(&format!("{}/keys/{}/rotate", org.path, key.id), json!({})).await.status(200);
    admin.delete(&format!("{}/keys/{}", org.path, key.id)).await.status(204);
    admin.patch(&member, json!({ "role": "admin" })).await.status(200);
    admin.delete(&format!("{member}/sessions")).await.status(204);
    admin.delete(&member).await.status(204);
    admin.patch(&org.path, json!({ "name": "Acme Ltd." })).await.status(200);
    org.viewer.with_cookie().post(&format!("{}/leave", org.path), json!({})).await.status(204);
    let all = events(&admin, &org, "limit=100").await;
    let mut expected = vec![
        "member.left",
        "organisation.updated",
        "member.removed",
        "session.ended",
        "member.role_changed",
        "key.revoked",
        "key.rotated",
        "key.created",
    ];
    assert_eq!(actions(&all)[..8], expected);
    expected.extend(["session.started", "member.added", "organisation.created"]);
    for action in actions(&all) {
        assert!(expected.contains(&action), "{action}");
    }
    let promoted = json!({ "object": { "role": "admin" }, "previous": { "role": "member" } });
    assert_eq!(all[4]["data"], promoted);
    // Only what changed.
    let renamed = json!({ "object": { "name": "Acme Ltd." }, "previous": { "name": "Acme" } });
    assert_eq!(all[1]["data"], renamed);
    assert!(all.iter().all(|event| event["organisation_id"] == json!(org.id)));
}

#[tokio::test]
async fn a_denial_is_written_down_and_changes_nothing_else() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let before = events(&org.admin.with_cookie(), &org, "").await.len();
    org.member.with_bearer().delete(&org.path).await.status(403);
    let key = org.key("test", "admin", None).await;
    key.with_bearer().post(&format!("{}/keys", org.path), json!({})).await.status(403);
    let denials = events(&org.admin.with_cookie(), &org, "type=access.denied").await;
    assert_eq!(denials.len(), 2);
    assert_eq!(denials[0]["actor"]["id"], json!(key.id));
    assert_eq!(denials[1]["actor"], json!({ "type": "user", "id": org.member.user_id, "name": "member" }));
    let denied = json!({ "permission": "org:delete", "role": null, "method": "DELETE", "count": 1 });
    assert_eq!(denials[1]["data"], json!({ "object": denied, "previous": null }));
    assert_eq!(denials[1]["target"], Value::Null);
    assert_eq!(events(&org.admin.with_cookie(), &org, "").await.len(), before + 3, "and the key");
    // Strangers leave nothing in a log that is not theirs.
    let stranger = app.register("other@foreign.example", Some("Foreign")).await;
    stranger.with_cookie().delete(&org.path).await.status(404);
    assert_eq!(events(&org.admin.with_cookie(), &org, "").await.len(), before + 3);
}

#[tokio::test]
async fn only_admins_and_keys_that_may_read_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("test", "admin", Some(&["events:read"])).await;
    key.with_bearer().get(&path(&org, "")).await.status(200);
    for person in [&org.member, &org.viewer] {
        person.with_cookie().get(&path(&org, "")).await.status(403);
    }
    let narrow = org.key("live", "admin", Some(&["org:read"])).await;
    narrow.with_bearer().get(&path(&org, "")).await.status(403);
}

#[tokio::test]
async fn it_is_filtered_by_type_by_actor_and_by_target() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.organisation("Foreign").await;
    let admin = org.admin.with_cookie();
    let key = org.key("live", "viewer", None).await;
    key.with_bearer().get(&path(&org, "")).await.status(403);
    assert_eq!(actions(&events(&admin, &org, "type=key.created").await), ["key.created"]);
    assert_eq!(actions(&events(&admin, &org, &format!("actor={}", key.id)).await), ["access.denied"]);
    let theirs = events(&admin, &org, &format!("actor={}", org.viewer.user_id)).await;
    assert_eq!(actions(&theirs), ["session.started"]);
    let done_to = events(&admin, &org, &format!("target={}", key.id)).await;
    assert_eq!(actions(&done_to), ["key.created"]);
    let both = format!("type=session.started&actor={}", org.admin.user_id);
    assert_eq!(events(&admin, &org, &both).await.len(), 1);
    for nothing in [
        "type=key",
        "type=KEY.CREATED",
        "actor=%25",
        "type=%00",
        "actor=%ff",
        "target=key",
        "target=%00",
        "type=key.created%27%20OR%201=1",
    ] {
        assert_eq!(events(&admin, &org, nothing).await, Vec::<Value>::new(), "{nothing}");
    }
}

#[tokio::test]
async fn it_is_filtered_by_time_from_inclusive_to_exclusive() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let mut times = Vec::new();
    for name in ["One", "Two", "Three"] {
        app.advance(TimeDelta::hours(1) + TimeDelta::microseconds(1));
        admin.patch(&org.path, json!({ "name": name })).await.status(200);
        times.push(app.app.now());
    }
    let names = async |query: String| {
        let found = events(&admin, &org, &format!("type=organisation.updated&{query}")).await;
        found
            .iter()
            .map(|event| event["data"]["object"]["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let tick = TimeDelta::microseconds(1);
    assert_eq!(names(format!("from={}", in_query(times[1]))).await, ["Three", "Two"]);
    assert_eq!(names(format!("from={}", in_query(times[1] + tick))).await, ["Three"]);
    assert_eq!(names(format!("to={}", in_query(times[1]))).await, ["One"]);
    assert_eq!(names(format!("to={}", in_query(times[1] + tick))).await, ["Two", "One"]);
    let (from, to) = (in_query(times[0]), in_query(times[2]));
    assert_eq!(names(format!("from={from}&to={to}")).await, ["Two", "One"]);
    assert_eq!(names(format!("from={to}&to={from}")).await, [""; 0]);
    // Another zone is the same moment; whole seconds compare with parts of them.
    let east = times[1].with_timezone(&chrono::FixedOffset::east_opt(7200).unwrap()).to_rfc3339();
    assert_eq!(names(format!("from={}", east.replace('+', "%2B"))).await, ["Three", "Two"]);
    let second = times[1].format("%Y-%m-%dT%H:%M:%SZ");
    assert_eq!(names(format!("from={second}")).await, ["Three", "Two"]);

    for name in ["from", "to"] {
        for bad in [
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-01-01",
            "0",
            "-5000-01-01T00:00:00Z",
            "%2B10000-01-01T00:00:00Z",
        ] {
            let answer = admin.get(&path(&org, &format!("{name}={bad}"))).await.status(422);
            assert_eq!(answer.pointer(), format!("/{name}"), "{bad}");
        }
    }
}

#[tokio::test]
async fn pages_have_neither_gaps_nor_repeats_while_more_is_written() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    for round in 0..12 {
        let name = format!("Name {round}");
        admin.patch(&org.path, json!({ "name": name })).await.status(200);
    }
    let whole = events(&admin, &org, "limit=100").await;
    let whole: Vec<_> = whole.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    for limit in [1, 5, 17, 100] {
        let mut query = format!("limit={limit}");
        let mut seen = Vec::new();
        loop {
            let page = admin.get(&path(&org, &query)).await.status(200).json();
            let rows = page["data"].as_array().unwrap();
            assert!(rows.len() <= limit);
            seen.extend(rows.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            assert_eq!(rows.len(), limit, "only the last page is short");
            query = format!("limit={limit}&cursor={cursor}");
            // What is written meanwhile is newer, so it comes before the first page.
            org.viewer.with_cookie().get(&path(&org, "")).await.status(403);
        }
        let expected: Vec<_> = seen.iter().filter(|id| whole.contains(id)).cloned().collect();
        assert_eq!(expected, whole, "limit {limit}");
        let unique: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!(unique.len(), seen.len());
    }
    // Filters hold on every page.
    let first = admin.get(&path(&org, "type=organisation.updated&limit=7")).await.status(200).json();
    let next = format!("type=organisation.updated&limit=7&cursor={}", first["next_cursor"].as_str().unwrap());
    let rest = events(&admin, &org, &next).await;
    assert_eq!(
        (first["data"].as_array().unwrap().len(), actions(&rest)),
        (7, vec!["organisation.updated"; 5])
    );
}

#[tokio::test]
async fn nothing_secret_gets_into_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let body =
        json!({ "current_password": crate::support::PASSWORD, "new_password": "a new password for Ana" });
    org.admin.with_cookie().post("/api/auth/change-password", body).await.status(200);
    let wrong = json!({ "email": org.admin.email, "password": "typed in the wrong field" });
    app.anonymous().post("/api/auth/login", wrong).await.status(401);
    let rows = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    let text = format!("{rows:?}");
    for secret in [
        &key.secret[9..],
        org.admin.cookie.as_str(),
        &org.admin.refresh_token,
        &org.admin.access_token,
        crate::support::PASSWORD,
        "a new password for Ana",
        "typed in the wrong field",
        "argon2",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}
