//! A principal is what a request needs to know of its caller, and no row: nothing secret in it, and nothing that could be
//! taken for what is in the database by the time that it counts.

use axum::extract::FromRequestParts as _;
use axum::http::Request;
use chrono::TimeDelta;
use oskar::auth::{Client, Principal, caller};
use oskar::entity::{api_key_secret, credential, session};
use oskar::error::Error;
use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::operator;
use crate::support::{PASSWORD, TestApp, basic};

const NEW: &str = "another long phrase";

/// Who sends a header, as the guards find it out.
async fn principal(app: &TestApp, name: &str, value: &str) -> Principal {
    let (mut parts, ()) = Request::builder().header(name, value).body(()).unwrap().into_parts();
    let Ok(client) = Client::from_request_parts(&mut parts, &()).await;
    caller(&app.app, &client, &parts.headers).await.unwrap()
}

#[tokio::test]
async fn it_holds_no_secret_and_is_shared_when_it_is_cloned() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "member", Some(&["org:read"])).await;
    let db = app.app.db.read();
    let hashes = credential::Entity::find().all(db).await.unwrap().into_iter().map(|row| row.secret);
    let digests = session::Entity::find().all(db).await.unwrap().into_iter().map(|row| row.cookie_digest);
    let keys = api_key_secret::Entity::of_installation().all(db).await.unwrap();
    let bytes: Vec<_> =
        digests.chain(keys.into_iter().map(|row| row.digest)).map(|digest| format!("{digest:?}")).collect();
    let secrets: Vec<_> = hashes.chain(bytes).collect();
    assert!(secrets.len() >= 7);
    let admin = &org.admin;
    for (name, value, id) in [
        ("cookie", format!("oskar_session={}", admin.cookie), &admin.user_id),
        ("authorization", format!("Bearer {}", admin.access_token), &admin.user_id),
        ("authorization", basic(&admin.email, PASSWORD), &admin.user_id),
        ("x-api-key", key.secret.clone(), &key.id),
    ] {
        let found = principal(&app, name, &value).await;
        assert_eq!(found.id(), *id);
        let shown = format!("{found:?}");
        for secret in secrets.iter().chain([&admin.cookie, &admin.access_token, &key.secret]) {
            assert!(!shown.contains(secret.as_str()), "{shown}");
        }
        if let (Some(one), Some(other)) = (found.user(), found.clone().user()) {
            assert!(std::sync::Arc::ptr_eq(one, other));
        }
    }
}

#[tokio::test]
async fn a_credential_that_was_checked_before_the_password_was_replaced_opens_no_account() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let db = app.app.db.read();
    let ways = [
        ("cookie", format!("oskar_session={}", org.admin.cookie)),
        ("authorization", { basic(&org.admin.email, PASSWORD) }),
    ];
    for (name, value) in ways {
        let found = principal(&app, name, &value).await;
        let by = found.user().unwrap();
        let account = by.account(db).await.unwrap();
        assert_eq!(account.user.id.to_string(), org.admin.user_id);
        app.advance(TimeDelta::seconds(1));
        let hash = app.hash(NEW).await;
        operator::change(&app, async |write| {
            oskar::domain::account::users::reset_password(write, by.id, hash).await
        })
        .await
        .unwrap();
        assert!(matches!(by.account(db).await, Err(Error::InvalidCredential)), "{name}");
        let hash = app.hash(PASSWORD).await;
        app.advance(TimeDelta::seconds(1));
        operator::change(&app, async |write| {
            oskar::domain::account::users::reset_password(write, by.id, hash).await
        })
        .await
        .unwrap();
    }
    let found = principal(&app, "authorization", &basic(&org.member.email, PASSWORD)).await;
    operator::disable(&app, &org.member.user_id).await.unwrap();
    assert!(matches!(found.user().unwrap().account(db).await, Err(Error::InvalidCredential)));
}

#[tokio::test]
async fn every_door_takes_an_organisation_by_slug_and_by_id() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let other = app.organisation("Globex").await;
    let person = &org.viewer;
    for (reference, mine) in [
        (org.slug.as_str(), true),
        (org.id.as_str(), true),
        (other.slug.as_str(), false),
        (other.id.as_str(), false),
        ("org_01h455vb4pex5vsknk084sn02q", false),
        ("nothing", false),
        ("a\0b", false),
        ("ACME", false),
        ("", false),
    ] {
        let named = reference.replace('\0', "%00");
        let (client, cookie) = (app.anonymous(), person.with_cookie());
        let status = |yes, no| if mine { yes } else { no };
        if !reference.is_empty() {
            cookie.get(&format!("/api/orgs/{named}")).await.status(status(200, 404));
        }
        cookie.get(&format!("/api/verify?org={named}")).await.status(status(200, 403));
        let body = json!({ "org": reference });
        cookie.post("/api/auth/token", body.clone()).await.status(status(200, 404));
        cookie.post("/api/auth/ws-token", body).await.status(status(200, 404));
        let body = json!({ "email": person.email, "password": PASSWORD, "org": reference });
        let answer = client.post("/api/auth/login", body).await.status(status(200, 404)).json();
        let token = app.sign_in(&person.email).await.refresh_token;
        let body = json!({ "refresh_token": token, "org": reference });
        client.post("/api/auth/refresh", body).await.status(status(200, 404));
        if mine {
            assert_eq!(answer["organisation"]["id"], json!(org.id));
        }
    }
}
