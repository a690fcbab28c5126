//! Different changes around one user at once, on two nodes: each waits for the others, none fails for it.

use axum::http::Method;
use serde_json::{Value, json};

use crate::races::{at_once, with};
use crate::support::{Credential, PASSWORD, TestApp, TestOrganisation};

/// A request by somebody.
type Asked = (Credential, Method, String, Option<Value>);

async fn none_fails(nodes: [&TestApp; 2], asked: impl IntoIterator<Item = Asked>) {
    let tasks = asked.into_iter().enumerate().map(|(turn, (credential, method, path, body))| {
        let client = with(nodes[turn % 2], credential);
        async move { client.call(method, &path, body).await }
    });
    for answer in at_once(tasks).await {
        assert!(answer.status < 500, "{}: {}", answer.asked, answer.text());
    }
}

async fn two_nodes() -> (TestApp, TestApp, TestOrganisation) {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let org = app.organisation("Acme").await;
    (app, other, org)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_in_while_the_organisation_is_deleted() {
    let (app, other, org) = two_nodes().await;
    for round in 0..8 {
        let name = format!("Other{round}");
        let body = json!({ "name": name });
        org.admin.with_cookie().post("/api/orgs", body).await.status(201);
        let asked = (0..8).flat_map(|_| {
            let mut body = json!({ "email": org.admin.email, "password": PASSWORD });
            body["organisation"] = json!(name.to_lowercase());
            let admin = Credential::Cookie(org.admin.cookie.clone());
            [
                (Credential::None, Method::POST, "/api/auth/login".to_owned(), Some(body)),
                (admin, Method::DELETE, format!("/api/orgs/{}", name.to_lowercase()), None),
            ]
        });
        none_fails([&app, &other], asked).await;
    }
}
