//! API keys that are revoked, with a reason: `POST …/keys/{key_id}/revoke`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::races::{at_once, with};
use crate::support::{Client, Credential, TestApp, TestOrganisation};

async fn revocations(org: &TestOrganisation) -> Vec<Value> {
    let path = format!("{}/events?type=key.revoked", org.path);
    org.admin.with_cookie().get(&path).await.status(200).json()["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_key_is_revoked_with_a_reason_and_once_more_answers_the_same() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let (admin, path) = (org.admin.with_cookie(), format!("{}/keys/{}", org.path, key.id));
    let reason = json!({ "reason": "found in a public repository" });
    let revoked = admin.post(&format!("{path}/revoke"), reason.clone()).await.status(200).json();
    assert_eq!((&revoked["state"], &revoked["revoked_at"]), (&json!("revoked"), &json!(app.app.now())));
    assert_eq!(revoked["revoked_reason"], reason["reason"]);
    assert_eq!(revoked.get("secret"), None);
    key.with_bearer().get("/api/verify").await.status(401);
    app.advance(TimeDelta::hours(1));
    let again = json!({ "reason": "another" });
    assert_eq!(admin.post(&format!("{path}/revoke"), again).await.status(200).json(), revoked);
    admin.delete(&path).await.status(204);
    assert_eq!(admin.get(&path).await.status(200).json(), revoked);
    let events = revocations(&org).await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].to_string().contains("found in a public repository"), "{events:?}");

    // It does not change any more.
    for body in [
        json!({ "name": "Another" }),
        json!({ "external_id": "a" }),
        json!({ "metadata": { "a": "b" } }),
        json!({}),
    ] {
        assert_eq!(admin.patch(&path, body).await.status(409).code(), "key_ended");
    }
    assert_eq!(admin.get(&path).await.status(200).json(), revoked);
}

#[tokio::test]
async fn a_reason_is_not_needed_and_is_one_line() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let path = async || format!("{}/keys/{}/revoke", org.path, org.key("live", "viewer", None).await.id);
    for body in [None, Some(json!({}))] {
        let revoked = admin.call(axum::http::Method::POST, &path().await, body).await.status(200).json();
        assert_eq!((&revoked["state"], &revoked["revoked_reason"]), (&json!("revoked"), &Value::Null));
    }
    let longest = "ß".repeat(255);
    let revoked = admin.post(&path().await, json!({ "reason": longest })).await.status(200).json();
    assert_eq!(revoked["revoked_reason"], json!(longest));
    for bad in [
        json!(""),
        json!("ß".repeat(256)),
        json!("a\nb"),
        json!("a\u{0}b"),
        json!("a\u{202e}b"),
        json!(null),
        json!(7),
    ] {
        let answer = admin.post(&path().await, json!({ "reason": bad })).await.status(422);
        assert_eq!(answer.pointer(), "/reason", "{bad}");
    }
    assert_eq!(revocations(&org).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_reasons_at_once_all_are_told_the_first() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/keys/{}/revoke", org.path, org.key("live", "viewer", None).await.id);
    let answers = at_once((0..6).map(|turn| {
        let client: Client = with([&app, &other][turn % 2], Credential::Cookie(org.admin.cookie.clone()));
        let path = path.clone();
        async move { client.post(&path, json!({ "reason": format!("reason {turn}") })).await }
    }))
    .await;
    let first = answers[0].json();
    for answer in answers {
        assert_eq!(answer.status(200).json(), first);
    }
    assert_eq!(revocations(&org).await.len(), 1);
}
