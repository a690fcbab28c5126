//! `ETag`, `If-Match` and `If-None-Match`: nobody overwrites what they have not read.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::races::{at_once, with};
use crate::support::{Answer, Client, Credential, TestApp, TestOrganisation};

/// What is edited: its path, and two changes of it.
fn edited(org: &TestOrganisation, key: &str) -> [(String, Value, Value); 4] {
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    let named = |name: &str| json!({ "name": name });
    [
        (org.path.clone(), named("Acme One"), named("Acme Two")),
        (format!("{}/keys/{key}", org.path), named("One"), named("Two")),
        (member, json!({ "role": "viewer" }), json!({ "role": "admin" })),
        ("/api/account".to_owned(), named("Ana One"), named("Ana Two")),
    ]
}

async fn patch(client: &Client, path: &str, tag: &str, body: &Value) -> Answer {
    client.call_with(Method::PATCH, path, &[("if-match", tag)], Some(body.clone())).await
}

#[tokio::test]
async fn a_change_of_what_was_changed_in_between_is_refused() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await.id;
    let admin = org.admin.with_cookie();
    for (path, one, two) in edited(&org, &key) {
        let read = admin.get(&path).await.status(200);
        let tag = read.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 10, "{path}: strong: {tag}");
        assert_eq!(admin.get(&path).await.header("etag"), tag, "{path}: the same, the same tag");
        let changed = patch(&admin, &path, &tag, &one).await.status(200);
        let now = admin.get(&path).await.status(200);
        assert_eq!(changed.json(), now.json(), "{path}");
        assert_eq!(changed.header("etag"), now.header("etag"), "{path}");
        assert_ne!(now.header("etag"), tag, "{path}");

        for stale in [tag.as_str(), "", "nonsense", "\"\"", &format!("W/{}", now.header("etag"))] {
            let refused = patch(&admin, &path, stale, &two).await.status(412);
            assert_eq!(refused.code(), "precondition_failed", "{path}: {stale}");
        }
        assert_eq!(admin.get(&path).await.json(), now.json(), "{path}: nothing was changed");
        let list = format!("W/\"x\", \"a,b\", {}", now.header("etag"));
        patch(&admin, &path, &list, &two).await.status(200);
        patch(&admin, &path, "*", &one).await.status(200);
        // Without a condition as ever.
        admin.patch(&path, two).await.status(200);
    }
}

#[tokio::test]
async fn a_client_that_has_the_answer_is_not_sent_it_again() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let viewer = org.viewer.with_cookie();
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    for path in [org.path.as_str(), &member, "/api/account"] {
        let tag = viewer.get(path).await.status(200).header("etag").to_owned();
        let ask =
            async |tag: &str| viewer.call_with(Method::GET, path, &[("if-none-match", tag)], None).await;
        for known in [tag.as_str(), &format!("\"x\", W/{tag}"), "*"] {
            let same = ask(known).await.status(304);
            assert_eq!((same.header("etag"), same.text().as_str()), (tag.as_str(), ""), "{path}");
            assert_eq!(same.header("cache-control"), "no-store");
        }
        ask("\"another\"").await.status(200);
    }
    // Strangers learn nothing by it.
    let other = app.organisation("Other").await;
    other
        .admin
        .with_cookie()
        .call_with(Method::GET, &org.path, &[("if-none-match", "*")], None)
        .await
        .status(404);
}

#[tokio::test]
async fn the_use_of_a_key_is_no_change_of_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let path = format!("{}/keys/{}", org.path, key.id);
    let admin = org.admin.with_cookie();
    let tag = admin.get(&path).await.status(200).header("etag").to_owned();
    app.advance(TimeDelta::seconds(10));
    key.with_bearer().get("/api/verify").await.status(200);
    oskar::worker::usage::tick(&app.app).await.unwrap();
    let used = admin.get(&path).await.status(200);
    assert_ne!(used.json()["last_used_at"], Value::Null);
    assert_eq!(used.header("etag"), tag);
    patch(&admin, &path, &tag, &json!({ "name": "Used" })).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_changes_by_the_same_tag_at_once_one_is_made() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    for round in 0..4 {
        let org = app.organisation(&format!("Acme{round}")).await;
        let key = org.key("live", "viewer", None).await.id;
        for (path, one, two) in edited(&org, &key) {
            let tag = org.admin.with_cookie().get(&path).await.status(200).header("etag").to_owned();
            let answers = at_once([(&app, one), (&other, two)].map(|(node, body)| {
                let client = with(node, Credential::Cookie(org.admin.cookie.clone()));
                let (path, tag) = (path.clone(), tag.clone());
                async move { patch(&client, &path, &tag, &body).await }
            }))
            .await;
            let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412], "{path}");
        }
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_use_them() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.example")]).await;
    let org = app.organisation("Acme").await;
    let asked = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "if-match,if-none-match"),
    ];
    let allowed = app.anonymous().call_with(Method::OPTIONS, &org.path, &asked, None).await.status(200);
    let headers = allowed.header("access-control-allow-headers").to_owned();
    assert!(headers.contains("if-match") && headers.contains("if-none-match"), "{headers}");
    let read =
        org.viewer.with_bearer().call_with(Method::GET, &org.path, &asked[..1], None).await.status(200);
    assert!(read.header("access-control-expose-headers").contains("etag"));
}

#[tokio::test]
async fn the_document_says_where_there_are_conditions() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let has = |operation: &Value, name: &str| {
        operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == name))
    };
    for path in [
        "/api/account",
        "/api/orgs/{org}",
        "/api/orgs/{org}/keys/{key_id}",
        "/api/orgs/{org}/members/{user_id}",
    ] {
        let operations = &document["paths"][path];
        let change = &operations["patch"];
        assert!(has(change, "If-Match") && change["responses"]["412"].is_object(), "{path}");
        for operation in [change, &operations["get"]] {
            assert!(operation["responses"]["200"]["headers"]["ETag"].is_object(), "{path}");
        }
        let may_be_known = has(&operations["get"], "If-None-Match");
        assert_eq!(may_be_known, operations["get"]["responses"]["304"].is_object(), "{path}");
    }
}
