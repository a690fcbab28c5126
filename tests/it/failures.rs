//! What failed leaves a trace in the audit log, counted.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::entity::audit_event;
use oskar::worker;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::support::{
    Answer, Client, Credential, FakeIssuer, PASSWORD, SPEAKS_FOR_ACME, TestApp, TestOrganisation, basic,
};

const PROXIED: &[(&str, &str)] =
    &[("OSKAR_TRUSTED_PROXIES", "203.0.113.7"), ("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "1000")];

async fn guess(app: &TestApp, from: &str, name: &str, password: &str) -> Answer {
    let body = json!({ "email": name, "password": password });
    app.anonymous().call_with(Method::POST, "/api/auth/login", &[("x-forwarded-for", from)], Some(body)).await
}

/// What is in an organisation's log of one kind, newest first.
async fn events(org: &TestOrganisation, action: &str) -> Vec<Value> {
    let path = format!("{}/events?type={action}", org.path);
    org.admin.with_cookie().get(&path).await.status(200).json()["data"].as_array().unwrap().clone()
}

async fn write(nodes: &[&TestApp]) {
    for node in nodes {
        worker::tally::tick(&node.app).await.unwrap();
    }
}

/// The middle of a quarter of an hour, so that a few seconds do not lead out of it.
fn to_the_middle(app: &TestApp) {
    let into = app.app.now().timestamp().rem_euclid(900);
    app.advance(TimeDelta::seconds(900 - into + 60));
}

#[tokio::test]
async fn failed_sign_ins_are_one_event_for_each_account_network_and_quarter_of_an_hour() {
    let app = TestApp::with(PROXIED).await;
    let org = app.organisation("Acme").await;
    // An account of two organisations, and one of none.
    org.member.with_cookie().post("/api/orgs", json!({ "name": "Globex" })).await.status(201);
    app.register("alone@nowhere.example", None).await;
    to_the_middle(&app);
    let node = app.another_node_with(PROXIED).await;
    let member = org.member.email.as_str();
    for (from, on) in [("198.51.100.1", &app), ("198.51.100.200", &node), ("198.51.100.1", &app)] {
        guess(on, from, member, "wrong").await.status(401);
    }
    guess(&node, "2001:db8:1:2::1", member, "wrong").await.status(401);
    guess(&app, "198.51.100.1", "alone@nowhere.example", "wrong").await.status(401);
    guess(&app, "198.51.100.1", "a password that was typed into the name", "wrong").await.status(401);
    // Nothing is written while a client waits: that would tell which accounts exist.
    assert_eq!(events(&org, "sign_in.failed").await, Vec::<Value>::new());
    write(&[&app, &node]).await;

    let written = events(&org, "sign_in.failed").await;
    assert_eq!(written.len(), 2, "{written:?}");
    let of = |network: &str| {
        let found = written.iter().find(|event| event["data"]["object"]["network"] == network);
        found.unwrap_or_else(|| panic!("{network} is not in {written:?}")).clone()
    };
    let first = of("198.51.100.0/24");
    let data = json!({ "network": "198.51.100.0/24", "code": "invalid_login", "count": 3 });
    assert_eq!((&first["data"]["object"], &first["target"]["id"]), (&data, &json!(org.member.user_id)));
    assert_eq!(first["actor"], json!({ "type": "anonymous", "id": null, "name": "" }));
    assert!(
        first["request"]["id"].is_string()
            && first["request"]["ip"].as_str().unwrap().starts_with("198.51.100.")
    );
    assert_eq!(of("2001:db8:1:2::/64")["data"]["object"]["count"], 1);
    let globex =
        org.member.with_cookie().get("/api/orgs/globex/events?type=sign_in.failed").await.status(200);
    assert_eq!(globex.json()["data"].as_array().unwrap().len(), 2);
    let all = audit_event::Entity::find()
        .order_by_asc(audit_event::Column::Id)
        .all(app.app.db.read())
        .await
        .unwrap();
    let failed: Vec<_> = all.iter().filter(|row| row.action == "sign_in.failed").collect();
    assert_eq!(failed.len(), 5, "and one of no organisation");
    assert!(!format!("{all:?}").contains("a password that was typed"));

    // The row grows, by whatever node; the next quarter of an hour has its own.
    guess(&node, "198.51.100.9", member, "wrong").await.status(401);
    write(&[&app, &node]).await;
    write(&[&app, &node]).await;
    let grown = events(&org, "sign_in.failed").await;
    assert_eq!(grown.len(), 2);
    assert!(
        grown.iter().any(|event| event["data"]["object"]["count"] == 4 && event["id"] == first["id"]),
        "{grown:?}"
    );
    app.advance(TimeDelta::minutes(15));
    guess(&app, "198.51.100.1", member, "wrong").await;
    guess(&app, "198.51.100.1", &org.viewer.email, "wrong").await.status(401);
    write(&[&app, &node]).await;
    let later = events(&org, "sign_in.failed").await;
    assert!(later.iter().filter(|event| event["data"]["object"]["count"] == 1).count() >= 2, "{later:?}");
}

#[tokio::test]
async fn every_door_at_which_a_password_is_said_leaves_it_and_a_right_one_does_not() {
    let app = TestApp::with(PROXIED).await;
    let org = app.organisation("Acme").await;
    to_the_middle(&app);
    let name = org.member.email.as_str();
    let login = |password: &str| json!({ "username": name, "password": password });
    org.member.with_basic().get("/api/auth/me").await.status(200);
    app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(200);
    write(&[&app]).await;
    assert_eq!(events(&org, "sign_in.failed").await, Vec::<Value>::new());
    for path in ["/api/auth/login", "/osm/api/login", "/api/login", "/api/authenticate"] {
        app.anonymous().post(path, login("wrong")).await.status(401);
    }
    // Signed in, by another budget.
    let change = json!({ "current_password": "wrong", "new_password": "another horse battery staple" });
    org.member.with_cookie().post("/api/auth/change-password", change).await.status(403);
    let email = json!({ "email": "new@acme.example", "password": "wrong" });
    org.member.with_cookie().post("/api/auth/change-email", email).await.status(403);
    let headers = [("authorization", basic(name, "wrong"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    app.anonymous().call_with(Method::GET, "/api/auth/me", &headers, None).await.status(401);
    write(&[&app]).await;
    let written = events(&org, "sign_in.failed").await;
    assert_eq!(written.len(), 1, "{written:?}");
    assert_eq!(
        written[0]["data"]["object"],
        json!({ "network": "203.0.113.0/24", "code": "invalid_login", "count": 7 })
    );
}

async fn rename(app: &TestApp, from: &str, to: &str) {
    let txn = app.app.db.begin().await.unwrap();
    txn.execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn what_could_not_be_written_is_written_later() {
    let app = TestApp::with(PROXIED).await;
    let org = app.organisation("Acme").await;
    to_the_middle(&app);
    let node = app.another_node_with(PROXIED).await;
    guess(&node, "198.51.100.1", &org.member.email, "wrong").await.status(401);
    rename(&node, "audit_event", "hidden").await;
    worker::tally::tick(&node.app).await.unwrap_err();
    rename(&node, "hidden", "audit_event").await;
    guess(&node, "198.51.100.2", &org.member.email, "wrong").await.status(401);
    write(&[&node]).await;
    assert_eq!(events(&org, "sign_in.failed").await[0]["data"]["object"]["count"], 2);
}

#[tokio::test]
async fn a_user_whom_an_issuer_vouches_for_and_who_is_not_let_in_is_told_of_too() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    let org = app.organisation("Acme").await;
    let sign_in = async |subject: &str| {
        let token = issuer.token(app.app.now(), subject, &org.member.email);
        let client = Client::new(app.router.clone(), Credential::Bearer(token));
        client.call(Method::POST, "/api/auth/login", None).await
    };
    sign_in("the member").await.status(200);
    assert_eq!(sign_in("somebody else").await.status(403).code(), "linked_to_another");
    write(&[&app]).await;
    let written = events(&org, "sign_in.failed").await;
    assert_eq!((written.len(), &written[0]["data"]["object"]["code"]), (1, &json!("linked_to_another")));
    assert_eq!(written[0]["target"]["id"], json!(org.member.user_id));
}

#[tokio::test]
async fn denials_are_one_event_for_each_actor_permission_and_quarter_of_an_hour_also_at_verify() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let foreign = app.organisation("Foreign").await;
    let key = org.key("live", "viewer", None).await;
    to_the_middle(&app);
    let bearer = app.sign_in(&org.viewer.email).await.with_bearer();
    for round in 0..25 {
        assert_eq!(
            bearer.get("/api/verify?permission=tasks:write").await.status(403).code(),
            "permission_denied"
        );
        key.with_bearer().get("/api/verify?permission=tasks:write").await.status(403);
        key.with_bearer().get("/api/verify/some/path?role=admin").await.status(403);
        // What a gateway invents is its mistake, and no denial.
        key.with_bearer().get(&format!("/api/verify?permission=invented:{round}")).await.status(422);
        // Strangers leave nothing in a log that is not theirs.
        bearer.get("/api/verify?org=foreign").await.status(403);
    }
    // The first one is there at once, the others a few seconds later.
    let early = events(&org, "access.denied").await;
    assert_eq!(early.len(), 3, "{early:?}");
    write(&[&app]).await;
    let written = events(&org, "access.denied").await;
    assert_eq!(written.len(), 3, "{written:?}");
    let viewer = json!(org.viewer.user_id);
    for (actor, data) in [
        (&viewer, json!({ "permission": "tasks:write", "role": null, "method": null, "count": 25 })),
        (&json!(key.id), json!({ "permission": "tasks:write", "role": null, "method": null, "count": 25 })),
        (&json!(key.id), json!({ "permission": null, "role": "admin", "method": null, "count": 25 })),
    ] {
        let found =
            written.iter().any(|event| event["actor"]["id"] == *actor && event["data"]["object"] == data);
        assert!(found, "{actor} {data} is not in {written:?}");
    }
    assert_eq!(events(&foreign, "access.denied").await, Vec::<Value>::new());
    app.advance(TimeDelta::minutes(15));
    key.with_bearer().get("/api/verify?role=admin").await.status(403);
    assert_eq!(events(&org, "access.denied").await.len(), 4);
}

#[tokio::test]
async fn a_changed_address_leaves_both_in_the_part_of_the_event_that_names_people() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", None).await;
    let body = json!({ "email": "Ana@New.example", "password": PASSWORD });
    ana.with_cookie().post("/api/auth/change-email", body).await.status(202);
    let token = app.mailed_secret("ana@new.example").await;
    app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": token })).await.status(204);
    let all = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    let changed = all.iter().find(|row| row.action == "user.email_changed").unwrap();
    assert_eq!(changed.data, json!({ "object": { "sessions_ended": 1 }, "previous": null }));
    assert_eq!(changed.personal, Some(json!({ "before": "ana@acme.example", "after": "Ana@new.example" })));
    assert!(all.iter().all(|row| !row.data.to_string().contains('@')));
}
