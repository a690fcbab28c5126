//! Another issuer's keys: found, kept, and fetched again no more often than they must be.

use std::sync::atomic::Ordering::SeqCst;

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Answer, Client, Credential, FakeIssuer, Key, SPEAKS_FOR_ACME, TestApp};

async fn scene(more: &[(&str, &str)]) -> (TestApp, FakeIssuer) {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(more);
    settings.push(SPEAKS_FOR_ACME);
    let app = TestApp::with(&settings).await;
    app.register("ana@acme.example", Some("Acme")).await;
    (app, issuer)
}

async fn sign_in(app: &TestApp, token: &str) -> Answer {
    let client = Client::new(app.router.clone(), Credential::Bearer(token.to_owned()));
    client.call(Method::POST, "/api/auth/login", None).await
}

async fn good(app: &TestApp, issuer: &FakeIssuer) -> Answer {
    sign_in(app, &issuer.token(app.app.now(), "ana", "ana@acme.example")).await
}

fn by(key: &Key, kid: &str, app: &TestApp, issuer: &FakeIssuer) -> String {
    key.token(
        &json!({ "alg": "ES256", "kid": kid }),
        &issuer.claims(app.app.now(), "ana", "ana@acme.example"),
    )
}

#[tokio::test]
async fn they_are_fetched_when_they_are_needed_and_again_after_ten_minutes() {
    let (app, issuer) = scene(&[]).await;
    assert_eq!(issuer.fetches(), 0);
    let at_once = (0..8).map(|_| good(&app, &issuer));
    for answer in futures_util::future::join_all(at_once).await {
        answer.status(200);
    }
    assert_eq!(issuer.fetches(), 1, "all wait for the same answer");
    app.advance(TimeDelta::seconds(599));
    good(&app, &issuer).await.status(200);
    assert_eq!(issuer.fetches(), 1);
    app.advance(TimeDelta::seconds(1));
    good(&app, &issuer).await.status(200);
    assert_eq!(issuer.fetches(), 2);
    // A token of nobody that we know makes us ask nobody.
    let other = FakeIssuer::start().await;
    sign_in(&app, &other.token(app.app.now(), "ana", "ana@acme.example")).await.status(401);
    assert_eq!((issuer.fetches(), other.fetches()), (2, 0));
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_one_that_was_withdrawn_ends_with_the_next_look() {
    let (app, issuer) = scene(&[]).await;
    good(&app, &issuer).await.status(200);
    let second = Key::p256();
    *issuer.mood.keys.lock().await = vec![second.jwk("second")];
    sign_in(&app, &by(&second, "second", &app, &issuer)).await.status(200);
    assert_eq!(issuer.fetches(), 2);
    good(&app, &issuer).await.status(401);
}

#[tokio::test]
async fn however_many_unknown_keys_are_named_the_issuer_is_asked_once_a_minute() {
    let (app, issuer) = scene(&[("OSKAR_LIMITS__HASH_QUEUE", "64")]).await;
    good(&app, &issuer).await.status(200);
    let nodes = &app;
    let flood = async |round: usize| {
        let asked = (0..4).map(|number| async move { (round, number) });
        for (round, number) in futures_util::future::join_all(asked).await {
            let token = by(&issuer.key, &format!("invented-{round}-{number}"), nodes, &issuer);
            sign_in(nodes, &token).await.status(401);
        }
        nodes.advance(TimeDelta::seconds(1));
    };
    flood(0).await;
    assert_eq!(issuer.fetches(), 2);
    // The budget of the address is spent soon; what counts here is what others could do from theirs.
    for step in 0..60 {
        let token = by(&issuer.key, &format!("later-{step}"), nodes, &issuer);
        drop(nodes.app.issuers.check(&token, nodes.app.now()).await);
        nodes.advance(TimeDelta::seconds(1));
    }
    assert_eq!(issuer.fetches(), 3, "sixty seconds after the first");
    let at_once = (0..20).map(|number| {
        let token = by(&issuer.key, &format!("at-once-{number}"), nodes, &issuer);
        async move { drop(nodes.app.issuers.check(&token, nodes.app.now()).await) }
    });
    nodes.advance(TimeDelta::minutes(1));
    futures_util::future::join_all(at_once).await;
    assert_eq!(issuer.fetches(), 4);
}

#[tokio::test]
async fn an_issuer_that_is_down_for_a_day_does_not_stop_its_users() {
    let (app, issuer) = scene(&[]).await;
    issuer.mood.down.store(true, SeqCst);
    let answer = good(&app, &issuer).await.status(503);
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("issuer_unavailable", "1"));
    // Nobody is made to wait for it again and again, and nobody's guesses are counted.
    for _ in 0..6 {
        good(&app, &issuer).await.status(503);
    }
    issuer.mood.down.store(false, SeqCst);
    good(&app, &issuer).await.status(503);
    app.advance(TimeDelta::seconds(10));
    good(&app, &issuer).await.status(200);

    issuer.mood.down.store(true, SeqCst);
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    good(&app, &issuer).await.status(200);
    // A key that it may have by now cannot be looked for.
    let token = by(&issuer.key, "second", &app, &issuer);
    sign_in(&app, &token).await.status(503);
    app.advance(TimeDelta::seconds(1));
    good(&app, &issuer).await.status(503);
    issuer.mood.down.store(false, SeqCst);
    app.advance(TimeDelta::seconds(10));
    good(&app, &issuer).await.status(200);
}

#[tokio::test]
async fn a_key_that_could_not_be_looked_for_is_nobody_s_wrong_guess() {
    let (app, issuer) = scene(&[]).await;
    good(&app, &issuer).await.status(200);
    let second = Key::p256();
    *issuer.mood.keys.lock().await = vec![second.jwk("second")];
    issuer.mood.down.store(true, SeqCst);
    for _ in 0..12 {
        sign_in(&app, &by(&second, "second", &app, &issuer)).await.status(503);
        app.advance(TimeDelta::seconds(4));
    }
    issuer.mood.down.store(false, SeqCst);
    app.advance(TimeDelta::seconds(12));
    sign_in(&app, &by(&second, "second", &app, &issuer)).await.status(200);
}

#[tokio::test]
async fn metadata_of_another_issuer_redirects_and_answers_without_an_end_are_not_taken() {
    let (app, issuer) = scene(&[]).await;
    let mood = &issuer.mood;
    *mood.called.lock().await = Some("http://127.0.0.1:1/".to_owned());
    good(&app, &issuer).await.status(503);
    app.advance(TimeDelta::minutes(1));
    // Without the slash at its end it is another one.
    *mood.called.lock().await = Some(issuer.url.trim_end_matches('/').to_owned());
    good(&app, &issuer).await.status(503);
    *mood.called.lock().await = None;
    for keys_at in ["file:///etc/passwd", "keys", ""] {
        app.advance(TimeDelta::minutes(1));
        *mood.keys_at.lock().await = Some(keys_at.to_owned());
        good(&app, &issuer).await.status(503);
    }
    *mood.keys_at.lock().await = None;
    for flag in [&mood.redirects, &mood.endless] {
        app.advance(TimeDelta::minutes(1));
        flag.store(true, SeqCst);
        good(&app, &issuer).await.status(503);
        flag.store(false, SeqCst);
    }
    app.advance(TimeDelta::minutes(1));
    mood.keys.lock().await.clear();
    good(&app, &issuer).await.status(503);
    app.advance(TimeDelta::minutes(1));
    mood.keys.lock().await.push(issuer.key.jwk("first"));
    good(&app, &issuer).await.status(200);
}

#[tokio::test]
async fn where_there_is_no_openid_the_metadata_of_oauth_serves() {
    let (app, issuer) = scene(&[]).await;
    issuer.mood.without_openid.store(true, SeqCst);
    good(&app, &issuer).await.status(200);
}

#[tokio::test]
async fn pinned_keys_are_never_fetched_and_a_pinned_address_is_not_discovered() {
    let issuer = FakeIssuer::start().await;
    let pinned = json!({ "keys": [issuer.key.jwk("first")] }).to_string();
    let app = TestApp::with(&issuer.settings(&[("OSKAR_ISSUERS__0__JWKS", &pinned), SPEAKS_FOR_ACME])).await;
    app.register("ana@acme.example", Some("Acme")).await;
    good(&app, &issuer).await.status(200);
    sign_in(&app, &by(&issuer.key, "second", &app, &issuer)).await.status(401);
    app.advance(TimeDelta::days(100));
    good(&app, &issuer).await.status(200);
    assert_eq!(issuer.fetches(), 0);

    let file = app.data.path().join("keys.json");
    std::fs::write(&file, &pinned).unwrap();
    let from_file = issuer.settings(&[("OSKAR_ISSUERS__0__JWKS", file.to_str().unwrap()), SPEAKS_FOR_ACME]);
    good(&app.another_node_with(&from_file).await, &issuer).await.status(200);
    assert_eq!(issuer.fetches(), 0);

    *issuer.mood.called.lock().await = Some("whatever".to_owned());
    let url = format!("{}keys", issuer.url);
    let by_url =
        app.another_node_with(&issuer.settings(&[("OSKAR_ISSUERS__0__JWKS", &url), SPEAKS_FOR_ACME])).await;
    good(&by_url, &issuer).await.status(200);
    assert_eq!(issuer.fetches(), 1);
}
