//! The statuses and headers that answers have by what they are: sent, and declared where they can come.

use serde_json::{Value, json};

use crate::support::TestApp;

/// The answer, or what it refers to.
fn resolved<'d>(document: &'d Value, answer: &'d Value) -> &'d Value {
    answer["$ref"].as_str().and_then(|name| document.pointer(&name[1..])).unwrap_or(answer)
}

#[tokio::test]
async fn each_operation_declares_what_any_request_can_be_answered_with_and_the_headers_of_it() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap();
            let mut alternatives = operation["security"].as_array().into_iter().flatten();
            let takes_keys = alternatives.any(|one| one.get("api_key").is_some());
            for status in ["421", "500", "503"] {
                assert!(answers.contains_key(status), "{method} {path}: {status}");
            }
            let is_watched = ["/livez", "/readyz", "/health", "/api/health"].contains(&path.as_str());
            assert_eq!(answers.contains_key("429"), !is_watched, "{method} {path}");
            for (status, answer) in answers {
                let headers = &resolved(&document, answer)["headers"];
                let has = |name: &str| headers.get(name).is_some();
                assert!(has("X-Request-Id"), "{method} {path}: {status}");
                let waits = ["429", "503"].contains(&status.as_str());
                assert!(has("Retry-After") || !waits, "{method} {path}: {status}");
                assert_eq!(has("WWW-Authenticate"), status == "401", "{method} {path}: {status}");
                if answer.get("$ref").is_none() {
                    let is_older = operation["deprecated"] == true;
                    assert_eq!(has("Deprecation"), is_older || takes_keys, "{method} {path}: {status}");
                    assert_eq!(has("Sunset"), takes_keys, "{method} {path}: {status}");
                }
            }
            operations += 1;
        }
    }
    assert!(operations > 60, "{operations}");
    let other = &document["components"]["responses"]["MethodNotAllowed"];
    assert!(other["headers"].get("Allow").is_some(), "{other}");
}

#[tokio::test]
async fn the_location_of_a_new_thing_leads_to_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    let key = json!({ "name": "k", "environment": "live", "role": "viewer" });
    for (path, body) in [("/api/orgs", json!({ "name": "Blue" })), (&format!("{}/keys", org.path), key)] {
        let made = client.post(path, body).await.status(201);
        let there = client.get(made.header("location")).await.status(200).json();
        assert_eq!(there["id"], made.json()["id"], "{path}");
    }
}

#[tokio::test]
async fn doors_of_older_clients_say_since_when_they_are_deprecated_and_no_other_does() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    for path in ["/api/ws-token", "/osm/api/scans"] {
        assert_eq!(
            ana.with_cookie().get(path).await.status(200).header("deprecation"),
            "@1795737600",
            "{path}"
        );
        assert_eq!(
            app.anonymous().get(path).await.status(401).header("deprecation"),
            "@1795737600",
            "{path}"
        );
    }
    for path in ["/api/auth/me", "/api/orgs", "/livez", "/nowhere"] {
        assert_eq!(ana.with_cookie().get(path).await.header("deprecation"), "", "{path}");
    }
}
