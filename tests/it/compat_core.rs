//! Clients of datarhei Core, turned on by name: requests, answers and claims as its document has them.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::forge::{is_accepted, is_refused, verified};
use crate::support::{Answer, Client, Credential, FakeIssuer, PASSWORD, Person, SPEAKS_FOR_ACME, TestApp};

const NAME: &str = "ana@acme.example";
const ON: (&str, &str) = ("OSKAR_COMPAT__CORE", "on");
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

struct Tokens {
    access: String,
    refresh: String,
}

fn bearer(app: &TestApp, token: &str) -> Client {
    Client::new(app.router.clone(), Credential::Bearer(token.to_owned()))
}

/// The very two members of the answer.
fn tokens(answer: &Answer) -> Tokens {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let (access, refresh) = (text("access_token"), text("refresh_token"));
    assert_eq!((answer.status, body), (200, json!({ "access_token": access, "refresh_token": refresh })));
    Tokens { access, refresh }
}

async fn sign_in(app: &TestApp) -> Tokens {
    let body = json!({ "username": NAME, "password": PASSWORD });
    tokens(&app.anonymous().post("/api/login", body).await)
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    bearer(app, token).get("/api/login/refresh").await
}

async fn no_refresh(app: &TestApp, token: &str) {
    assert_eq!(refresh(app, token).await.status(401).code(), "invalid_refresh_token");
}

async fn started(settings: &[(&str, &str)]) -> (TestApp, Person) {
    let app = TestApp::with(&[&[ON][..], settings].concat()).await;
    let ana = app.register(NAME, Some("Acme")).await;
    (app, ana)
}

/// What its document says of a token, claim by claim.
async fn has_its_claims(app: &TestApp, token: &str, usefor: &str, exi: i64, name: &str, ana: &Person) {
    let (header, said) = verified(app, token).await;
    assert_eq!(header["alg"], "HS256");
    let now = app.app.now().timestamp();
    for (claim, expected) in [
        ("exi", json!(exi)),
        ("iat", json!(now)),
        ("exp", json!(now + exi)),
        ("iss", json!("datarhei-core")),
        ("sub", json!(name)),
        ("usefor", json!(usefor)),
        ("uid", json!(ana.user_id)),
    ] {
        assert_eq!(said[claim], expected, "{claim} of {usefor}");
    }
    uuid::Uuid::parse_str(said["jti"].as_str().unwrap()).unwrap();
}

#[tokio::test]
async fn a_sign_in_gives_two_jwts_with_the_documented_claims() {
    let (app, ana) = started(&[]).await;
    let first = sign_in(&app).await;
    has_its_claims(&app, &first.access, "access", 600, NAME, &ana).await;
    has_its_claims(&app, &first.refresh, "refresh", 86_400, NAME, &ana).await;
    is_accepted(&app, &first.access).await;
    is_accepted(&app.another_node().await, &first.access).await;
    let body = json!({ "username": "ana" });
    ana.with_bearer().call(Method::PATCH, "/api/account", Some(body)).await.status(200);
    let named = sign_in(&app).await;
    has_its_claims(&app, &named.access, "access", 600, "ana", &ana).await;
    has_its_claims(&app, &named.refresh, "refresh", 86_400, "ana", &ana).await;
    assert_ne!(verified(&app, &named.access).await.1["jti"], verified(&app, &named.refresh).await.1["jti"]);
    // Both members are required, and what is wrong is told as everywhere.
    for body in [json!({ "username": NAME }), json!({ "password": PASSWORD }), json!({})] {
        app.anonymous().post("/api/login", body).await.status(422);
    }
    let wrong = json!({ "username": NAME, "password": "not the password" });
    assert_eq!(app.anonymous().post("/api/login", wrong).await.status(401).code(), "invalid_login");
    // Our own API's tokens are ours.
    let ours = app.sign_in(NAME).await;
    let said = crate::forge::decode(crate::forge::parts(&ours.access_token)[1]);
    assert!(said.get("exi").is_none() && said.get("usefor").is_none() && said.get("compat").is_none());
    assert_eq!((&said["iss"], &said["sub"]), (&json!("http://localhost:8675"), &json!(ana.user_id)));
    assert!(ours.refresh_token.starts_with("osr_"));
}

#[tokio::test]
async fn the_refresh_token_gives_access_tokens_until_it_expires() {
    let (app, ana) = started(&[]).await;
    let first = sign_in(&app).await;
    app.advance(TimeDelta::seconds(600) + LEEWAY);
    is_refused(&app, &first.access, "after ten minutes").await;
    for _ in 0..3 {
        let answer = refresh(&app, &first.refresh).await.status(200);
        let access = answer.json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(answer.json(), json!({ "access_token": access }));
        has_its_claims(&app, &access, "access", 600, NAME, &ana).await;
        is_accepted(&app, &access).await;
        app.advance(TimeDelta::hours(7));
    }
    app.advance(TimeDelta::seconds(86_400 - 3 * 7 * 3600 - 631));
    refresh(&app, &first.refresh).await.status(200);
    app.advance(TimeDelta::seconds(1));
    no_refresh(&app, &first.refresh).await;
    refresh(&app, &sign_in(&app).await.refresh).await.status(200);
}

#[tokio::test]
async fn a_refresh_token_opens_nothing_else() {
    let (app, _) = started(&[("OSKAR_COMPAT__APPLIANCE", "on")]).await;
    let core = sign_in(&app).await;
    for path in ["/api/auth/me", "/api/verify", "/api/orgs/acme", "/osm/api/scans", "/api/ws-token"] {
        bearer(&app, &core.refresh).get(path).await.status(401);
    }
    for path in ["/api/auth/logout", "/api/logout", "/api/auth/ws-token", "/api/auth/token"] {
        bearer(&app, &core.refresh).post(path, json!({})).await.status(401);
    }
    let exchange = async |token: &str| {
        let body = json!({ "refresh_token": token });
        let in_body = app.anonymous().post("/api/auth/refresh", body).await;
        let as_bearer = bearer(&app, token).call(Method::POST, "/api/auth/refresh", None).await;
        (in_body.status, as_bearer.status)
    };
    assert_eq!(exchange(&core.refresh).await, (401, 401));
    assert_eq!(exchange(&core.access).await, (401, 401));
    no_refresh(&app, &core.access).await;
    // Those of the other dialect are for its own door.
    let theirs = app.sign_in(NAME).await;
    no_refresh(&app, &theirs.refresh_token).await;
    no_refresh(&app, &theirs.access_token).await;
    // None of this was taken for theft.
    refresh(&app, &core.refresh).await.status(200);
    is_accepted(&app, &core.access).await;
    assert_eq!(exchange(&theirs.refresh_token).await.0, 200);
}

#[tokio::test]
async fn lifetimes_and_algorithm_are_settings() {
    let settings = [
        ("OSKAR_COMPAT__CORE_ACCESS_TTL", "2m"),
        ("OSKAR_COMPAT__CORE_REFRESH_TTL", "200d"),
        ("OSKAR_COMPAT__CORE_ALGORITHM", "HS512"),
    ];
    let (app, _) = started(&settings).await;
    let first = sign_in(&app).await;
    let (header, access) = verified(&app, &first.access).await;
    let (_, renewing) = verified(&app, &first.refresh).await;
    assert_eq!(
        (&header["alg"], &access["exi"], &renewing["exi"]),
        (&json!("HS512"), &json!(120), &json!(200 * 86_400))
    );
    // Longer than any session of our own lives: what was promised holds.
    app.advance(TimeDelta::days(200) - TimeDelta::seconds(1));
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    refresh(&app, &first.refresh).await.status(200);
    app.advance(TimeDelta::seconds(1));
    no_refresh(&app, &first.refresh).await;
}

#[tokio::test]
async fn an_issuer_s_token_does_the_same_and_both_end_with_the_issuer() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[ON, SPEAKS_FOR_ACME])).await;
    let ana = app.register(NAME, Some("Acme")).await;
    let by_issuer = async |app: &TestApp| {
        let token = issuer.token(app.app.now(), "subject-1", NAME);
        tokens(&bearer(app, &token).call(Method::POST, "/api/login", None).await)
    };
    let first = by_issuer(&app).await;
    has_its_claims(&app, &first.access, "access", 600, NAME, &ana).await;
    has_its_claims(&app, &first.refresh, "refresh", 86_400, NAME, &ana).await;
    refresh(&app, &first.refresh).await.status(200);
    let off = issuer.settings(&[ON, SPEAKS_FOR_ACME, ("OSKAR_ISSUERS__0__ENABLED", "false")]);
    let off = app.another_node_with(&off).await;
    is_refused(&off, &first.access, "the issuer is off").await;
    assert_eq!(refresh(&off, &first.refresh).await.status(403).code(), "issuer_disabled");
    // No token outlives a session that ends with the issuer's.
    let brief = issuer.settings(&[ON, SPEAKS_FOR_ACME, ("OSKAR_ISSUERS__0__SESSION_OUTLIVES", "0")]);
    let brief = app.another_node_with(&brief).await;
    let tokens = by_issuer(&brief).await;
    for token in [&tokens.access, &tokens.refresh] {
        let said = verified(&brief, token).await.1;
        let (exp, iat) = (said["exp"].as_i64().unwrap(), said["iat"].as_i64().unwrap());
        assert_eq!(said["exi"], exp - iat);
        // The issuer's token is good for five minutes, and clocks may differ by thirty seconds.
        assert!((329..=330).contains(&(exp - iat)), "{}", exp - iat);
    }
    app.advance(TimeDelta::seconds(330));
    no_refresh(&brief, &tokens.refresh).await;
    is_refused(&brief, &tokens.access, "the session is over").await;
}

#[tokio::test]
async fn its_tokens_end_with_the_session() {
    let (app, ana) = started(&[]).await;
    let ends: [(&str, Value); 2] = [("/api/auth/logout", json!({})), ("/osm/api/logout", json!({}))];
    for (path, body) in ends {
        let tokens = sign_in(&app).await;
        let answer = bearer(&app, &tokens.access).post(path, body).await;
        assert!(answer.status == 200 || answer.status == 204, "{path}");
        is_refused(&app, &tokens.access, path).await;
        no_refresh(&app, &tokens.refresh).await;
    }
    let tokens = sign_in(&app).await;
    let sid = verified(&app, &tokens.access).await.1["sid"].as_str().unwrap().to_owned();
    ana.with_cookie().call(Method::DELETE, &format!("/api/auth/sessions/{sid}"), None).await.status(204);
    is_refused(&app, &tokens.access, "ended from elsewhere").await;
    no_refresh(&app, &tokens.refresh).await;
    let tokens = sign_in(&app).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another horse battery staple" });
    ana.with_bearer().post("/api/auth/change-password", body).await.status(200);
    is_refused(&app, &tokens.access, "the password was changed").await;
    no_refresh(&app, &tokens.refresh).await;
}

#[tokio::test]
async fn turned_off_nothing_of_it_counts() {
    let (app, _) = started(&[]).await;
    let tokens = sign_in(&app).await;
    for settings in [&[("OSKAR_COMPAT__CORE", "off")][..], &[], &[("OSKAR_COMPAT__APPLIANCE", "on")]] {
        let off = app.another_node_with(settings).await;
        is_refused(&off, &tokens.access, "Core is not turned on").await;
        let status = refresh(&off, &tokens.refresh).await.status;
        assert_eq!(status, if settings == [("OSKAR_COMPAT__CORE", "off")] { 404 } else { 401 });
    }
    // The other way round its clients go on: with the opaque token that they had, for the documented time.
    let before = app.another_node_with(&[]).await;
    let opaque = sign_in(&before).await;
    assert!(opaque.refresh.starts_with("osr_"));
    is_accepted(&app, &opaque.access).await;
    let access = refresh(&app, &opaque.refresh).await.status(200).json()["access_token"].clone();
    assert_eq!(verified(&app, access.as_str().unwrap()).await.1["exi"], 600);
    app.advance(TimeDelta::days(1));
    no_refresh(&app, &opaque.refresh).await;
}

#[tokio::test]
async fn its_own_token_left_in_a_header_is_no_other_issuer_s() {
    let (app, _) = started(&[]).await;
    let stale = sign_in(&app).await;
    for _ in 0..8 {
        let answer = bearer(&app, &stale.access).call(Method::POST, "/api/login", None).await;
        assert_eq!(answer.status(422).pointer(), "/email");
    }
    // No guess was counted, and a name and a password go before it.
    let body = json!({ "username": NAME, "password": PASSWORD });
    tokens(&bearer(&app, &stale.access).post("/api/login", body).await);
}
