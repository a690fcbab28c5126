//! `serve --no-auth`: open to the developer, and to nobody else.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::account::passwords;
use serde_json::{Value, json};

use crate::operator;
use crate::process::Installation;
use crate::support::{Answer, PASSWORD, TestApp, basic};

const ME: &str = "/api/auth/me";
const OPEN: &[(&str, &str)] = &[("--no-auth", ""), ("OSKAR_ALLOWED_ORIGINS", "http://localhost:3000")];

async fn create(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "name": "Made" });
    app.anonymous().call_with(Method::POST, "/api/orgs", headers, Some(body)).await
}

#[tokio::test]
async fn whoever_sends_nothing_is_admin_of_the_development_organisation() {
    let app = TestApp::with(OPEN).await;
    let me = app.anonymous().get(ME).await.status(200);
    assert_eq!(me.header("x-oskar-no-auth"), "true");
    let me = me.json();
    assert_eq!((&me["user"]["email"], &me["credential"]), (&json!("dev@localhost"), &json!("none")));
    assert_eq!((&me["organisation"]["slug"], &me["role"]), (&json!("development"), &json!("admin")));
    assert_eq!(me["session_id"], Value::Null);
    let key = json!({ "name": "k", "environment": "live", "role": "admin" });
    let key = app.anonymous().post("/api/orgs/development/keys", key).await.status(201).json();
    app.anonymous().get("/api/verify?permission=tasks:write&org=development").await.status(200);
    app.anonymous().get("/api/orgs/nowhere").await.status(404);
    app.anonymous().post("/api/auth/logout", json!({})).await.status(204);
    app.anonymous().post("/api/auth/ws-token", json!({})).await.status(200);
    let events = app.anonymous().get("/api/orgs/development/events").await.status(200).json();
    let created = events["data"].as_array().unwrap().iter().find(|event| event["type"] == "key.created");
    assert_eq!(created.unwrap()["actor"]["id"], me["user"]["id"]);
    // What a later start finds is the same.
    let again = app.another_node_with(OPEN).await;
    assert_eq!(again.anonymous().get(ME).await.status(200).json(), me);
    // And a start without the flag is closed, but for what was made.
    let closed = app.another_node_with(&[]).await;
    let answer = closed.anonymous().get(ME).await.status(401);
    assert_eq!(answer.header("x-oskar-no-auth"), "");
    let secret = key["secret"].as_str().unwrap();
    closed.anonymous().call_with(Method::GET, ME, &[("x-api-key", secret)], None).await.status(200);
}

#[tokio::test]
async fn the_developer_is_made_admin_again_whatever_became_of_them() {
    let app = TestApp::with(OPEN).await;
    let closed = app.another_node_with(&[]).await;
    let bob = closed.register("bob@acme.example", None).await;
    closed.create_user("eve@acme.example", &development(&app).await, oskar::permission::Role::Admin).await;
    let dev = app.anonymous().get(ME).await.json()["user"]["id"].as_str().unwrap().to_owned();
    let eve = closed.sign_in("eve@acme.example").await;
    let member = format!("/api/orgs/development/members/{dev}");
    eve.with_bearer().patch(&member, json!({ "role": "viewer" })).await.status(200);
    assert_eq!(app.anonymous().get(ME).await.json()["role"], json!("viewer"));
    assert_eq!(app.another_node_with(OPEN).await.anonymous().get(ME).await.json()["role"], json!("admin"));
    eve.with_bearer().delete(&member).await.status(204);
    assert_eq!(app.another_node_with(OPEN).await.anonymous().get(ME).await.json()["role"], json!("admin"));
    bob.with_bearer().get("/api/orgs/development").await.status(404);
    // The organisation, too; its slug is used.
    for _ in 0..2 {
        app.anonymous().delete(&format!("/api/orgs/{}", development(&app).await)).await.status(204);
        let me = app.another_node_with(OPEN).await.anonymous().get(ME).await.json();
        assert_eq!(me["role"], json!("admin"), "{me}");
        let again = app.another_node_with(OPEN).await.anonymous().get(ME).await.json();
        assert_eq!(again["organisation"], me["organisation"]);
    }
}

async fn development(app: &TestApp) -> String {
    let me = app.anonymous().get(ME).await.status(200).json();
    me["organisation"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_good_credential_still_decides_and_a_bad_one_counts_as_none() {
    let app = TestApp::with(OPEN).await;
    let org = app.organisation("Acme").await;
    for (client, email) in [
        (org.viewer.with_cookie(), &org.viewer.email),
        (org.viewer.with_bearer(), &org.viewer.email),
        (org.viewer.with_basic(), &org.viewer.email),
    ] {
        assert_eq!(client.get(ME).await.status(200).json()["user"]["email"], json!(email));
        assert_eq!(client.get("/api/orgs/development").await.status(404).code(), "not_found");
        assert_eq!(client.get("/api/orgs/acme/events").await.status(403).code(), "permission_denied");
    }
    let wrong = basic(&org.admin.email, "wrong");
    let disabled = basic(&org.member.email, PASSWORD);
    operator::disable(&app, &org.member.user_id).await.unwrap();
    let to_be_changed = basic(&org.viewer.email, PASSWORD);
    let viewer = org.viewer.user_id.parse().unwrap();
    operator::change(&app, async |write| passwords::require_change(write, viewer).await).await.unwrap();
    app.advance(TimeDelta::minutes(2));
    for headers in [
        &[("authorization", "Bearer left-over")][..],
        &[("authorization", "nonsense"), ("x-api-key", "nonsense")],
        &[("cookie", "oskar_session=old")],
        &[("x-api-key", "osk_live_x")],
        &[("authorization", &wrong)],
        &[("authorization", &disabled)],
        &[("authorization", &to_be_changed)],
        // The rest are too many: the address has five wrong ones, of which one was above.
        &[("authorization", &wrong)],
        &[("authorization", &wrong)],
        &[("authorization", &wrong)],
        &[("authorization", &wrong)],
        &[("authorization", &wrong)],
    ] {
        let me = app.anonymous().call_with(Method::GET, ME, headers, None).await.status(200).json();
        assert_eq!(me["user"]["email"], json!("dev@localhost"), "{headers:?}");
    }
}

#[tokio::test]
async fn a44_a_page_of_another_site_cannot_drive_it() {
    let app = TestApp::with(OPEN).await;
    for headers in [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:4000")],
        &[("origin", "https://evil.example")],
        &[("origin", "null"), ("content-type", "text/plain")],
    ] {
        assert_eq!(create(&app, headers).await.status(403).code(), "cross_site", "{headers:?}");
    }
    let read = [("origin", "https://evil.example")];
    let read = app.anonymous().call_with(Method::GET, ME, &read, None).await;
    assert!(!read.headers.contains_key("access-control-allow-origin"));
    create(&app, &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:3000")]).await.status(201);
    create(&app, &[("sec-fetch-site", "same-origin")]).await.status(201);
}

#[tokio::test]
async fn a_host_name_that_was_made_to_point_here_is_refused() {
    let app = TestApp::with(OPEN).await;
    for host in [
        "evil.example",
        "evil.example:8675",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "0.0.0.0:8675",
        "",
        "é",
    ] {
        for path in [ME, "/health", "/docs/", "/nowhere"] {
            let answer =
                app.anonymous().call_with(Method::GET, path, &[("host", host)], None).await.status(421);
            assert_eq!(answer.code(), "foreign_host", "{host}");
            assert_eq!(answer.header("x-oskar-no-auth"), "true");
        }
        create(&app, &[("host", host), ("sec-fetch-site", "same-origin")]).await.status(421);
    }
    for host in ["localhost", "localhost:8675", "127.0.0.1:1", "[::1]:8675", "LOCALHOST"] {
        app.anonymous().call_with(Method::GET, ME, &[("host", host)], None).await.status(200);
    }
    // The address in the request line outranks the header: both must be ours.
    app.anonymous().get("http://evil.example/api/auth/me").await.status(421);
    let both = [("host", "localhost"), ("host", "evil.example")];
    app.anonymous().call_with(Method::GET, ME, &both, None).await.status(421);
    // With authentication any name will do.
    let closed = TestApp::start().await;
    closed.anonymous().call_with(Method::GET, "/health", &[("host", "auth.example")], None).await.status(200);
}

#[tokio::test]
async fn the_binary_says_it_loudly_and_refuses_where_others_could_come_in() {
    let installation = Installation::new().await;
    let server = installation.serve_with(&["--no-auth"], &[]).await;
    assert!(server.banner.contains("NO AUTHENTICATION"), "{}", server.banner);
    let client = reqwest::Client::new();
    let me = client.get(format!("{}{ME}", server.url)).send().await.unwrap();
    assert_eq!(me.headers()["x-oskar-no-auth"], "true");
    assert_eq!(me.json::<Value>().await.unwrap()["user"]["email"], json!("dev@localhost"));
    let health = client.get(format!("{}/health", server.url)).send().await.unwrap();
    let health = health.json::<Value>().await.unwrap();
    assert!(health["warning"].as_str().unwrap().contains("no authentication"), "{health}");
    let rebound =
        client.get(format!("{}{ME}", server.url)).header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), 421);
    server.terminate().await;
    let (_, log) = server.ended().await;
    let warned =
        log.lines().any(|line| line.contains(r#""level":"WARN""#) && line.contains("no authentication"));
    assert!(warned, "{log}");

    // Without the flag nothing is open.
    let server = installation.serve(&[]).await;
    assert!(!server.banner.contains("NO AUTHENTICATION"));
    assert_eq!(client.get(format!("{}{ME}", server.url)).send().await.unwrap().status(), 401);
    server.kill().await;

    let production = [
        ("OSKAR_ENV", "production"),
        ("OSKAR_PUBLIC_URL", "https://auth.example"),
        ("OSKAR_TRUSTED_PROXIES", ""),
    ];
    for (flags, settings, part) in [
        (&["--listen", "0.0.0.0:0"][..], &[][..], "listen is 0.0.0.0:0"),
        (&[], &production, "env is \"production\""),
        (&["--public-url", "http://auth.example"], &[], "public_url is http://auth.example"),
    ] {
        let mut command = installation.command(&[&["serve", "--no-auth"], flags].concat());
        command.envs(settings.iter().copied());
        let ran = crate::process::run(command, "").await.code(78);
        assert!(ran.err.contains(part) && ran.err.contains("--no-auth"), "{}", ran.err);
    }
    // No file and no environment can do it.
    let mut command = installation.command(&["serve"]);
    command.env("OSKAR_NO_AUTH", "true");
    let ran = crate::process::run(command, "").await.code(78);
    assert!(ran.err.contains("unknown setting `OSKAR_NO_AUTH`"), "{}", ran.err);
}
