//! Bad input of every kind: what is wrong is said, with a pointer to it, and nothing is written.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, Request};
use hyper::body::Frame;
use oskar::entity::{api_key, audit_event, user};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp};

const REGISTER: &str = "/api/auth/register";

/// Sends a body as it is.
async fn send(app: &TestApp, content_types: &[&str], body: impl Into<Body>) -> Answer {
    let mut request = Request::post(REGISTER);
    for content_type in content_types {
        request = request.header("content-type", *content_type);
    }
    app.anonymous().send(request.body(body.into()).unwrap()).await
}

async fn json_text(app: &TestApp, body: impl Into<Body>) -> Answer {
    send(app, &["application/json"], body).await
}

fn good() -> String {
    json!({ "email": "ana@acme.example", "password": PASSWORD }).to_string()
}

/// A body that goes on for as long as somebody reads.
struct Endless;

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 4096])))))
    }
}

async fn nothing_was_written(app: &TestApp) {
    assert_eq!(user::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let app = TestApp::start().await;
    let good = good();
    for body in [
        String::new(),
        "{".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("{good},"),
        format!(" \u{feff}{good}"),
        format!("\u{feff}\u{feff}{good}"),
        good.replace('"', "'"),
        good.replace("\"email\"", "email"),
        good.replace('}', ",}"),
        good.replace("ana@", "\\ud800"),
        good.replace("ana@", "a\nb"),
        good.replace("ana@", "\\x41"),
        "email=ana%40acme.example".to_owned(),
        "<email/>".to_owned(),
        "NaN".to_owned(),
    ] {
        let answer = json_text(&app, body.clone()).await.status(400);
        assert_eq!(answer.code(), "malformed_body", "{body}");
    }
    let latin = [good.as_bytes(), b"\xff"].concat();
    assert_eq!(json_text(&app, latin).await.status(400).code(), "malformed_body");
    let inside = good.into_bytes().into_iter().map(|byte| if byte == b'@' { 0xe9 } else { byte });
    assert_eq!(json_text(&app, inside.collect::<Vec<_>>()).await.status(400).code(), "malformed_body");
    nothing_was_written(&app).await;
}

#[tokio::test]
async fn a86_no_depth_gets_anywhere() {
    let app = TestApp::start().await;
    let lists = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(8_000), "}".repeat(8_000));
    for deep in [lists.clone(), objects.clone(), "[".repeat(60_000), "{\"a\":".repeat(10_000)] {
        for body in [
            deep.clone(),
            format!("{{\"email\":{deep}"),
            good().replace("\"ana@acme.example\"", &deep),
            good().replacen('{', &format!("{{\"more\":{deep},"), 1),
        ] {
            let answer = json_text(&app, body).await;
            assert!([400, 422].contains(&answer.status), "{}", answer.text());
        }
    }
    nothing_was_written(&app).await;
}

#[tokio::test]
async fn a_bad_member_is_pointed_at() {
    let app = TestApp::start().await;
    for (member, value, pointer) in [
        ("email", json!(7), "/email"),
        ("email", Value::Null, "/email"),
        ("email", json!(["ana@acme.example"]), "/email"),
        ("email", json!({ "is": "ana@acme.example" }), "/email"),
        ("email", json!("ana"), "/email"),
        ("email", json!("ana@acme.example\r\nBcc: x"), "/email"),
        ("email", json!("ana\0@acme.example"), "/email"),
        ("password", json!(123_456_789_012_u64), "/password"),
        ("name", json!(""), "/name"),
        ("name", json!(false), "/name"),
        ("username", json!("a b"), "/username"),
        ("organisation_name", json!({ "name": "Acme" }), "/organisation_name"),
        ("organisation_name", json!("\u{7f}"), "/organisation_name"),
        ("Email", json!("ana@acme.example"), "/Email"),
        ("e/mail~", json!("x"), "/e~1mail~0"),
        ("", json!("x"), "/"),
        ("__proto__", json!({}), "/__proto__"),
    ] {
        let mut body = json!({ "email": "ana@acme.example", "password": PASSWORD });
        body[member] = value.clone();
        let answer = json_text(&app, body.to_string()).await.status(422);
        assert_eq!(
            (answer.code(), answer.pointer()),
            ("validation_failed".to_owned(), pointer.to_owned()),
            "{value}"
        );
        let problem = answer.json();
        let members: Vec<_> = problem.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["code", "detail", "errors", "message", "request_id", "status", "title", "type"]);
        assert_eq!((&problem["message"], &problem["status"]), (&problem["detail"], &json!(422)));
        assert_eq!(problem["request_id"], json!(answer.header("x-request-id")));
    }
    for missing in ["email", "password"] {
        let mut body = json!({ "email": "ana@acme.example", "password": PASSWORD });
        body.as_object_mut().unwrap().remove(missing);
        assert_eq!(json_text(&app, body.to_string()).await.status(422).pointer(), format!("/{missing}"));
    }
    for whole in ["null", "true", "\"text\""] {
        assert_eq!(json_text(&app, whole).await.status(422).pointer(), "", "{whole}");
    }
    nothing_was_written(&app).await;
}

#[tokio::test]
async fn a_list_is_no_object() {
    let app = TestApp::start().await;
    let body = json!(["ana@acme.example", PASSWORD, null, null, null]);
    let answer = app.anonymous().post("/api/auth/register", body).await.status(422);
    assert_eq!((answer.code(), answer.pointer()), ("validation_failed".to_owned(), String::new()));
    assert_eq!(user::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
    let person = app.register("ana@acme.example", None).await;
    let body = json!([person.refresh_token]);
    app.anonymous().post("/api/auth/refresh", body).await.status(422);
}

#[tokio::test]
async fn a86_a_member_twice_is_refused() {
    let app = TestApp::start().await;
    for (member, value) in [("email", "bea@acme.example"), ("password", PASSWORD)] {
        let body = good().replacen('{', &format!("{{\"{member}\":{},", json!(value)), 1);
        let answer = json_text(&app, body).await.status(422);
        assert_eq!((answer.code(), answer.pointer()), ("validation_failed".to_owned(), format!("/{member}")));
    }
    // However it is written.
    let body = good().replacen('{', "{\"\\u0065mail\":\"bea@acme.example\",", 1);
    assert_eq!(json_text(&app, body).await.status(422).pointer(), "/email");
    nothing_was_written(&app).await;
}

#[tokio::test]
async fn the_body_is_declared_as_json_once() {
    let app = TestApp::start().await;
    for types in [
        &[][..],
        &[""],
        &["text/plain"],
        &["application/x-www-form-urlencoded"],
        &["multipart/form-data; boundary=x"],
        &["text/json"],
        &["application/jsonp"],
        &["application"],
        &["application/json", "application/json"],
        &["application/json", "text/plain"],
        &["text/plain", "application/json"],
        &["application/json, text/plain"],
        &["text/plain; application/json"],
    ] {
        let answer = send(&app, types, good()).await.status(415);
        assert_eq!(answer.code(), "unsupported_media_type", "{types:?}");
    }
    nothing_was_written(&app).await;
    send(&app, &["Application/JSON; charset=utf-8"], good()).await.status(201);
}

#[tokio::test]
async fn a86_a_body_has_64_kibibytes_at_most() {
    let app = TestApp::start().await;
    let padded = |length: usize| format!("{}{}", good(), " ".repeat(length - good().len()));
    let answer = json_text(&app, padded(65_537)).await.status(413);
    assert_eq!(answer.code(), "body_too_large");
    assert_eq!(json_text(&app, padded(10 << 20)).await.status(413).code(), "body_too_large");
    // One that does not say how long it is.
    assert_eq!(json_text(&app, Body::new(Endless)).await.status(413).code(), "body_too_large");
    nothing_was_written(&app).await;
    json_text(&app, padded(65_536)).await.status(201);
}

#[tokio::test]
async fn a86_a_body_that_is_packed_is_not_unpacked() {
    let app = TestApp::start().await;
    let mut request = Request::post(REGISTER).header("content-type", "application/json");
    request = request.header("content-encoding", "gzip");
    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    app.anonymous().send(request.body(Body::from(packed.to_vec())).unwrap()).await.status(400);
}

#[tokio::test]
async fn bad_lists_are_refused_with_a_pointer() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    let lists = ["/api/auth/sessions", "/api/orgs"].map(str::to_owned).into_iter();
    for list in lists.chain(["members", "keys", "events"].map(|name| format!("{}/{name}", org.path))) {
        for (query, pointer) in [
            ("limit=0", "/limit"),
            ("limit=101", "/limit"),
            ("limit=-1", "/limit"),
            ("limit=1.5", "/limit"),
            ("limit=NaN", "/limit"),
            ("limit=1e999", "/limit"),
            ("limit=-0.5", "/limit"),
            ("limit=ten", "/limit"),
            ("limit=%20", "/limit"),
            ("limit=18446744073709551616", "/limit"),
            ("limit=1&limit=2", "/limit"),
            ("cursor=x", "/cursor"),
            ("cursor=%00", "/cursor"),
            ("cursor=%ff", "/cursor"),
            ("cursor=inv_00000000000000000000000000", "/cursor"),
            ("cursor=%27%20OR%201=1", "/cursor"),
            ("cursor=a&cursor=b", "/cursor"),
            ("cursor=", "/cursor"),
            ("order=newer", "/order"),
            ("order=", "/order"),
            ("order=Newest", "/order"),
            ("order=oldest&order=oldest", "/order"),
            ("limit=100&utm_source=x", "/utm_source"),
            ("=", "/"),
        ] {
            let answer = client.get(&format!("{list}?{query}")).await.status(422);
            assert_eq!(
                (answer.code(), answer.pointer()),
                ("validation_failed".to_owned(), pointer.to_owned()),
                "{list}?{query}"
            );
        }
        for good in ["1", "05", "+5", "5.0", "1e1"] {
            client.get(&format!("{list}?limit={good}")).await.status(200);
        }
        client.get(&format!("{list}?limit=100&&")).await.status(200);
    }
}

#[tokio::test]
async fn bad_input_behind_a_guard_writes_nothing() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    let counts = async || {
        let db = app.app.db.read();
        (
            api_key::Entity::find().count(db).await.unwrap(),
            audit_event::Entity::find().count(db).await.unwrap(),
        )
    };
    let before = counts().await;
    let keys = format!("{}/keys", org.path);
    for (body, pointer) in [
        (json!({}), "/name"),
        (json!({ "name": "x", "environment": "live" }), "/role"),
        (json!({ "name": "x", "environment": "prod", "role": "viewer" }), "/environment"),
        (json!({ "name": "x", "environment": 1, "role": "viewer" }), "/environment"),
        (json!({ "name": "x", "environment": "live", "role": [] }), "/role"),
        (
            json!({ "name": "x", "environment": "live", "role": "viewer", "permissions": "org:read" }),
            "/permissions",
        ),
        (
            json!({ "name": "x", "environment": "live", "role": "viewer", "permissions": [1] }),
            "/permissions/0",
        ),
        (
            json!({ "name": "x", "environment": "live", "role": "viewer", "permissions": ["org:read", null] }),
            "/permissions/1",
        ),
        (json!({ "name": "x", "environment": "live", "role": "viewer", "scopes": [] }), "/scopes"),
    ] {
        let answer = client.post(&keys, body.clone()).await.status(422);
        assert_eq!(answer.pointer(), pointer, "{body}");
    }
    client.call(Method::POST, &keys, None).await.status(415);
    assert_eq!(counts().await, before);
}
