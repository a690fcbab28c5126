//! News of releases and advisories: who sees them, and what a feed may be like.

use std::io::Write as _;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use oskar::network::fetch::Limits;
use oskar::worker::updates::tick;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Client, TestApp, basic};

fn feed() -> Value {
    json!({
        "latest": { "version": "99.1.0", "url": "https://oskar.example/99.1.0" },
        "advisories": [
            { "id": "OSKAR-1", "title": "Of this version", "severity": "critical", "affected": ["<99"],
              "url": "javascript:alert(1)" },
            { "id": "OSKAR-2", "title": "Of another version", "severity": "low", "affected": [">=99"] },
        ],
    })
}

async fn with_feed(place: &str) -> TestApp {
    TestApp::with(&[("OSKAR_UPDATE_FEED", place)]).await
}

/// A feed on loopback; its address.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/feed.json", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn serve_text(text: String) -> String {
    serve(Router::new().route("/feed.json", get(async || text))).await
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

async fn health(client: &Client) -> Value {
    let answers = [client.get("/health").await.status(200), client.get("/api/health").await.status(200)];
    assert_eq!(answers[0].json(), answers[1].json());
    assert_eq!(answers[0].header("cache-control"), "no-store");
    answers[0].json()
}

fn plain() -> Value {
    json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })
}

#[tokio::test]
async fn administrators_see_what_is_known_and_nobody_else_does() {
    let file = file(&feed().to_string());
    let app = with_feed(file.path().to_str().unwrap()).await;
    let org = app.organisation("Acme").await;
    let nobody = app.register("nobody@other.example", None).await;
    let mut expected = plain();
    expected["mail"] = json!("captured");
    expected["pending_update"] = Value::Null;
    expected["advisories"] = json!([]);
    expected["checked_at"] = Value::Null;
    assert_eq!(health(&org.admin.with_cookie()).await, expected, "before the feed is read");
    tick(&app.app).await.unwrap();
    expected["pending_update"] = json!({ "version": "99.1.0", "url": "https://oskar.example/99.1.0" });
    expected["advisories"] =
        json!([{ "id": "OSKAR-1", "title": "Of this version", "severity": "critical", "url": null }]);
    expected["checked_at"] = json!(app.app.now());
    for client in [org.admin.with_cookie(), org.admin.with_bearer(), org.admin.with_basic()] {
        assert_eq!(health(&client).await, expected);
    }
    let key = org.key("live", "admin", None).await;
    for client in [
        app.anonymous(),
        org.member.with_cookie(),
        org.member.with_basic(),
        org.viewer.with_bearer(),
        nobody.with_cookie(),
        key.with_bearer(),
        key.with_x_api_key(),
    ] {
        assert_eq!(health(&client).await, plain());
    }
    for path in ["/livez", "/readyz"] {
        assert_eq!(org.admin.with_cookie().get(path).await.json(), plain());
    }
    // Another admin of the same name elsewhere is one too; a token for where they are none is not.
    let token = json!({ "name": "Elsewhere" });
    let elsewhere = org.viewer.with_cookie().post("/api/orgs", token).await.status(201).json();
    assert_eq!(health(&org.viewer.with_cookie()).await, expected);
    assert_eq!(health(&org.viewer.with_bearer()).await, plain(), "the token is for {}", org.slug);
    assert!(elsewhere["id"].is_string());
}

#[tokio::test]
async fn an_operator_sees_it_without_any_organisation() {
    let file = file(&feed().to_string());
    let app = with_feed(file.path().to_str().unwrap()).await;
    let ana = app.register("ana@acme.example", None).await;
    assert_eq!(health(&ana.with_cookie()).await, plain());
    let txn = app.app.db.begin().await.unwrap();
    let user = oskar::entity::user::ActiveModel {
        id: sea_orm::Set(ana.user_id.parse().unwrap()),
        operator: sea_orm::Set(true),
        ..Default::default()
    };
    sea_orm::ActiveModelTrait::update(user, &txn).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(health(&ana.with_cookie()).await["advisories"], json!([]));
}

#[tokio::test]
async fn a_bad_credential_makes_the_server_no_less_healthy_and_is_still_a_guess() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let wrong = basic(&ana.email, "wrong");
    for authorization in ["Bearer x", "nonsense", "Basic !!!"].into_iter().chain([wrong.as_str(); 6]) {
        let headers = [("authorization", authorization)];
        let answer = app.anonymous().call_with(Method::GET, "/health", &headers, None).await.status(200);
        assert_eq!(answer.json(), plain());
        assert!(!answer.headers.contains_key("www-authenticate"));
    }
    assert_eq!(ana.with_basic().get("/api/auth/me").await.status, 429);
    assert_eq!(ana.with_basic().get("/health").await.status(200).json(), plain());
}

#[tokio::test]
async fn a_feed_comes_from_a_server_too() {
    let app = with_feed(&serve_text(feed().to_string()).await).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    tick(&app.app).await.unwrap();
    assert_eq!(health(&ana.with_cookie()).await["pending_update"]["version"], json!("99.1.0"));
}

#[tokio::test]
async fn without_a_feed_nothing_is_asked_for() {
    let app = TestApp::start().await;
    assert!(app.app.config.update_feed.is_none());
    tick(&app.app).await.unwrap();
    assert!(app.app.updates.latest().is_none());
}

#[tokio::test]
async fn what_was_known_stays_when_the_feed_breaks() {
    let file = file(&feed().to_string());
    let app = with_feed(file.path().to_str().unwrap()).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    tick(&app.app).await.unwrap();
    let before = health(&ana.with_cookie()).await;
    app.advance(chrono::TimeDelta::hours(6));
    for broken in ["", "not json", "[]", r#"{"advisories": 1}"#] {
        std::fs::write(file.path(), broken).unwrap();
        tick(&app.app).await.unwrap_err();
        assert_eq!(health(&ana.with_cookie()).await, before);
    }
    std::fs::write(file.path(), "{}").unwrap();
    tick(&app.app).await.unwrap();
    let after = health(&ana.with_cookie()).await;
    assert_eq!((&after["pending_update"], &after["advisories"]), (&Value::Null, &json!([])));
    assert_ne!(after["checked_at"], before["checked_at"]);
    std::fs::remove_file(file.path()).unwrap();
    tick(&app.app).await.unwrap_err();
    let folder = with_feed(std::env::temp_dir().to_str().unwrap()).await;
    tick(&folder.app).await.unwrap_err();
}

#[tokio::test]
async fn a_huge_feed_is_not_read_to_its_end() {
    let endless = || async {
        let blank = axum::body::Bytes::from(vec![b' '; 65_536]);
        let parts = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(blank.clone()));
        Body::from_stream(parts)
    };
    let url = serve(Router::new().route("/feed.json", get(endless))).await;
    let huge = file(&format!("{}{{}}", " ".repeat(300_000)));
    for place in [url.as_str(), huge.path().to_str().unwrap()] {
        let app = with_feed(place).await;
        let reading = tokio::time::timeout(Duration::from_secs(5), tick(&app.app));
        assert!(told(reading.await.unwrap()).contains("longer than 262144 bytes"), "{place}");
        assert!(app.app.updates.latest().is_none());
    }
}

fn told(outcome: Result<(), oskar::error::Error>) -> String {
    match outcome.unwrap_err() {
        oskar::error::Error::Internal(source) => source.to_string(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn redirects_and_errors_are_not_followed_and_the_address_is_not_told() {
    let elsewhere = serve_text(feed().to_string()).await;
    let moved = get(async move || (StatusCode::FOUND, [("location", elsewhere)]));
    let failing = get(async || (StatusCode::INTERNAL_SERVER_ERROR, "{}"));
    for (router, part) in [
        (Router::new().route("/feed.json", moved), "status 302"),
        (Router::new().route("/feed.json", failing), "status 500"),
        (Router::new(), "there is no such document"),
    ] {
        let app = with_feed(&format!("{}?token=secret", serve(router).await)).await;
        let problem = told(tick(&app.app).await);
        assert!(problem.contains(part) && !problem.contains("secret"), "{problem}");
        assert!(app.app.updates.latest().is_none());
    }
    let app = with_feed("http://127.0.0.1:9/feed.json?token=secret").await;
    let problem = told(tick(&app.app).await);
    assert!(!problem.contains("secret"), "{problem}");
}

#[tokio::test]
async fn a_slow_feed_keeps_no_request_waiting_and_is_given_up() {
    let silent = get(async || std::future::pending::<String>().await);
    let trickling = get(async || {
        let first = futures_util::stream::iter([Ok::<_, std::io::Error>("{")]);
        Body::from_stream(futures_util::StreamExt::chain(first, futures_util::stream::pending()))
    });
    for handler in [silent, trickling] {
        let url = serve(Router::new().route("/feed.json", handler)).await;
        let app = with_feed(&url).await;
        let ana = app.register("ana@acme.example", Some("Acme")).await;
        let node = app.app.clone();
        let reading = tokio::spawn(async move { tick(&node).await });
        assert_eq!(health(&ana.with_cookie()).await["checked_at"], Value::Null);
        reading.abort();
        // As the worker does, but for the time.
        let limits = Limits { time: Duration::from_millis(50), bytes: 100 };
        let problem = app.app.fetcher.get_json(&url, limits).await.unwrap_err().to_string();
        assert!(problem.contains("timed out") && !problem.contains(&url), "{problem}");
    }
}
