//! One answer names every wrong member of the input, each with a stable code.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use oskar::entity::{api_key, user};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp};

/// The wrong members as `/pointer code`, sorted.
#[track_caller]
fn wrong(answer: &Answer) -> Vec<String> {
    assert_eq!((answer.status, answer.code().as_str()), (422, "validation_failed"), "{}", answer.text());
    let problem = answer.json();
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(problem["detail"], errors[0]["message"], "the first one is the detail");
    let line = |error: &Value| {
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
        format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
    };
    let mut lines: Vec<_> = errors.iter().map(line).collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn a_registration_is_told_all_that_is_wrong_with_it_at_once() {
    let app = TestApp::start().await;
    for (body, expected) in [
        (
            json!({ "email": "ana", "password": "Password1234", "name": "x".repeat(201) }),
            &["/email invalid_format", "/name too_long", "/password common"][..],
        ),
        (
            json!({ "email": 7, "password": "short", "name": null, "username": "a b", "scopes": [], "x": {} }),
            &[
                "/email wrong_type",
                "/password too_short",
                "/scopes unknown",
                "/username invalid_format",
                "/x unknown",
            ],
        ),
        (json!({}), &["/email required", "/password required"]),
        (
            json!({ "name": "", "username": "ab" }),
            &["/email required", "/name too_short", "/password required", "/username too_short"],
        ),
        // Words of the other members count, even if those are wrong.
        (
            json!({ "email": "ana", "password": "Blue Sky 2024", "organisation_name": "Blue Sky" }),
            &["/email invalid_format", "/password common", "/password personal"],
        ),
        (
            json!({ "email": format!("{}@acme.example", "x".repeat(300)), "password": PASSWORD }),
            &["/email too_long"],
        ),
        (
            json!({ "email": "ana@acme.example", "password": PASSWORD, "session": "tokens?", "remember": 1 }),
            &["/remember wrong_type", "/session not_allowed"],
        ),
        (json!("text"), &[" wrong_type"]),
        (json!([1]), &[" wrong_type"]),
    ] {
        let answer = app.anonymous().post("/api/auth/register", body.clone()).await;
        assert_eq!(wrong(&answer), expected, "{body}");
    }
    assert_eq!(user::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn members_that_are_there_twice_are_named_beside_what_else_is_wrong() {
    let app = TestApp::start().await;
    let body = r#"{"email":"a@b.example","email":"ana","x":1,"x":2,"password":"short","password":"short"}"#;
    let request = Request::post("/api/auth/register").header("content-type", "application/json");
    let answer = app.anonymous().send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(
        wrong(&answer),
        [
            "/email duplicate",
            "/email invalid_format",
            "/password duplicate",
            "/password too_short",
            "/x unknown"
        ]
    );
}

#[tokio::test]
async fn a_new_key_is_told_each_wrong_entry_of_its_list_and_what_its_values_lack() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    let keys = format!("{}/keys", org.path);
    for (body, expected) in [
        (
            json!({ "environment": "prod", "permissions": ["org:read", 1, "members:read", null], "role": [] }),
            &[
                "/environment not_allowed",
                "/name required",
                "/permissions/1 wrong_type",
                "/permissions/3 wrong_type",
                "/role wrong_type",
            ][..],
        ),
        (
            json!({
                "name": "k", "environment": "live", "role": "viewer", "expires_at": "2001-01-01T00:00:00Z",
                "permissions": ["a:b", "keys:manage", "members:read"],
            }),
            &["/expires_at out_of_range", "/permissions/0 not_allowed", "/permissions/1 not_allowed"],
        ),
        (
            json!({ "name": "k", "environment": "live", "role": "viewer", "expires_at": "tomorrow" }),
            &["/expires_at invalid_format"],
        ),
    ] {
        assert_eq!(wrong(&client.post(&keys, body.clone()).await), expected, "{body}");
    }
    let invitations = format!("{}/invitations", org.path);
    let body = json!({ "emails": ["bob@acme.example", "bob", "eve", 1], "role": "boss" });
    let expected =
        ["/emails/1 invalid_format", "/emails/2 invalid_format", "/emails/3 wrong_type", "/role not_allowed"];
    assert_eq!(wrong(&client.post(&invitations, body).await), expected);
    let body = json!({ "emails": [], "role": "boss" });
    assert_eq!(wrong(&client.post(&invitations, body).await), ["/emails too_few", "/role not_allowed"]);
    let body = json!({ "emails": [], "role": "member" });
    assert_eq!(wrong(&client.post(&invitations, body).await), ["/emails too_few"]);
    let rotation = json!({ "overlap": -1, "x": 1 });
    let of_nobody = format!("{keys}/key_01k9r2m6z8f3t9v4q7x0c5b1hd/rotate");
    assert_eq!(wrong(&client.post(&of_nobody, rotation).await), ["/overlap out_of_range", "/x unknown"]);
    assert_eq!(api_key::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_query_is_told_all_that_is_wrong_with_it_at_once() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    for (query, expected) in [
        ("limit=0&cursor=x", &["/cursor invalid_format", "/limit out_of_range"][..]),
        ("limit=ten&from=x&to=y", &["/from invalid_format", "/limit wrong_type", "/to invalid_format"]),
        ("limit=1&limit=2&cursor=a&cursor=b", &["/cursor duplicate", "/limit duplicate"]),
    ] {
        let answer = client.get(&format!("{}/events?{query}", org.path)).await;
        assert_eq!(wrong(&answer), expected, "{query}");
    }
    for (query, expected) in [
        ("x=1&limit=0", &["/limit out_of_range", "/x unknown"][..]),
        ("q=&limit=0&cursor=x", &["/cursor invalid_format", "/limit out_of_range", "/q invalid_value"]),
        ("role=owner&order=up", &["/order not_allowed", "/role not_allowed"]),
    ] {
        let answer = client.get(&format!("{}/members?{query}", org.path)).await;
        assert_eq!(wrong(&answer), expected, "{query}");
    }
    let answer = client.delete("/api/auth/identities?x=1&y=2").await;
    assert_eq!(wrong(&answer), ["/issuer required", "/x unknown", "/y unknown"]);
}

#[tokio::test]
async fn a_sign_in_is_told_that_both_name_and_password_are_missing() {
    let app = TestApp::start().await;
    let answer = app.anonymous().post("/api/auth/login", json!({})).await;
    assert_eq!(wrong(&answer), ["/email required", "/password required"]);
}

#[tokio::test]
async fn an_answer_to_thousands_of_wrong_members_names_a_hundred() {
    let app = TestApp::start().await;
    let many: serde_json::Map<_, _> = (0..4000).map(|number| (format!("m{number}"), json!(1))).collect();
    let answer = app.anonymous().post("/api/auth/register", Value::Object(many)).await;
    assert_eq!(wrong(&answer).len(), 100);
}

/// What the document calls required is what is missed, at every door that has no words of its own for it.
#[tokio::test]
async fn an_empty_body_is_told_exactly_the_members_that_the_document_requires() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(content) = operation["requestBody"]["content"].get("application/json") else { continue };
            let Some(reference) = content["schema"]["$ref"].as_str() else { continue };
            let schema = document.pointer(&reference[1..]).unwrap();
            let required = schema["required"].as_array().into_iter().flatten();
            let required: BTreeSet<_> = required.filter_map(Value::as_str).collect();
            if required.is_empty() || path.starts_with("/osm/") || path == "/api/authenticate" {
                continue;
            }
            let path = path.replace("{org}", &org.slug).replace(['{', '}'], "");
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = org.admin.with_cookie().call(method, &path, Some(json!({}))).await;
            if answer.status == 404 {
                continue;
            }
            let expected: Vec<_> = required.iter().map(|name| format!("/{name} required")).collect();
            assert_eq!(wrong(&answer), expected, "{}", answer.asked);
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen}");
}
