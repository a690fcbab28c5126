//! Mails that tell people what happened to their account or organisation.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

async fn login_with(app: &TestApp, email: &str, program: &str) {
    let body = json!({ "email": email, "password": PASSWORD });
    let headers = [("user-agent", program)];
    app.anonymous()
        .call_with(axum::http::Method::POST, "/api/auth/login", &headers, Some(body))
        .await
        .status(200);
}

#[tokio::test]
async fn a_sign_in_by_a_program_that_was_not_seen_before_is_told_once() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let email = &org.member.email;
    login_with(&app, email, "Firefox").await;
    login_with(&app, email, "Firefox").await;
    let mails = app.mails(email).await;
    assert_eq!(mails.len(), 1);
    let text = mails[0].letter.text().unwrap();
    assert!(text.contains("Firefox") && text.contains("203.0.113.7"), "{text}");
}

#[tokio::test]
async fn the_first_sign_in_of_all_is_nothing_new() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.create_user("new@acme.example", &org.id, oskar::permission::Role::Viewer).await;
    login_with(&app, "new@acme.example", "Firefox").await;
    assert!(app.mails("new@acme.example").await.is_empty());
}

#[tokio::test]
async fn a_changed_password_is_told() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another good password" });
    org.member.with_cookie().post("/api/auth/change-password", body).await.status(200);
    assert_eq!(app.subjects(&org.member.email).await, ["Your password was changed"]);
}

#[tokio::test]
async fn a_new_key_is_told_to_the_admins_only() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    org.key("live", "member", None).await;
    let mail = &app.mails(&org.admin.email).await[0];
    assert_eq!(mail.letter.subject, "New API key in “Acme”");
    assert!(!mail.letter.text().unwrap().contains("osk_"));
    assert!(app.mails(&org.member.email).await.is_empty());
}

#[tokio::test]
async fn a37_a_stolen_refresh_token_is_told() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let refresh = async |token: &str| {
        app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": token })).await
    };
    let next = refresh(&org.member.refresh_token).await.status(200).json();
    refresh(next["refresh_token"].as_str().unwrap()).await.status(200);
    app.advance(TimeDelta::minutes(1));
    refresh(&org.member.refresh_token).await.status(401);
    assert_eq!(app.subjects(&org.member.email).await, ["A session was ended for your safety"]);
}

#[tokio::test]
async fn whoever_is_raised_to_admin_is_told_and_a_demotion_is_not() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/members/{}", org.path, org.member.user_id);
    org.admin.with_cookie().patch(&path, json!({ "role": "admin" })).await.status(200);
    org.admin.with_cookie().patch(&path, json!({ "role": "admin" })).await.status(200);
    org.admin.with_cookie().patch(&path, json!({ "role": "viewer" })).await.status(200);
    assert_eq!(app.subjects(&org.member.email).await, ["You are an admin of “Acme”"]);
}

/// The keys are the organisation's: they go on, and the admins are told.
#[tokio::test]
async fn keys_of_a_member_who_is_gone_or_disabled_go_on_and_the_admins_are_told() {
    for disabled in [false, true] {
        let app = TestApp::start().await;
        let org = app.organisation("Acme").await;
        let path = format!("{}/members/{}", org.path, org.member.user_id);
        org.admin.with_cookie().patch(&path, json!({ "role": "admin" })).await.status(200);
        let key = json!({ "name": "Deploy <bot>", "environment": "live", "role": "member" });
        let key = org.member.with_cookie().post(&format!("{}/keys", org.path), key).await.status(201).json();
        if disabled {
            let actor = oskar::domain::journal::audit::Actor::cli();
            let write = app.app.write(&actor).await.unwrap();
            oskar::domain::account::disabling::disable(&write, org.member.user_id.parse().unwrap())
                .await
                .unwrap();
            write.commit().await.unwrap();
        } else {
            org.admin.with_cookie().delete(&path).await.status(204);
        }
        let headers = [("x-api-key", key["secret"].as_str().unwrap())];
        app.anonymous().call_with(axum::http::Method::GET, "/api/auth/me", &headers, None).await.status(200);
        let mail = &app.mails(&org.admin.email).await[0];
        assert_eq!(mail.letter.subject, "API keys of a former member of “Acme”");
        assert!(mail.letter.text().unwrap().contains("Deploy <bot>"));
        assert!(mail.letter.html().unwrap().contains("Deploy &#60;bot&#62;"));
    }
}

#[tokio::test]
async fn a_changed_username_is_told_with_an_event_and_nothing_else_that_is_changed_with_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (client, email) = (org.member.with_cookie(), &org.member.email);
    for (body, mails) in [
        (json!({ "name": "Ana" }), 0),
        (json!({ "username": "ana", "name": "Ana Ruiz" }), 1),
        (json!({ "username": "ANA" }), 1),
        (json!({ "name": "Ana" }), 1),
        (json!({ "username": null }), 2),
    ] {
        client.patch("/api/account", body.clone()).await.status(200);
        assert_eq!(app.subjects(email).await, vec!["Your username was changed"; mails], "{body}");
    }
    // What is refused is not told.
    org.viewer.with_cookie().patch("/api/account", json!({ "username": "taken" })).await.status(200);
    client.patch("/api/account", json!({ "username": "taken" })).await.status(409);
    let texts: Vec<_> = app.mails(email).await.iter().map(|mail| mail.letter.text().unwrap()).collect();
    assert_eq!(texts.len(), 2);
    // The newest first.
    assert!(texts[0].contains("no username") && texts[1].contains("“ana”"), "{texts:?}");
    let changed = client.get("/api/account/events?type=user.updated").await.status(200).json();
    let changed: Vec<_> =
        changed["data"].as_array().unwrap().iter().map(|event| event["data"].clone()).collect();
    assert_eq!(
        changed,
        [
            json!({ "object": { "username": null }, "previous": { "username": "ana" } }),
            json!({ "object": { "name": "Ana" }, "previous": { "name": "Ana Ruiz" } }),
            json!({
                "object": { "name": "Ana Ruiz", "username": "ana" },
                "previous": { "name": "Ana", "username": null }
            }),
            json!({ "object": { "name": "Ana" }, "previous": { "name": "member" } })
        ]
    );
}
