//! Different changes around one user at once, on two nodes: each waits for the others, none fails for it.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::worker;
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

fn login(email: &str, credential: Credential) -> Asked {
    let body = json!({ "email": email, "password": PASSWORD });
    (credential, Method::POST, "/api/auth/login".to_owned(), Some(body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_in_while_an_admin_changes_the_role() {
    let (app, other, org) = two_nodes().await;
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    let admin = Credential::Cookie(org.admin.cookie.clone());
    let asked = (0..16).flat_map(|turn| {
        let role = if turn % 2 == 0 { "viewer" } else { "member" };
        [
            login(&org.member.email, Credential::None),
            (admin.clone(), Method::PATCH, member.clone(), Some(json!({ "role": role }))),
        ]
    });
    none_fails([&app, &other], asked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refreshing_while_sessions_are_ended() {
    let (app, other, org) = two_nodes().await;
    for _ in 0..8 {
        let mut people = Vec::new();
        for _ in 0..8 {
            people.push(app.sign_in(&org.member.email).await);
        }
        let asked = people.iter().flat_map(|person| {
            let body = json!({ "refresh_token": person.refresh_token });
            [
                (Credential::None, Method::POST, "/api/auth/refresh".to_owned(), Some(body)),
                (
                    Credential::Cookie(org.admin.cookie.clone()),
                    Method::DELETE,
                    format!("{}/members/{}/sessions", org.path, org.member.user_id),
                    None,
                ),
                login(&org.member.email, Credential::Cookie(person.cookie.clone())),
            ]
        });
        none_fails([&app, &other], asked).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writing_last_uses_while_sessions_are_ended() {
    let (app, other, org) = two_nodes().await;
    for _ in 0..8 {
        app.advance(TimeDelta::seconds(1));
        let mut people = Vec::new();
        for _ in 0..16 {
            let person = app.sign_in(&org.member.email).await;
            for node in [&app, &other] {
                app.advance(TimeDelta::seconds(1));
                with(node, Credential::Cookie(person.cookie.clone())).get("/api/auth/me").await.status(200);
            }
            people.push(person);
        }
        let flushes = at_once([&app, &other].map(|node| {
            let app = node.app.clone();
            async move { worker::usage::tick(&app).await }
        }));
        let owner = Credential::Basic(org.member.email.clone(), PASSWORD.to_owned());
        let asked = [(owner, Method::DELETE, "/api/auth/sessions".to_owned(), None)];
        let (written, ()) = tokio::join!(flushes, none_fails([&app, &other], asked));
        for outcome in written {
            outcome.unwrap();
        }
    }
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
