//! Clients of the appliance, turned on by name: requests, answers and claims as its document has them.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::clock::Timestamp;
use oskar::worker::updates;
use serde_json::{Value, json};

use crate::forge::{is_accepted, is_refused, verified};
use crate::races::at_once;
use crate::support::{Answer, Client, Credential, FakeIssuer, PASSWORD, Person, SPEAKS_FOR_ACME, TestApp};

const NAME: &str = "ana@acme.example";
const ON: (&str, &str) = ("OSKAR_COMPAT__APPLIANCE", "on");
const EIGHT_HOURS: i64 = 8 * 3600;
const A_WEEK: i64 = 7 * 86_400;

struct Tokens {
    access: String,
    refresh: String,
}

fn bearer(app: &TestApp, token: &str) -> Client {
    Client::new(app.router.clone(), Credential::Bearer(token.to_owned()))
}

fn login(password: &str) -> Value {
    json!({ "username": NAME, "password": password })
}

/// The documented members; ours stand beside them.
fn tokens(answer: &Answer) -> Tokens {
    let body = answer.json();
    assert_eq!(
        (answer.status, &body["status"], &body["token_type"]),
        (200, &json!("success"), &json!("Bearer"))
    );
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Tokens { access: text("access_token"), refresh: text("refresh_token") }
}

async fn sign_in(app: &TestApp) -> Tokens {
    tokens(&app.anonymous().post("/api/auth/login", login(PASSWORD)).await)
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": token })).await
}

async fn no_refresh(app: &TestApp, token: &str) {
    assert_eq!(refresh(app, token).await.status(401).code(), "invalid_refresh_token");
}

async fn started() -> (TestApp, Person) {
    let app = TestApp::with(&[ON]).await;
    let ana = app.register(NAME, Some("Acme")).await;
    (app, ana)
}

async fn has_its_claims(app: &TestApp, token: &str, kind: &str, lifetime: i64) -> Value {
    let (header, said) = verified(app, token).await;
    let now = app.app.now().timestamp();
    assert_eq!((&header["alg"], &said["type"]), (&json!("HS256"), &json!(kind)));
    assert_eq!((&said["iat"], &said["exp"]), (&json!(now), &json!(now + lifetime)), "{kind}");
    said
}

/// A token's `exp` is the end of a session, to the second, and not later.
async fn ends_with_it(app: &TestApp, token: &str, end: Timestamp) {
    let left = end.timestamp() - verified(app, token).await.1["exp"].as_i64().unwrap();
    assert!((0..=1).contains(&left), "{left}");
}

#[tokio::test]
async fn a_sign_in_gives_two_jwts_beside_our_own_members() {
    let (app, ana) = started().await;
    let answer = app.anonymous().post("/api/auth/login", login(PASSWORD)).await;
    let first = tokens(&answer);
    has_its_claims(&app, &first.access, "access", EIGHT_HOURS).await;
    has_its_claims(&app, &first.refresh, "refresh", A_WEEK).await;
    let body = answer.json();
    assert_eq!((&body["success"], &body["token"]), (&json!(true), &json!(first.access)));
    assert_eq!((&body["expires_in"], &body["user"]["id"]), (&json!(EIGHT_HOURS), &json!(ana.user_id)));
    assert!(answer.cookie("oskar_session").starts_with("oss_"), "what the session's cookie is stays");
    for client in [bearer(&app, &first.access), ana.with_basic(), ana.with_cookie()] {
        client.get("/api/auth/me").await.status(200);
        client.get("/api/ws-token").await.status(200);
    }
    app.advance(TimeDelta::seconds(EIGHT_HOURS + 29));
    is_accepted(&app, &first.access).await;
    app.advance(TimeDelta::seconds(1));
    is_refused(&app, &first.access, "after eight hours").await;
    let wrong = app.anonymous().post("/api/auth/login", login("not the password")).await;
    assert_eq!(wrong.status(401).code(), "invalid_login");
}

#[tokio::test]
async fn every_door_of_our_own_api_gives_such_tokens() {
    let (app, ana) = started().await;
    let invited = app.register("bob@acme.example", None).await;
    for person in [&ana, &invited] {
        has_its_claims(&app, &person.access_token, "access", EIGHT_HOURS).await;
        has_its_claims(&app, &person.refresh_token, "refresh", A_WEEK).await;
    }
    let asked = ana.with_bearer().post("/api/auth/token", json!({ "org": "acme" })).await;
    has_its_claims(&app, asked.json()["token"].as_str().unwrap(), "access", EIGHT_HOURS).await;
    let again = ana.with_bearer().post("/api/auth/reauthenticate", json!({ "password": PASSWORD })).await;
    let again = tokens(&again);
    has_its_claims(&app, &again.access, "access", EIGHT_HOURS).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another horse battery staple" });
    let changed = tokens(&bearer(&app, &again.access).post("/api/auth/change-password", body).await);
    has_its_claims(&app, &changed.refresh, "refresh", A_WEEK).await;
    refresh(&app, &changed.refresh).await.status(200);
    for ended in [&ana.refresh_token, &again.refresh] {
        no_refresh(&app, ended).await;
    }
    // The cookie alone stays alone.
    let mut body = login("another horse battery staple");
    body["session"] = json!("cookie");
    let answer = app.anonymous().post("/api/auth/login", body).await.status(200).json();
    assert!(answer.get("refresh_token").is_none() && answer.get("access_token").is_none());
}

#[tokio::test]
async fn a_refresh_token_is_refused_at_protected_paths_and_at_the_other_dialect_s_door() {
    let app = TestApp::with(&[ON, ("OSKAR_COMPAT__CORE", "on")]).await;
    app.register(NAME, Some("Acme")).await;
    let theirs = sign_in(&app).await;
    for path in ["/api/auth/me", "/api/verify", "/api/orgs/acme", "/api/ws-token", "/osm/api/scans"] {
        bearer(&app, &theirs.refresh).get(path).await.status(401);
    }
    for path in ["/api/logout", "/api/auth/logout", "/api/auth/token", "/api/auth/ws-token"] {
        bearer(&app, &theirs.refresh).post(path, json!({})).await.status(401);
    }
    let change = json!({ "current_password": PASSWORD, "new_password": "another horse battery staple" });
    bearer(&app, &theirs.refresh).post("/api/change-password", change).await.status(401);
    bearer(&app, &theirs.refresh).get("/api/login/refresh").await.status(401);
    no_refresh(&app, &theirs.access).await;
    let core = app.anonymous().post("/api/login", login(PASSWORD)).await.status(200).json();
    no_refresh(&app, core["refresh_token"].as_str().unwrap()).await;
    // Nobody was taken for a thief.
    refresh(&app, &theirs.refresh).await.status(200);
    bearer(&app, core["refresh_token"].as_str().unwrap()).get("/api/login/refresh").await.status(200);
}

#[tokio::test]
async fn a_refresh_gives_a_fresh_pair_and_an_old_token_is_theft() {
    let (app, _) = started().await;
    let first = sign_in(&app).await;
    app.advance(TimeDelta::days(6));
    let answer = refresh(&app, &first.refresh).await;
    let second = tokens(&answer);
    has_its_claims(&app, &second.access, "access", EIGHT_HOURS).await;
    let said = has_its_claims(&app, &second.refresh, "refresh", A_WEEK).await;
    is_accepted(&app, &second.access).await;
    // A lost answer: the same successor, which is good no longer than the first of them.
    app.advance(TimeDelta::seconds(9));
    let lost = tokens(&refresh(&app, &first.refresh).await);
    let again = verified(&app, &lost.refresh).await.1;
    assert_eq!(
        (&again["counter"], &again["sid"], &again["exp"]),
        (&said["counter"], &said["sid"], &said["exp"])
    );
    let third = tokens(&bearer(&app, &lost.refresh).call(Method::POST, "/api/auth/refresh", None).await);
    app.advance(TimeDelta::seconds(11));
    no_refresh(&app, &second.refresh).await;
    for token in [&second.access, &third.access] {
        is_refused(&app, token, "the session was ended for a theft").await;
    }
    no_refresh(&app, &third.refresh).await;
    assert_eq!(app.subjects(NAME).await[0], "A session was ended for your safety");
}

#[tokio::test]
async fn without_grace_each_is_good_once() {
    let app = TestApp::with(&[ON, ("OSKAR_TOKENS__REFRESH_GRACE", "0")]).await;
    app.register(NAME, Some("Acme")).await;
    let first = sign_in(&app).await;
    let second = tokens(&refresh(&app, &first.refresh).await);
    no_refresh(&app, &first.refresh).await;
    no_refresh(&app, &second.refresh).await;
    is_refused(&app, &second.access, "theft").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_refreshes_at_once_all_get_the_same_successor() {
    let (app, _) = started().await;
    let nodes = [&app, &app.another_node().await];
    let first = sign_in(&app).await;
    let tasks = (0..8).map(|turn| {
        let (client, body) = (nodes[turn % 2].anonymous(), json!({ "refresh_token": first.refresh }));
        async move { client.post("/api/auth/refresh", body).await }
    });
    let mut counters = std::collections::BTreeSet::new();
    for answer in at_once(tasks).await {
        counters.insert(verified(&app, &tokens(&answer).refresh).await.1["counter"].as_u64().unwrap());
    }
    assert_eq!(counters.into_iter().collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_week_unused_is_the_end_and_so_are_ninety_days_in_all() {
    let (app, _) = started().await;
    let idle = sign_in(&app).await;
    app.advance(TimeDelta::seconds(A_WEEK - 1));
    let mut kept = tokens(&refresh(&app, &idle.refresh).await);
    app.advance(TimeDelta::seconds(A_WEEK));
    no_refresh(&app, &kept.refresh).await;

    kept = sign_in(&app).await;
    for _ in 0..14 {
        app.advance(TimeDelta::days(6));
        kept = tokens(&refresh(&app, &kept.refresh).await);
    }
    // Of the last one no more is promised than holds.
    let said = verified(&app, &kept.refresh).await.1;
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 6 * 86_400);
    app.advance(TimeDelta::days(6));
    no_refresh(&app, &kept.refresh).await;
}

#[tokio::test]
async fn no_token_outlives_the_session_of_an_issuer() {
    let issuer = FakeIssuer::start().await;
    let outlives = ("OSKAR_ISSUERS__0__SESSION_OUTLIVES", "1h");
    let app = TestApp::with(&issuer.settings(&[ON, SPEAKS_FOR_ACME, outlives])).await;
    app.register(NAME, Some("Acme")).await;
    // It is good for five minutes, and clocks may differ by thirty seconds.
    let end = app.app.now() + TimeDelta::seconds(300 + 30 + 3600);
    let token = issuer.token(app.app.now(), "subject-1", NAME);
    let first = tokens(&bearer(&app, &token).call(Method::POST, "/api/auth/login", None).await);
    app.advance(TimeDelta::hours(1));
    let second = tokens(&refresh(&app, &first.refresh).await);
    for token in [&first.access, &first.refresh, &second.access, &second.refresh] {
        ends_with_it(&app, token, end).await;
    }
    let off = issuer.settings(&[ON, SPEAKS_FOR_ACME, ("OSKAR_ISSUERS__0__ENABLED", "false")]);
    let off = app.another_node_with(&off).await;
    is_refused(&off, &second.access, "the issuer is off").await;
    assert_eq!(refresh(&off, &second.refresh).await.status(403).code(), "issuer_disabled");
    app.advance(TimeDelta::seconds(330));
    no_refresh(&app, &second.refresh).await;
    is_refused(&app, &second.access, "the session is over").await;
}

#[tokio::test]
async fn a_logout_ends_the_very_token_also_after_a_restart() {
    let (app, ana) = started().await;
    let (ended, other) = (sign_in(&app).await, sign_in(&app).await);
    let logout = bearer(&app, &ended.access).post("/api/logout", json!({})).await;
    assert_eq!((logout.status, logout.json()), (200, json!({ "status": "success" })));
    for node in [&app, &app.another_node().await] {
        is_refused(node, &ended.access, "signed out").await;
        no_refresh(node, &ended.refresh).await;
        is_accepted(node, &other.access).await;
    }
    let again = bearer(&app, &ended.access).post("/api/logout", json!({})).await.status(401).json();
    assert_eq!(
        again,
        json!({ "status": "error", "message": "The credential is malformed, expired or revoked." })
    );
    // By Basic it does nothing and succeeds.
    let basic = ana.with_basic().post("/api/logout", json!({})).await;
    assert_eq!((basic.status, basic.json()), (200, json!({ "status": "success" })));
    ana.with_basic().get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn a_new_password_is_refused_in_its_shape_by_our_policy() {
    let (app, _) = started().await;
    let ours = TestApp::start().await;
    let here = ours.register(NAME, Some("Acme")).await;
    let first = sign_in(&app).await;
    let change = |current: &str, new: &str| json!({ "current_password": current, "new_password": new });
    for (status, body) in [
        (422, change(PASSWORD, "short")),
        (422, change(PASSWORD, "password1234")),
        (403, change("not the password", "another horse battery staple")),
        (422, json!({ "new_password": "another horse battery staple" })),
        (422, json!({})),
    ] {
        let problem = here.with_bearer().post("/api/change-password", body.clone()).await.status(status);
        let message = problem.json()["message"].clone();
        assert!(problem.code() != "" && message.as_str().unwrap().len() > 10);
        let refused = bearer(&app, &first.access).post("/api/change-password", body).await.status(status);
        assert_eq!(refused.json(), json!({ "status": "error", "message": message }));
        assert_eq!(refused.header("content-type"), "application/json");
    }
    // Also what is refused before anybody looks who is calling.
    let long = change(PASSWORD, &"x".repeat(70_000));
    for (status, method, body) in [(413, Method::POST, Some(long)), (405, Method::GET, None)] {
        let answer = bearer(&app, &first.access).call(method, "/api/change-password", body).await;
        assert_eq!(answer.status(status).json()["status"], "error");
    }
    let anonymous = app.anonymous().post("/api/change-password", change("x", "y")).await.status(401);
    assert_eq!(anonymous.json()["status"], "error");
    assert_eq!(anonymous.header("www-authenticate"), r#"Bearer realm="oskar""#);
    let new = "another horse battery staple";
    let changed = bearer(&app, &first.access).post("/api/change-password", change(PASSWORD, new)).await;
    assert_eq!((changed.status, changed.json()), (200, json!({ "status": "success" })));
    is_refused(&app, &first.access, "the password was changed").await;
    no_refresh(&app, &first.refresh).await;
    app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(401);
    tokens(&app.anonymous().post("/api/auth/login", login(new)).await);
}

#[tokio::test]
async fn health_says_healthy_and_whether_there_is_news_but_not_which() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let feed = json!({
        "latest": { "version": "99.1.0", "url": "https://oskar.example/99.1.0" },
        "advisories": [{ "id": "OSKAR-1", "title": "A weakness", "severity": "high", "affected": ["<99"] }],
    });
    std::fs::write(file.path(), feed.to_string()).unwrap();
    let app = TestApp::with(&[ON, ("OSKAR_UPDATE_FEED", file.path().to_str().unwrap())]).await;
    let ana = app.register(NAME, Some("Acme")).await;
    let expected = |pending: bool| {
        let version = env!("CARGO_PKG_VERSION");
        json!({ "status": "healthy", "version": version, "update_pending": pending, "advisory_pending": pending })
    };
    for pending in [false, true] {
        for path in ["/health", "/api/health"] {
            assert_eq!(app.anonymous().get(path).await.status(200).json(), expected(pending));
        }
        updates::tick(&app.app).await.unwrap();
    }
    let told = ana.with_bearer().get("/health").await.status(200).json();
    assert_eq!((&told["status"], &told["update_pending"]), (&json!("healthy"), &json!(true)));
    assert_eq!(told["advisories"][0]["id"], "OSKAR-1");
    for path in ["/livez", "/readyz"] {
        let own = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
        assert_eq!(app.anonymous().get(path).await.json(), own);
    }
    // Not turned on by name, nobody but administrators learns of it.
    let silent = TestApp::start().await.anonymous().get("/health").await.json();
    assert_eq!(silent, json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
}

#[tokio::test]
async fn five_failures_in_five_minutes_close_the_door_until_the_window_ends() {
    let (app, _) = started().await;
    for _ in 0..5 {
        app.anonymous().post("/api/auth/login", login("not the password")).await.status(401);
    }
    let closed = app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(429);
    let wait: i64 = closed.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&wait), "{wait}");
    app.advance(TimeDelta::seconds(wait - 1));
    app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(429);
    app.advance(TimeDelta::seconds(1));
    sign_in(&app).await;
}

#[tokio::test]
async fn turned_off_its_tokens_count_no_more_and_turned_on_ours_go_on() {
    let (app, ana) = started().await;
    for settings in [&[("OSKAR_COMPAT__APPLIANCE", "off")][..], &[], &[("OSKAR_COMPAT__CORE", "on")]] {
        let off = app.another_node_with(settings).await;
        is_refused(&off, &ana.access_token, "the appliance is not turned on").await;
        no_refresh(&off, &ana.refresh_token).await;
        // The cookie is the session's, which goes on.
        Client::new(off.router.clone(), Credential::Cookie(ana.cookie.clone()))
            .get("/api/auth/me")
            .await
            .status(200);
    }
    let ours = app.another_node_with(&[]).await.sign_in(NAME).await;
    assert!(ours.refresh_token.starts_with("osr_"));
    is_accepted(&app, &ours.access_token).await;
    let moved = tokens(&refresh(&app, &ours.refresh_token).await);
    has_its_claims(&app, &moved.refresh, "refresh", A_WEEK).await;
}
