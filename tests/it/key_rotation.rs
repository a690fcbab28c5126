//! A new secret for a key, while the old one still works for a while.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, TestApp, TestKey, TestOrganisation};

async fn rotate(org: &TestOrganisation, key: &TestKey, body: Value) -> Answer {
    org.admin.with_cookie().post(&format!("{}/keys/{}/rotate", org.path, key.id), body).await
}

fn with(app: &TestApp, answer: &Answer) -> Client {
    let secret = answer.json()["secret"].as_str().unwrap().to_owned();
    Client::new(app.router.clone(), Credential::ApiKey(secret))
}

#[tokio::test]
async fn the_old_secret_works_until_the_overlap_ends_and_says_when() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "member", Some(&["org:read"])).await;
    let before = key.with_bearer().get("/api/verify").await.status(200);
    assert!(!before.headers.contains_key("deprecation") && !before.headers.contains_key("sunset"));

    let answer = rotate(&org, &key, json!({ "overlap": 600 })).await.status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let rotated = answer.json();
    let end = app.app.now() + TimeDelta::seconds(600);
    assert_eq!((&rotated["id"], &rotated["old_secret_expires_at"]), (&json!(key.id), &json!(end)));
    assert_eq!((&rotated["role"], &rotated["permissions"]), (&json!("member"), &json!(["org:read"])));
    let secret = rotated["secret"].as_str().unwrap();
    assert!(secret.starts_with("osk_live_") && secret != key.secret);
    assert!(rotated["hint"].as_str().unwrap().ends_with(&secret[43..]));

    let new = with(&app, &answer);
    for path in ["/api/verify", "/api/auth/me", &org.path] {
        let old = key.with_bearer().get(path).await.status(200);
        assert_eq!(old.header("deprecation"), format!("@{}", end.timestamp()));
        assert_eq!(old.header("sunset"), end.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        let new = new.get(path).await.status(200);
        assert!(!new.headers.contains_key("deprecation") && !new.headers.contains_key("sunset"));
        assert_eq!(new.json(), old.json(), "it is the same key");
    }
    app.advance(TimeDelta::seconds(600) - TimeDelta::microseconds(1));
    key.with_x_api_key().get("/api/verify").await.status(200);
    app.advance(TimeDelta::microseconds(1));
    let late = key.with_x_api_key().get("/api/verify").await.status(401);
    assert_eq!(late.code(), "invalid_credential");
    assert!(!late.headers.contains_key("sunset"));
    new.get("/api/verify").await.status(200);
    let shown =
        org.admin.with_cookie().get(&format!("{}/keys/{}", org.path, key.id)).await.status(200).json();
    assert_eq!(shown["old_secret_expires_at"], Value::Null);
}

#[tokio::test]
async fn the_overlap_is_a_day_by_default_and_thirty_at_most() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("test", "viewer", None).await;
    let rotated = rotate(&org, &key, json!({})).await.status(200).json();
    assert_eq!(rotated["old_secret_expires_at"], json!(app.app.now() + TimeDelta::days(1)));
    assert!(rotated["secret"].as_str().unwrap().starts_with("osk_test_"));
    // Without any body too.
    let path = format!("{}/keys/{}/rotate", org.path, key.id);
    org.admin.with_cookie().call(axum::http::Method::POST, &path, None).await.status(200);
    rotate(&org, &key, json!({ "overlap": 2_592_000 })).await.status(200);
    for bad in [json!(2_592_001), json!(-1), json!(1.5), json!("60"), json!(4_294_967_296_u64)] {
        let answer = rotate(&org, &key, json!({ "overlap": bad })).await.status(422);
        assert_eq!(answer.pointer(), "/overlap", "{bad}");
    }
    assert_eq!(rotate(&org, &key, json!({ "grace": 1 })).await.status(422).pointer(), "/grace");
}

#[tokio::test]
async fn without_overlap_the_old_secret_is_dead_at_once() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let answer = rotate(&org, &key, json!({ "overlap": 0 })).await.status(200);
    key.with_bearer().get("/api/verify").await.status(401);
    with(&app, &answer).get("/api/verify").await.status(200);
}

#[tokio::test]
async fn a_later_rotation_never_prolongs_an_earlier_end() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let second = rotate(&org, &key, json!({ "overlap": 60 })).await.status(200);
    let third = rotate(&org, &key, json!({ "overlap": 3600 })).await.status(200);
    app.advance(TimeDelta::seconds(60));
    key.with_bearer().get("/api/verify").await.status(401);
    with(&app, &second).get("/api/verify").await.status(200);
    // But it can bring the end forward: somebody has seen the secrets.
    let fourth = rotate(&org, &key, json!({ "overlap": 0 })).await.status(200);
    for dead in [&second, &third] {
        with(&app, dead).get("/api/verify").await.status(401);
    }
    with(&app, &fourth).get("/api/verify").await.status(200);
}

#[tokio::test]
async fn revoking_ends_all_secrets_and_expiry_waits_for_no_overlap() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let answer = rotate(&org, &key, json!({ "overlap": 3600 })).await.status(200);
    org.admin.with_cookie().delete(&format!("{}/keys/{}", org.path, key.id)).await.status(204);
    key.with_bearer().get("/api/verify").await.status(401);
    with(&app, &answer).get("/api/verify").await.status(401);

    let end = app.app.now() + TimeDelta::seconds(60);
    let body = json!({ "name": "x", "environment": "live", "role": "viewer", "expires_at": end });
    let made = org.admin.with_cookie().post(&format!("{}/keys", org.path), body).await.status(201);
    let path = format!("{}/keys/{}/rotate", org.path, made.json()["id"].as_str().unwrap());
    let next = org.admin.with_cookie().post(&path, json!({ "overlap": 3600 })).await.status(200);
    app.advance(TimeDelta::seconds(60));
    for answer in [&made, &next] {
        with(&app, answer).get("/api/verify").await.status(401);
    }
}

#[tokio::test]
async fn a01_another_organisation_s_key_cannot_be_rotated() {
    let app = TestApp::start().await;
    let (org, foreign) = (app.organisation("Acme").await, app.organisation("Foreign").await);
    let key = org.key("live", "viewer", None).await;
    for id in [&key.id, "key_00000000000000000000000000", "x"] {
        let path = format!("{}/keys/{id}", foreign.path);
        let admin = foreign.admin.with_cookie();
        admin.post(&format!("{path}/rotate"), json!({})).await.status(404);
        admin.patch(&path, json!({ "name": "Mine" })).await.status(404);
        admin.get(&path).await.status(404);
        admin.delete(&path).await.status(404);
    }
    key.with_bearer().get("/api/verify").await.status(200);
}
