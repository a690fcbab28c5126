//! Refresh tokens: exchanged once, given again to whoever lost the answer, and deadly for thieves.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use oskar::crypto::secret::checksum;
use serde_json::{Value, json};

use crate::operator;
use crate::support::{Answer, Client, Credential, PASSWORD, Person, TestApp};

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": token })).await
}

/// Refreshes and gives the successor.
async fn successor(app: &TestApp, token: &str) -> String {
    refresh(app, token).await.status(200).json()["refresh_token"].as_str().unwrap().to_owned()
}

async fn is_refused(app: &TestApp, token: &str) {
    let answer = refresh(app, token).await.status(401);
    assert_eq!(answer.code(), "invalid_refresh_token");
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="oskar", error="invalid_token""#);
    assert!(!answer.headers.contains_key("set-cookie"), "a refusal touches no cookie");
}

fn bearer(app: &TestApp, token: &str) -> Client {
    Client::new(app.router.clone(), Credential::Bearer(token.to_owned()))
}

async fn is_signed_out(person: &Person) {
    for client in [person.with_cookie(), person.with_bearer()] {
        client.get("/api/auth/me").await.status(401);
    }
}

#[tokio::test]
async fn a_token_is_exchanged_for_a_new_pair() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    app.advance(TimeDelta::minutes(14));
    let answer = refresh(&app, &person.refresh_token).await.status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.headers.contains_key("set-cookie"), "the cookie stays as it is");
    let body = answer.json();
    assert_ne!(body["refresh_token"], json!(person.refresh_token));
    for same in ["success", "token_type", "expires_in", "user", "organisation"] {
        assert_eq!(body[same], person.signed_in[same], "{same}");
    }
    app.advance(TimeDelta::minutes(14));
    person.with_bearer().get("/api/auth/me").await.status(401);
    bearer(&app, body["access_token"].as_str().unwrap()).get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn the_token_comes_in_the_body_or_as_bearer_but_not_twice() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let request = |authorization: &str, body: Option<Value>| {
        let request = Request::post("/api/auth/refresh").header("authorization", authorization);
        match body {
            Some(body) => {
                request.header("content-type", "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        }
        .unwrap()
    };
    let authorization = format!("bearer {}", person.refresh_token);
    let body = json!({ "refresh_token": person.refresh_token });
    let both = app.anonymous().send(request(&authorization, Some(body))).await.status(400);
    assert_eq!(both.code(), "ambiguous_credentials");
    let answer = app.anonymous().send(request(&authorization, None)).await.status(200);
    successor(&app, answer.json()["refresh_token"].as_str().unwrap()).await;
    let none = app.anonymous().send(Request::post("/api/auth/refresh").body(Body::empty()).unwrap()).await;
    assert_eq!(none.status(401).code(), "invalid_refresh_token");
    // The cookie alone refreshes nothing.
    let request = Request::post("/api/auth/refresh").body(Body::empty()).unwrap();
    person.with_cookie().send(request).await.status(401);
}

#[tokio::test]
async fn whoever_lost_the_answer_gets_the_same_successor_for_ten_seconds() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let first = refresh(&app, &person.refresh_token).await.status(200).json();
    for _ in 0..2 {
        app.advance(TimeDelta::seconds(5));
        let again = refresh(&app, &person.refresh_token).await.status(200).json();
        assert_eq!(again["refresh_token"], first["refresh_token"]);
        bearer(&app, again["access_token"].as_str().unwrap()).get("/api/auth/me").await.status(200);
    }
    // Having been asked for it twice does not use it up.
    successor(&app, first["refresh_token"].as_str().unwrap()).await;
}

#[tokio::test]
async fn for_how_long_is_a_setting_and_without_it_each_token_is_good_once() {
    let app = TestApp::with(&[("OSKAR_TOKENS__REFRESH_GRACE", "60s")]).await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let next = successor(&app, &person.refresh_token).await;
    app.advance(TimeDelta::seconds(60));
    assert_eq!(successor(&app, &person.refresh_token).await, next);

    let strict = TestApp::with(&[("OSKAR_TOKENS__REFRESH_GRACE", "0")]).await;
    let person = strict.register("ana@acme.example", Some("Acme")).await;
    successor(&strict, &person.refresh_token).await;
    // In the same millisecond, and on a node whose clock is behind.
    strict.advance(TimeDelta::seconds(-1));
    is_refused(&strict, &person.refresh_token).await;
    is_signed_out(&person).await;
}

#[tokio::test]
async fn a_token_used_again_later_ends_the_session() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let thief = org.member.refresh_token.clone();
    let newest = successor(&app, &thief).await;
    let session = org.member.with_cookie().get("/api/auth/me").await.status(200).json()["session_id"].clone();
    app.advance(TimeDelta::milliseconds(10_001));
    is_refused(&app, &thief).await;
    is_signed_out(&org.member).await;
    is_refused(&app, &newest).await;

    let path = format!("{}/events?type=session.refresh_reused", org.path);
    let events = org.admin.with_cookie().get(&path).await.status(200).json();
    assert_eq!(events["data"].as_array().unwrap().len(), 1, "{events}");
    assert_eq!(events["data"][0]["target"]["id"], session);
    assert_eq!(events["data"][0]["data"]["object"], json!({ "presented": 0, "current": 1 }));
    assert_eq!(events["data"][0]["request"]["ip"], "203.0.113.7");
    // It was the session's end, not the account's.
    app.sign_in(&org.member.email).await;
}

#[tokio::test]
async fn a37_a_token_used_again_after_its_successor_was_used_ends_the_session_at_once() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let second = successor(&app, &person.refresh_token).await;
    let third = successor(&app, &second).await;
    is_refused(&app, &person.refresh_token).await;
    is_signed_out(&person).await;
    for token in [second, third] {
        is_refused(&app, &token).await;
    }
}

#[tokio::test]
async fn a_token_lies_unused_for_thirty_days_at_most() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let next = successor(&app, &person.refresh_token).await;
    app.advance(TimeDelta::days(30));
    is_refused(&app, &next).await;
}

#[tokio::test]
async fn a40_a_sign_in_is_refreshed_for_ninety_days_at_most() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let mut token = person.refresh_token;
    for _ in 0..3 {
        app.advance(TimeDelta::days(29));
        token = successor(&app, &token).await;
    }
    app.advance(TimeDelta::days(3) - TimeDelta::seconds(1));
    let last = successor(&app, &token).await;
    app.advance(TimeDelta::seconds(1));
    is_refused(&app, &last).await;
    is_refused(&app, &token).await;
}

#[tokio::test]
async fn the_lifetimes_are_settings() {
    let app = TestApp::with(&[
        ("OSKAR_TOKENS__REFRESH_IDLE", "1h"),
        ("OSKAR_TOKENS__REFRESH_ABSOLUTE", "90m"),
        ("OSKAR_TOKENS__ACCESS_TTL", "5m"),
    ])
    .await;
    let person = app.register("ana@acme.example", None).await;
    assert_eq!(person.signed_in["expires_in"], 300);
    app.advance(TimeDelta::minutes(59));
    let next = successor(&app, &person.refresh_token).await;
    app.advance(TimeDelta::minutes(31));
    is_refused(&app, &next).await;
}

#[tokio::test]
async fn a28_one_kind_of_token_is_no_good_for_the_other() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    for client in [bearer(&app, &person.refresh_token), bearer(&app, &person.cookie)] {
        assert_eq!(client.get("/api/auth/me").await.status(401).code(), "invalid_credential");
    }
    let cookie = Client::new(app.router.clone(), Credential::Cookie(person.refresh_token.clone()));
    cookie.get("/api/auth/me").await.status(401);
    for token in [&person.access_token, &person.cookie] {
        is_refused(&app, token).await;
    }
    // None of that was taken for theft.
    successor(&app, &person.refresh_token).await;
}

#[tokio::test]
async fn an_altered_token_is_refused_however_well_it_adds_up() {
    let app = TestApp::start().await;
    let (person, other) =
        (app.register("a@acme.example", None).await, app.register("b@acme.example", None).await);
    let token = &person.refresh_token;
    // `osr_`, 22 characters of session, 6 of counter, 22 of MAC, 6 of checksum.
    let (session, counter, mac) = (&token[4..26], &token[26..32], &token[32..54]);
    let put_together = |session: &str, counter: &str, mac: &str| {
        let body = format!("osr_{session}{counter}{mac}");
        let sum = checksum(&body);
        body + &sum
    };
    assert_eq!(&put_together(session, counter, mac), token, "this is how they are made");
    let swapped = |text: &str| {
        let last = if text.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &text[..text.len() - 1])
    };
    for altered in [
        put_together(session, counter, &swapped(mac)),
        put_together(session, "000001", mac),
        put_together(&other.refresh_token[4..26], counter, mac),
        put_together(session, counter, "0000000000000000000000"),
        swapped(token),
        token[..59].to_owned(),
        format!("{token}0"),
        token.to_uppercase(),
        String::new(),
        "osr_".to_owned(),
    ] {
        is_refused(&app, &altered).await;
    }
    // Another installation's token, though its bytes add up there.
    let elsewhere = TestApp::with(&[("OSKAR_SECRET_KEY", "another master secret, long enough")]).await;
    is_refused(&app, &elsewhere.register("a@acme.example", None).await.refresh_token).await;
    successor(&app, token).await;
}

#[tokio::test]
async fn a40_what_ends_a_session_ends_its_chain() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;

    let other = app.sign_in(&org.viewer.email).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another good password" });
    let changed = org.viewer.with_cookie().post("/api/auth/change-password", body).await.status(200);
    let viewer = Person::new(&app, &changed);
    is_refused(&app, &other.refresh_token).await;
    is_refused(&app, &org.viewer.refresh_token).await;
    successor(&app, &viewer.refresh_token).await;

    viewer.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    is_refused(&app, &viewer.refresh_token).await;

    operator::disable(&app, &org.member.user_id).await.unwrap();
    is_refused(&app, &org.member.refresh_token).await;
    operator::enable(&app, &org.member.user_id).await;
    is_refused(&app, &org.member.refresh_token).await;
}

#[tokio::test]
async fn the_next_token_knows_nothing_of_an_organisation_that_was_left() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    org.admin.with_cookie().delete(&member).await.status(204);
    let body = refresh(&app, &org.member.refresh_token).await.status(200).json();
    assert_eq!((&body["organisation"], &body["user"]["role"]), (&Value::Null, &Value::Null));
    let client = bearer(&app, body["access_token"].as_str().unwrap());
    client.get(&org.path).await.status(404);
    assert_eq!(client.get("/api/auth/me").await.status(200).json()["permissions"], json!([]));

    // Whoever has another organisation goes on in that one.
    org.viewer.with_cookie().post("/api/orgs", json!({ "name": "Second" })).await.status(201);
    let viewer = format!("{}/members/{}", org.path, org.viewer.user_id);
    org.admin.with_cookie().delete(&viewer).await.status(204);
    let body = refresh(&app, &org.viewer.refresh_token).await.status(200).json();
    assert_eq!((&body["organisation"]["slug"], &body["user"]["role"]), (&json!("second"), &json!("admin")));
}
