//! Credentials that a back end was given and asks about by body.

use chrono::TimeDelta;
use oskar::entity::audit_event;
use sea_orm::PaginatorTrait as _;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, TestKey, TestOrganisation};

const PATH: &str = "/api/credentials/verify";
const MEMBERS: [&str; 12] = [
    "valid",
    "code",
    "kind",
    "credential",
    "environment",
    "user",
    "key",
    "organisation",
    "role",
    "permissions",
    "session_id",
    "expires_at",
];

async fn ask(client: &Client, body: Value) -> Value {
    let verdict = client.post(PATH, body).await.status(200).json();
    let mut names: Vec<_> = verdict.as_object().unwrap().keys().map(String::as_str).collect();
    let mut all = MEMBERS.to_vec();
    names.sort_unstable();
    all.sort_unstable();
    assert_eq!(names, all, "all members, always");
    assert_eq!(verdict["valid"], json!(verdict["code"] == "valid"));
    if verdict["valid"] == false {
        assert!(MEMBERS[2..].iter().all(|name| verdict[name] == Value::Null), "{verdict}");
    }
    verdict
}

async fn code(client: &Client, credential: &str) -> String {
    ask(client, json!({ "credential": credential })).await["code"].as_str().unwrap().to_owned()
}

async fn scene() -> (TestApp, TestOrganisation, TestKey) {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let backend = org.key("live", "member", Some(&["credentials:verify"])).await;
    (app, org, backend)
}

#[tokio::test]
async fn each_kind_is_told_as_at_api_verify() {
    let (app, org, backend) = scene().await;
    let body = json!({ "name": "short", "environment": "live", "role": "viewer", "expires_at": app.app.now() + TimeDelta::days(1) });
    let short = org.admin.with_cookie().post(&format!("{}/keys", org.path), body).await.status(201).json();
    let secret = short["secret"].as_str().unwrap();
    for (credential, kind, ends) in [
        (secret, "api_key", Some(TimeDelta::days(1))),
        (&org.member.access_token, "bearer", Some(TimeDelta::minutes(15))),
        (&org.viewer.cookie, "cookie", Some(TimeDelta::days(30))),
        (&backend.secret, "api_key", None),
    ] {
        let verdict = ask(&backend.with_bearer(), json!({ "credential": credential })).await;
        assert_eq!((&verdict["valid"], &verdict["credential"]), (&json!(true), &json!(kind)));
        let end =
            verdict["expires_at"].as_str().map(|end| end.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        assert_eq!(end.is_some(), ends.is_some(), "{verdict}");
        if let (Some(end), Some(ends)) = (end, ends) {
            let difference = (end - app.app.now() - ends).num_seconds().abs();
            assert!(difference <= 1, "{verdict}");
        }
        let own = match kind {
            "cookie" => crate::support::Credential::Cookie(credential.to_owned()),
            _ => crate::support::Credential::Bearer(credential.to_owned()),
        };
        let who = Client::new(app.router.clone(), own).get("/api/verify").await.status(200).json();
        for (name, value) in who.as_object().unwrap() {
            assert_eq!(verdict[name], *value, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_no_good_is_told_without_telling_what_exists_elsewhere() {
    let (app, org, backend) = scene().await;
    let foreign = app.organisation("Foreign").await;
    let elsewhere = foreign.key("live", "admin", None).await;
    let client = backend.with_x_api_key();
    let unknown = app.register("eve@nowhere.example", None).await;
    let cut = &elsewhere.secret[..elsewhere.secret.len() - 1];
    for (credential, expected) in [
        (elsewhere.secret.as_str(), "invalid_credential"),
        (&foreign.admin.access_token, "invalid_credential"),
        (&foreign.admin.cookie, "invalid_credential"),
        (&unknown.cookie, "invalid_credential"),
        (&unknown.access_token, "invalid_credential"),
        (&foreign.admin.refresh_token, "invalid_credential"),
        (&org.admin.refresh_token, "invalid_credential"),
        ("oss_", "invalid_credential"),
        ("", "invalid_credential"),
        ("eyJ.eyJ.x", "invalid_credential"),
        ("Basic YTpi", "invalid_credential"),
        ("ü🔑", "invalid_credential"),
        (cut, "key_malformed"),
        ("osk_live_x", "key_malformed"),
    ] {
        assert_eq!(code(&client, credential).await, expected, "{credential}");
    }
    // What has ended elsewhere is nobody's business either.
    let path = format!("{}/keys/{}", foreign.path, elsewhere.id);
    foreign.admin.with_cookie().delete(&path).await.status(204);
    foreign.admin.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    for credential in [&elsewhere.secret, &foreign.admin.access_token, &foreign.admin.cookie] {
        assert_eq!(code(&client, credential).await, "invalid_credential");
    }
    // A member's token for another organisation is not for this one.
    let made = org.member.with_cookie().post("/api/orgs", json!({ "name": "Own" })).await.status(201).json();
    let token = org.member.with_cookie().post("/api/auth/token", json!({ "org": made["id"] })).await;
    let token = token.status(200).json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(code(&client, &token).await, "invalid_credential");
    assert_eq!(code(&client, &org.member.cookie).await, "valid");
}

#[tokio::test]
async fn the_own_organisation_is_told_why() {
    let (app, org, backend) = scene().await;
    let client = backend.with_bearer();
    let admin = org.admin.with_cookie();
    let (revoked, rotated) = (org.key("live", "viewer", None).await, org.key("live", "viewer", None).await);
    admin.delete(&format!("{}/keys/{}", org.path, revoked.id)).await.status(204);
    let path = format!("{}/keys/{}/rotate", org.path, rotated.id);
    admin.post(&path, json!({ "overlap": 60 })).await.status(200);
    let end = ask(&client, json!({ "credential": rotated.secret })).await["expires_at"].clone();
    assert_ne!(end, Value::Null, "the replaced secret has an end");
    org.viewer.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    let ended = format!("{}/members/{}/sessions", org.path, org.member.user_id);
    admin.delete(&ended).await.status(204);
    app.advance(TimeDelta::seconds(61));
    for (credential, expected) in [
        (&revoked.secret, "revoked"),
        (&rotated.secret, "expired"),
        (&org.viewer.cookie, "revoked"),
        (&org.viewer.access_token, "revoked"),
        (&org.member.cookie, "session_ended_here"),
        (&org.member.access_token, "session_ended_here"),
    ] {
        assert_eq!(code(&client, credential).await, expected, "{credential}");
    }
    app.advance(TimeDelta::minutes(20));
    assert_eq!(code(&client, &org.admin.access_token).await, "expired");
    app.advance(TimeDelta::days(31));
    assert_eq!(code(&client, &org.admin.cookie).await, "expired");
}

#[tokio::test]
async fn permissions_organisation_and_environment_must_be_met() {
    let (_app, org, backend) = scene().await;
    let (live, test) = (org.key("live", "viewer", None).await, org.key("test", "member", None).await);
    let asks_by_test = org.key("test", "member", None).await;
    for (options, of_live, of_test) in [
        (json!({}), "valid", "environment_denied"),
        (json!({ "environment": "live" }), "valid", "environment_denied"),
        (json!({ "environment": "test" }), "environment_denied", "valid"),
        (json!({ "environment": "any" }), "valid", "valid"),
        (json!({ "permissions": [] , "environment": "any" }), "valid", "valid"),
        (json!({ "permissions": ["tasks:read"] , "environment": "any" }), "valid", "valid"),
        (
            json!({ "permissions": ["tasks:write", "tasks:read"], "environment": "any" }),
            "permission_denied",
            "valid",
        ),
        (json!({ "org": "acme", "environment": "any" }), "valid", "valid"),
        (json!({ "org": org.id, "environment": "any" }), "valid", "valid"),
        (json!({ "org": "nowhere", "environment": "any" }), "organisation_denied", "organisation_denied"),
        (json!({ "org": "", "environment": "any" }), "organisation_denied", "organisation_denied"),
    ] {
        for (key, expected) in [(&live, of_live), (&test, of_test)] {
            let mut body = options.clone();
            body["credential"] = json!(key.secret);
            assert_eq!(ask(&backend.with_bearer(), body.clone()).await["code"], expected, "{body}");
            // A test key may ask, and gets to know no live credential.
            let told = ask(&asks_by_test.with_bearer(), body.clone()).await;
            let expected = if expected == "organisation_denied" {
                expected
            } else if key.id == live.id || of_test == "environment_denied" {
                "environment_denied"
            } else {
                expected
            };
            assert_eq!(told["code"], expected, "{body}");
        }
    }
    for (body, pointer) in [
        (json!({}), "/credential"),
        (json!({ "credential": null }), "/credential"),
        (json!({ "credential": "x", "credentials": [] }), "/credentials"),
        (json!({ "credentials": [] }), "/credentials"),
        (json!({ "credentials": vec![json!({ "credential": "x" }); 101] }), "/credentials"),
        (json!({ "credentials": ["x"] }), "/credentials/0"),
        (json!({ "credentials": [{ "credential": "x" }], "org": "acme" }), "/org"),
        (
            json!({ "credentials": [{ "credential": "x", "environment": "all" }] }),
            "/credentials/0/environment",
        ),
        (json!({ "credential": "x", "environment": "" }), "/environment"),
        (json!({ "credential": "x", "role": "admin" }), "/role"),
    ] {
        let answer = backend.with_bearer().post(PATH, body).await.status(422);
        assert!(answer.pointer().starts_with(pointer), "{}", answer.text());
    }
    let unknown = json!({ "credential": live.secret, "permissions": ["tasks:reed"] });
    assert_eq!(backend.with_bearer().post(PATH, unknown).await.status(422).code(), "unknown_permission");
}

#[tokio::test]
async fn many_at_once_are_answered_in_order() {
    let (_app, org, backend) = scene().await;
    let key = org.key("live", "viewer", None).await;
    let each: Vec<_> = (0..100)
        .map(|number| match number % 3 {
            0 => json!({ "credential": key.secret }),
            1 => json!({ "credential": key.secret, "permissions": ["tasks:write"] }),
            _ => json!({ "credential": format!("osk_live_{number}") }),
        })
        .collect();
    let answer = backend.with_bearer().post(PATH, json!({ "credentials": each })).await.status(200).json();
    let codes: Vec<_> = answer["results"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    let expected = ["valid", "permission_denied", "key_malformed"].into_iter().cycle().take(100);
    assert_eq!(codes, expected.map(Value::from).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_may_not_ask_is_told_nothing_and_asking_writes_nothing() {
    let (app, org, backend) = scene().await;
    let without = org.key("live", "admin", Some(&["members:read"])).await;
    let body = json!({ "credential": backend.secret });
    app.anonymous().post(PATH, body.clone()).await.status(401);
    let nowhere = app.register("eve@nowhere.example", None).await;
    for client in [without.with_bearer(), org.viewer.with_bearer(), nowhere.with_bearer()] {
        assert_eq!(client.post(PATH, body.clone()).await.status(403).code(), "permission_denied");
    }
    oskar::worker::tally::tick(&app.app).await.unwrap();
    let before = audit_event::Entity::of_installation().count(app.app.db.read()).await.unwrap();
    for credential in [&backend.secret, "osk_live_x", "x.y.z"] {
        ask(&org.member.with_cookie(), json!({ "credential": credential, "permissions": ["events:read"] }))
            .await;
    }
    oskar::worker::tally::tick(&app.app).await.unwrap();
    let after = audit_event::Entity::of_installation().count(app.app.db.read()).await.unwrap();
    assert_eq!(before, after);
    // A foreign page cannot have the browser ask.
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    let refused =
        org.member.with_cookie().call_with(axum::http::Method::POST, PATH, &foreign, Some(body)).await;
    refused.status(403);
}
