//! What nobody is told and nobody may reach, whatever the route.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, WITHOUT_OLDER_CLIENTS};

/// The names of all members, at every depth: `data[].user.email`.
fn names(value: &Value, prefix: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                names(member, &name, into);
                into.insert(name);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, &format!("{prefix}[]"), into)),
        _ => {}
    }
}

#[tokio::test]
async fn a14_a_viewer_reads_these_members_and_no_others() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    org.key("live", "admin", None).await;
    // What a viewer of Acme must not learn of its people.
    let elsewhere = json!({ "name": "Elsewhere" });
    org.admin.with_cookie().post("/api/orgs", elsewhere).await.status(201);
    let viewer = org.viewer.with_cookie();
    let mut seen = Vec::new();
    for path in ["/api/auth/me", "/api/auth/sessions", "/api/orgs", &org.path, "/members", "/keys", "/events"]
    {
        let path = if path.starts_with("/api") { path.to_owned() } else { format!("{}{path}", org.path) };
        let answer = viewer.get(&path).await;
        let mut members = BTreeSet::new();
        if answer.status == 200 {
            names(&answer.json(), "", &mut members);
            assert!(!answer.text().to_lowercase().contains("elsewhere"), "{path}");
        }
        seen.push(format!("{} {}", path.replace(&org.path, "{org}"), answer.status));
        seen.extend(members.into_iter().map(|member| format!("  {member}")));
    }
    insta::assert_snapshot!(seen.join("\n"));
}

#[tokio::test]
async fn a16_nobody_has_doors_to_the_inside() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    let callers = [app.anonymous(), org.admin.with_cookie(), org.admin.with_bearer(), key.with_x_api_key()];
    let paths = [
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/admin",
        "/api/admin",
        "/api/system",
        "/.git/config",
        "/.env",
        "/server-status",
        "/actuator/env",
    ];
    for client in callers {
        for path in paths {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let answer = client.call(method.clone(), path, None).await;
                assert!(
                    matches!(answer.status, 401 | 403 | 404 | 405 | 410 | 415),
                    "{method} {path}: {answer:?}"
                );
                assert!(!answer.headers.contains_key("server"));
            }
        }
    }
}

#[tokio::test]
async fn a19_a_viewer_s_key_changes_nothing() {
    // Signing a key out by an older client's path is allowed, and does nothing.
    let app = TestApp::with(&WITHOUT_OLDER_CLIENTS).await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await.with_x_api_key();
    let document = app.anonymous().get("/api/openapi.json").await.json();
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let alternatives = operation["security"].as_array().unwrap();
            let open = alternatives.is_empty() || alternatives.contains(&json!({}));
            // Asking who one is, and a ticket for what one may read anyway, change nothing.
            let harmless = path.starts_with("/api/verify") || path == "/api/auth/ws-token";
            if method.is_safe() || open || harmless {
                continue;
            }
            let path = path.replace("{org}", "acme").replace(['{', '}'], "");
            let status = key.call(method.clone(), &path, Some(json!({}))).await.status;
            assert!(matches!(status, 401 | 403), "{method} {path}: {status}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}
