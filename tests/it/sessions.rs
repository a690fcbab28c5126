//! The signed-in user's sessions: one for every sign-in, ended one by one or all at once, or by time.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use oskar::worker;
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, Person, TestApp};

async fn session_id(person: &Person) -> String {
    let me = person.with_cookie().get("/api/auth/me").await.status(200).json();
    me["session_id"].as_str().unwrap().to_owned()
}

async fn list(client: &Client) -> Vec<Value> {
    let page = client.get("/api/auth/sessions").await.status(200).json();
    assert_eq!(page["next_cursor"], Value::Null);
    page["data"].as_array().unwrap().clone()
}

/// Uses the cookie and writes that down, as the worker does every few seconds.
async fn uses(app: &TestApp, person: &Person, expected: u16) {
    person.with_cookie().get("/api/auth/me").await.status(expected);
    worker::usage::tick(&app.app).await.unwrap();
}

#[tokio::test]
async fn every_sign_in_is_listed_newest_first() {
    let app = TestApp::start().await;
    let first = app.register("ana@acme.example", Some("Acme")).await;
    app.advance(TimeDelta::hours(1));
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let request = Request::post("/api/auth/login")
        .header("content-type", "application/json")
        .header("user-agent", "Browser/1.0 <b>")
        .body(Body::from(body.to_string()));
    let second = app.anonymous().send(request.unwrap()).await.status(200);
    app.register("other@acme.example", None).await;

    let listed = list(&first.with_cookie()).await;
    assert_eq!(listed.len(), 2, "{listed:?}");
    let members: Vec<_> = listed[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["created_at", "current", "id", "ip", "last_seen_at", "user_agent"]);
    assert_eq!(listed[0]["user_agent"], "Browser/1.0 <b>");
    assert_eq!(listed[0]["ip"], "203.0.113.7");
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(false), &json!(true)));
    assert_eq!(listed[1]["id"], json!(session_id(&first).await));
    let time = |value: &Value| value.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(time(&listed[0]["created_at"]) - time(&listed[1]["created_at"]), TimeDelta::hours(1));
    assert!(!second.cookie("oskar_session").is_empty());
    for secret in ["digest", "oss_", "osr_", "hash"] {
        assert!(!json!(listed).to_string().contains(secret));
    }
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    for _ in 0..4 {
        app.sign_in("ana@acme.example").await;
    }
    let whole: Vec<_> = list(&person.with_cookie()).await.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(whole.len(), 5);
    let mut collected = Vec::new();
    let mut path = "/api/auth/sessions?limit=2".to_owned();
    let mut pages = 0;
    loop {
        let page = person.with_cookie().get(&path).await.status(200).json();
        collected.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/auth/sessions?limit=2&cursor={cursor}");
    }
    assert_eq!((collected, pages), (whole, 3));
}

#[tokio::test]
async fn one_of_them_can_be_ended_from_another() {
    let app = TestApp::start().await;
    let (lost, mine) =
        (app.register("ana@acme.example", Some("Acme")).await, app.sign_in("ana@acme.example").await);
    let path = format!("/api/auth/sessions/{}", session_id(&lost).await);
    mine.with_cookie().delete(&path).await.status(204);
    for client in [lost.with_cookie(), lost.with_bearer()] {
        client.get("/api/auth/me").await.status(401);
    }
    let body = json!({ "refresh_token": lost.refresh_token });
    app.anonymous().post("/api/auth/refresh", body).await.status(401);
    mine.with_cookie().get("/api/auth/me").await.status(200);
    assert_eq!(list(&mine.with_cookie()).await.len(), 1);
    mine.with_cookie().delete(&path).await.status(204);
}

#[tokio::test]
async fn all_others_can_be_ended_at_once() {
    let app = TestApp::start().await;
    let first = app.register("ana@acme.example", Some("Acme")).await;
    let (second, mine) = (app.sign_in("ana@acme.example").await, app.sign_in("ana@acme.example").await);
    let stranger = app.register("bea@acme.example", None).await;
    mine.with_bearer().delete("/api/auth/sessions").await.status(204);
    for ended in [&first, &second] {
        ended.with_cookie().get("/api/auth/me").await.status(401);
        ended.with_bearer().get("/api/auth/me").await.status(401);
    }
    assert_eq!(list(&mine.with_cookie()).await.len(), 1);
    stranger.with_cookie().get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn a50_somebody_else_s_session_does_not_exist() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let theirs = session_id(&org.member).await;
    let problem = async |person: &Person, id: &str| {
        let answer = person.with_cookie().delete(&format!("/api/auth/sessions/{id}")).await.status(404);
        let id = answer.json()["request_id"].as_str().unwrap().to_owned();
        answer.text().replace(&id, "")
    };
    let nothing = problem(&org.viewer, "sess_00000000000000000000000000").await;
    // Not even for their admin, whose way is another one.
    for person in [&org.viewer, &org.admin] {
        assert_eq!(problem(person, &theirs).await, nothing);
    }
    for id in [&org.viewer.user_id, "x", "%00", "sess_"] {
        assert_eq!(problem(&org.viewer, id).await, nothing, "{id}");
    }
    org.member.with_cookie().get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn a_cookie_lies_unused_for_a_day_at_most() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    for _ in 0..3 {
        app.advance(TimeDelta::hours(24) - TimeDelta::microseconds(1));
        uses(&app, &person, 200).await;
    }
    app.advance(TimeDelta::hours(24));
    uses(&app, &person, 401).await;
}

#[tokio::test]
async fn a_use_on_one_node_counts_on_the_other() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    app.advance(TimeDelta::hours(23));
    uses(&app, &person, 200).await;
    app.advance(TimeDelta::hours(23));
    // 46 hours after signing in, 23 after the last use.
    let other = app.another_node().await;
    Client::new(other.router.clone(), crate::support::Credential::Cookie(person.cookie.clone()))
        .get("/api/auth/me")
        .await
        .status(200);
    let listed = list(&person.with_cookie()).await;
    let seen = listed[0]["last_seen_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(app.app.now() - seen, TimeDelta::hours(23));
}

#[tokio::test]
async fn a_cookie_lives_thirty_days_at_most() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    for _ in 0..31 {
        app.advance(TimeDelta::hours(23));
        uses(&app, &person, 200).await;
    }
    app.advance(TimeDelta::hours(30 * 24 - 31 * 23) - TimeDelta::microseconds(1));
    uses(&app, &person, 200).await;
    app.advance(TimeDelta::microseconds(1));
    uses(&app, &person, 401).await;
}

#[tokio::test]
async fn the_lifetimes_are_settings() {
    let app = TestApp::with(&[("OSKAR_SESSIONS__IDLE", "10m"), ("OSKAR_SESSIONS__ABSOLUTE", "15m")]).await;
    let person = app.register("ana@acme.example", None).await;
    app.advance(TimeDelta::minutes(9));
    uses(&app, &person, 200).await;
    app.advance(TimeDelta::minutes(6));
    uses(&app, &person, 401).await;
    let idle = app.sign_in("ana@acme.example").await;
    app.advance(TimeDelta::minutes(10));
    uses(&app, &idle, 401).await;
}
