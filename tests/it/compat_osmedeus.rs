//! Osmedeus turned on by name: its document, row by row.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::forge::{Forge, decode, is_accepted, is_refused, parts};
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp};

const NAME: &str = "ana@acme.example";
const ON: (&str, &str) = ("OSKAR_COMPAT__OSMEDEUS", "on");
const DAY: i64 = 1440 * 60;

fn login(password: &str) -> Value {
    json!({ "username": NAME, "password": password })
}

async fn token(app: &TestApp) -> String {
    let answer = app.anonymous().post("/osm/api/login", login(PASSWORD)).await.status(200).json();
    answer["token"].as_str().unwrap().to_owned()
}

/// The status and the very body of an answer.
#[track_caller]
fn is(answer: &Answer, status: u16, expected: &Value) {
    assert_eq!((answer.status, &answer.json()), (status, expected), "{}", answer.asked);
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.asked);
}

#[track_caller]
fn is_error(answer: &Answer, status: u16, message: &str) {
    is(answer, status, &json!({ "error": true, "message": message }));
}

#[track_caller]
fn is_signed_out(answer: &Answer) {
    is(answer, 200, &json!({ "message": "Logged out successfully" }));
    let cookie = answer.set_cookie();
    assert!(cookie.starts_with("oskar_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
}

async fn log_out(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    app.anonymous().call_with(Method::POST, "/osm/api/logout", headers, None).await
}

#[tokio::test]
async fn a_sign_in_answers_a_token_with_the_documented_claims() {
    let app = TestApp::with(&[ON]).await;
    let ana = app.register(NAME, Some("Acme")).await;
    let answer = app.anonymous().post("/osm/api/login", login(PASSWORD)).await;
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    is(&answer, 200, &json!({ "token": token }));
    let [header, claims, _] = parts(&token).map(str::to_owned);
    let claims = decode(&claims);
    assert_eq!(decode(&header)["alg"], "HS256");
    // Ana has no username: what she signs in with is her address.
    assert_eq!(claims["username"], json!(NAME));
    assert_eq!(claims["iat"], json!(app.app.now().timestamp()));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), DAY);
    assert_eq!((&claims["sub"], &claims["role"]), (&json!(ana.user_id), &json!("admin")));
    ana.with_bearer().patch("/api/account", json!({ "username": "ana" })).await.status(200);
    assert_eq!(decode(parts(&self::token(&app).await)[1])["username"], "ana");
    // Our own tokens are as they were.
    let ours = app.sign_in(NAME).await.access_token;
    assert_eq!(decode(parts(&ours)[0])["alg"], "ES256");
    assert_eq!(decode(parts(&ours)[1]).get("username"), None);
    // It opens its own door and ours, for a day.
    for path in ["/osm/api/scans", "/api/auth/me"] {
        app.advance(TimeDelta::seconds(DAY / 2 - 1));
        Client::new(app.router.clone(), Credential::Bearer(token.clone())).get(path).await.status(200);
    }
    app.advance(TimeDelta::seconds(60));
    is_refused(&app, &token, "after 1440 minutes").await;
}

#[tokio::test]
async fn its_lifetime_and_its_algorithm_are_settings() {
    let settings =
        [ON, ("OSKAR_COMPAT__OSMEDEUS_ACCESS_TTL", "5m"), ("OSKAR_COMPAT__OSMEDEUS_ALGORITHM", "EdDSA")];
    let app = TestApp::with(&settings).await;
    app.register(NAME, None).await;
    let token = token(&app).await;
    let claims = decode(parts(&token)[1]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert_eq!(decode(parts(&token)[0])["alg"], "EdDSA");
    is_accepted(&app, &token).await;
}

#[tokio::test]
async fn logging_out_needs_no_credential() {
    let app = TestApp::with(&[ON]).await;
    let org = app.organisation("Acme").await;
    app.register(NAME, None).await;
    // As in its example.
    is_signed_out(&log_out(&app, &[]).await);
    let key = org.key("live", "member", None).await;
    let bearer = |token: &str| format!("Bearer {token}");
    let (wrong, basic) = (bearer("a.b.c"), crate::support::basic(NAME, "not the password"));
    for headers in [
        &[("authorization", wrong.as_str())][..],
        &[("authorization", "nonsense")],
        &[("authorization", &basic)],
        &[("cookie", "oskar_session=nonsense")],
        &[("x-osm-api-key", "null")],
        &[("x-osm-api-key", &key.secret), ("x-api-key", &key.secret)],
    ] {
        is_signed_out(&log_out(&app, headers).await);
    }
    // No password was tried: the budget of the address is whole.
    for _ in 0..10 {
        is_signed_out(&log_out(&app, &[("authorization", &basic)]).await);
    }
    token(&app).await;
    key.with_bearer().get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn logging_out_ends_the_sessions_of_the_token_and_of_the_cookie() {
    let app = TestApp::with(&[ON]).await;
    app.register(NAME, None).await;
    let first = token(&app).await;
    is_signed_out(&log_out(&app, &[("authorization", &format!("Bearer {first}"))]).await);
    is_refused(&app, &first, "signed out").await;
    // Once more, with what has ended.
    is_signed_out(&log_out(&app, &[("authorization", &format!("Bearer {first}"))]).await);
    // A stale token does not keep the cookie's session alive, nor the cookie's the token's.
    let (by_token, by_cookie) = (app.sign_in(NAME).await, app.sign_in(NAME).await);
    let cookie = format!("oskar_session={}", by_cookie.cookie);
    for token in [&first, &by_token.access_token] {
        let bearer = format!("Bearer {token}");
        is_signed_out(&log_out(&app, &[("authorization", &bearer), ("cookie", &cookie)]).await);
        by_cookie.with_cookie().get("/api/auth/me").await.status(401);
    }
    by_token.with_bearer().get("/api/auth/me").await.status(401);
    // Both of the same session.
    let both = app.sign_in(NAME).await;
    let (bearer, cookie) =
        (format!("Bearer {}", both.access_token), format!("oskar_session={}", both.cookie));
    is_signed_out(&log_out(&app, &[("authorization", &bearer), ("cookie", &cookie)]).await);
    both.with_cookie().get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn nobody_is_told_to_be_signed_out_who_is_not() {
    let app = TestApp::with(&[ON]).await;
    let ana = app.register(NAME, None).await;
    // A foreign page would sign its visitor out: the answer clears the cookie, sent or not.
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let answer = log_out(&app, &foreign).await;
    assert!(!answer.headers.contains_key("set-cookie"));
    let told = "The request came from another site. Add its origin to `allowed_origins` if it may.";
    is_error(&answer, 403, told);
    // What cannot be looked up has not ended.
    app.app.db.clone().close().await;
    let answer = log_out(&app, &[("authorization", &format!("Bearer {}", ana.access_token))]).await;
    is_error(&answer, 503, "The database cannot be reached, or cannot read or write. Try again in a moment.");
    assert_eq!(answer.header("retry-after"), "1");
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn every_failure_has_its_shape_whatever_refuses() {
    let app = TestApp::with(&[
        ON,
        ("OSKAR_LIMITS__RATE_PER_SECOND", "1"),
        ("OSKAR_LIMITS__RATE_BURST", "4"),
        ("OSKAR_LIMITS__BODY_BYTES", "2000"),
    ])
    .await;
    app.register(NAME, None).await;
    let pause = || app.advance(TimeDelta::minutes(2));
    let foreign = [("origin", "https://evil.example")];
    let answer =
        app.anonymous().call_with(Method::POST, "/osm/api/login", &foreign, Some(login(PASSWORD))).await;
    assert_eq!((answer.status, &answer.json()["error"]), (403, &json!(true)));
    let large = json!({ "username": NAME, "password": "x".repeat(3000) });
    is_error(
        &app.anonymous().post("/osm/api/login", large).await,
        413,
        "The body is larger than this server accepts.",
    );
    let answer = app.anonymous().get("/osm/api/login").await;
    is_error(&answer, 405, "This path does not have that method.");
    assert_eq!(answer.header("allow"), "POST");
    pause();
    let answers = async |times: usize| {
        let mut last = None;
        for _ in 0..times {
            last = Some(app.anonymous().post("/osm/api/login", json!({})).await);
        }
        last.unwrap()
    };
    is_error(&answers(4).await, 400, "Invalid request body");
    let answer = answers(1).await;
    is_error(&answer, 429, "Too many requests from this address. Slow down.");
    assert!(!answer.header("retry-after").is_empty() && !answer.header("ratelimit").is_empty());
    // Ours, on the other hand, have ours.
    assert_eq!(app.anonymous().post("/api/auth/login", json!({})).await.status(429).code(), "rate_limited");
}

#[tokio::test]
async fn a_head_request_has_no_body() {
    let app = TestApp::with(&[ON]).await;
    let answer = app.anonymous().call(Method::HEAD, "/osm/api/scans", None).await.status(401);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn its_tokens_are_refused_once_it_is_turned_off_and_its_doors_are_gone() {
    let app = TestApp::with(&[ON]).await;
    app.register(NAME, Some("Acme")).await;
    let token = token(&app).await;
    is_accepted(&app, &token).await;
    let own = app.another_node_with(&[]).await;
    is_refused(&own, &token, "its tokens are as our own again").await;
    let ours = own.anonymous().post("/osm/api/login", login(PASSWORD)).await.status(200).json();
    let claims = decode(parts(ours["token"].as_str().unwrap())[1]);
    assert_eq!(claims.get("username"), None);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let off = app.another_node_with(&[("OSKAR_COMPAT__OSMEDEUS", "off")]).await;
    is_refused(&off, &token, "it is turned off").await;
    for path in ["/osm/api/login", "/osm/api/logout", "/osm/api/scans"] {
        assert_eq!(off.anonymous().post(path, json!({})).await.status(404).code(), "not_found");
    }
    // In time it is good again: nothing of its session has ended.
    is_accepted(&app, &token).await;
}

#[tokio::test]
async fn its_key_signs_with_its_own_algorithm_alone() {
    let app = TestApp::with(&[ON]).await;
    let mut ana = app.register(NAME, Some("Acme")).await;
    let ours = Forge::of(&app, &ana).await;
    ana.access_token = token(&app).await;
    let its = Forge::of(&app, &ana).await;
    is_accepted(&app, &its.sign(&its.header, &its.claims)).await;
    for algorithm in ["none", "ES256", "HS512", "hs256"] {
        is_refused(&app, &its.with_header("alg", &json!(algorithm)), algorithm).await;
    }
    is_refused(&app, &its.sign(&ours.header, &its.claims), "the kid of our own key").await;
    is_refused(&app, &ours.sign(&its.header, &its.claims), "our own key under its kid").await;
    // A claim of its own opens nothing more.
    is_refused(&app, &its.without_claim("sid"), "no session").await;
    is_refused(&app, &its.with_claim("sub", &json!("user_01m80000000000000000000000")), "another user").await;
}
