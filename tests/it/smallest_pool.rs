//! One connection to the database is enough for everything: nothing reads beside a transaction that it has open.

use oskar::worker;
use serde_json::json;

use crate::process::Installation;
use crate::races::at_once;
use crate::support::{PASSWORD, TestApp};

const ONE: (&str, &str) = ("OSKAR_DATABASE_CONNECTIONS", "1");
const NEW: &str = "another long phrase";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_works_with_one_connection() {
    let app = TestApp::with(&[ONE]).await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let key = org.key("live", "admin", None).await;
    admin.get(&format!("{}/events", org.path)).await.status(200);
    for path in ["/api/verify", &org.path, &format!("{}/keys", org.path)] {
        key.with_bearer().get(path).await.status(200);
        org.member.with_basic().get(path).await.status(200);
    }
    let denied = org.viewer.with_bearer().patch(&org.path, json!({ "name": "Mine" })).await;
    denied.status(403);
    let (keys, invitations) = (format!("{}/keys", org.path), format!("{}/invitations", org.path));
    admin.post(&format!("{keys}/{}/rotate", key.id), json!({})).await.status(200);
    admin.patch(&format!("{keys}/{}", key.id), json!({ "name": "renamed" })).await.status(200);
    admin.delete(&format!("{keys}/{}", key.id)).await.status(204);
    let body = json!({ "emails": ["bob@mail.example", "eve@mail.example"], "role": "member" });
    let invited = admin.post(&invitations, body).await.status(201).json();
    admin
        .post(&format!("{invitations}/{}/resend", invited["data"][1]["id"].as_str().unwrap()), json!({}))
        .await
        .status(200);
    let body = json!({ "invitation": app.mailed_secret("bob@mail.example").await, "password": PASSWORD, "name": "Bob" });
    app.anonymous().post("/api/invitations/accept", body).await.status(200);
    let body = json!({ "refresh_token": org.member.refresh_token });
    app.anonymous().post("/api/auth/refresh", body).await.status(200);
    org.member.with_bearer().post("/api/auth/ws-token", json!({})).await.status(200);
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    org.viewer.with_cookie().post("/api/auth/change-password", body).await.status(200);
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": org.member.email })).await.status(202);
    let body = json!({ "link_secret": app.mailed_secret(&org.member.email).await, "password": NEW });
    app.anonymous().post("/api/auth/reset-password", body).await.status(204);
    let member = format!("{}/members/{}", org.path, org.viewer.user_id);
    admin.patch(&member, json!({ "role": "admin" })).await.status(200);
    admin.delete(&member).await.status(204);
    worker::usage::tick(&app.app).await.unwrap();
    worker::sweep::tick(&app.app).await.unwrap();
    let many = at_once((0..16).map(|turn| {
        let (admin, anonymous) = (org.admin.with_bearer(), app.anonymous());
        let (path, email) = (org.path.clone(), org.admin.email.clone());
        async move {
            match turn % 4 {
                0 => anonymous
                    .post("/api/auth/login", json!({ "email": email, "password": PASSWORD }))
                    .await
                    .status(200),
                1 => admin.patch(&path, json!({ "name": format!("Acme {turn}") })).await.status(200),
                2 => admin.get(&format!("{path}/members")).await.status(200),
                _ => admin.get("/api/verify").await.status(200),
            }
        }
    }));
    many.await;
    admin.delete(&org.path).await.status(204);
}

#[tokio::test]
async fn migrating_and_serving_take_one_connection() {
    let installation = Installation::new().await;
    for arguments in
        [&["migrate", "down", "--steps", "2", "--yes"][..], &["migrate", "up"], &["user", "list"]]
    {
        let mut command = installation.command(arguments);
        command.envs([ONE]);
        crate::process::run(command, "").await.code(0);
    }
    let server = installation.serve(&[ONE]).await;
    assert_eq!(reqwest::get(format!("{}/readyz", server.url)).await.unwrap().status(), 200);
}
