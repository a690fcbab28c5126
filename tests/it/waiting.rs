//! What had to wait for an account's lock decides by what it finds then. On PostgreSQL; SQLite has one writer, who
//! waits before anything is read.

use std::time::Duration;

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::account::disabling;
use oskar::domain::account::{one_time, users};
use oskar::domain::journal::audit::Actor;
use oskar::domain::organisation::members;
use oskar::domain::session::sign_in;
use oskar::domain::{Write, identities};
use oskar::entity::one_time_token::{self, LinkPurpose};
use oskar::error::Error;
use oskar::permission::Role;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
};
use sea_orm::{DbBackend, Statement};
use serde_json::json;

use crate::support::{Client, Credential, FakeIssuer, PASSWORD, SPEAKS_FOR_ACME, TestApp, on_postgres};

const ANA: &str = "ana@acme.example";

/// Until a connection waits for another one's lock.
pub async fn somebody_waits(app: &TestApp) {
    let waiting =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let looking = async {
        let statement = || Statement::from_string(DbBackend::Postgres, waiting);
        while app.app.db.read().query_one_raw(statement()).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    // An error means that nobody waits.
    tokio::time::timeout(Duration::from_secs(10), looking).await.unwrap();
}

/// Does one thing while another one, which comes later, waits for Ana's account.
async fn meanwhile<T: Send + 'static>(
    app: &TestApp,
    work: impl AsyncFnOnce(&Write<'_>, oskar::id::UserId),
    later: impl Future<Output = T> + Send + 'static,
) -> T {
    let actor = Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let ana = sign_in::find(&write, ANA).await.unwrap().unwrap();
    users::lock(&write, ana.id).await.unwrap();
    let later = tokio::spawn(later);
    somebody_waits(app).await;
    work(&write, ana.id).await;
    write.commit().await.unwrap();
    later.await.unwrap()
}

#[tokio::test]
async fn an_identity_that_was_unlinked_starts_no_session() {
    if !on_postgres() {
        return;
    }
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    app.register(ANA, Some("Acme")).await;
    // Each token is good once.
    let [first, client] = [1, 2].map(|second| {
        let token = issuer.token(app.app.now() - TimeDelta::seconds(second), "ana", ANA);
        Client::new(app.router.clone(), Credential::Bearer(token))
    });
    first.call(Method::POST, "/api/auth/login", None).await.status(200);
    let unlink = async |write: &Write<'_>, ana| identities::unlink(write, ana, &issuer.url).await.unwrap();
    let sign_in = async move { client.call(Method::POST, "/api/auth/login", None).await };
    assert_eq!(meanwhile(&app, unlink, sign_in).await.status(503).code(), "busy");
}

#[tokio::test]
async fn disabling_notices_an_organisation_that_was_joined_meanwhile() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let ana = app.register(ANA, None).await;
    let (shared, id) = (app.app.clone(), ana.user_id.parse().unwrap());
    let disable = async move {
        let actor = Actor::cli();
        let write = shared.write(&actor).await.unwrap();
        disabling::disable(&write, id).await
    };
    let join = async |write: &Write<'_>, ana| {
        members::add(write, org.id.parse().unwrap(), ana, Role::Admin).await.unwrap();
    };
    assert!(matches!(meanwhile(&app, join, disable).await, Err(Error::Busy)));
}

#[tokio::test]
async fn an_older_client_s_refresh_gets_nothing_from_a_session_that_was_ended() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await;
    let client = Client::new(app.router.clone(), Credential::Bearer(ana.refresh_token));
    let refresh = async move { client.get("/api/login/refresh").await };
    let end = async |write: &Write<'_>, ana| {
        users::sign_out_everywhere(write, ana, None).await.unwrap();
    };
    meanwhile(&app, end, refresh).await.status(401);
}

#[tokio::test]
async fn a_link_that_is_being_used_and_a_new_password_do_not_wait_for_each_other() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    app.register(ANA, Some("Acme")).await;
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let body = json!({ "link_secret": app.mailed_secret(ANA).await, "password": "a new password for Ana" });
    let client = app.anonymous();
    let reset = async move { client.post("/api/auth/reset-password", body).await };
    let hash = app.hash(PASSWORD).await;
    let replace = async |write: &Write<'_>, ana| users::reset_password(write, ana, hash).await.unwrap();
    meanwhile(&app, replace, reset).await.status(410);
}

#[tokio::test]
async fn of_two_links_that_are_made_at_once_one_works() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await;
    app.deliver().await;
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let shared = app.app.clone();
    let deliver = async move { oskar::worker::mail::tick(&shared).await.unwrap() };
    let issue = async |write: &Write<'_>, ana| {
        one_time::issue(write, LinkPurpose::ResetPassword, ana, ANA).await.unwrap();
    };
    meanwhile(&app, issue, Box::pin(deliver)).await;
    let id: oskar::id::UserId = ana.user_id.parse().unwrap();
    let links = one_time_token::Entity::find()
        .filter(one_time_token::COLUMN.user_id.eq(id))
        .filter(one_time_token::COLUMN.purpose.eq(LinkPurpose::ResetPassword));
    assert_eq!(links.count(app.app.db.read()).await.unwrap(), 1);
}

#[tokio::test]
async fn whoever_was_disabled_meanwhile_joins_nothing() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let ana = app.register(ANA, None).await;
    let body = json!({ "emails": [ANA], "role": "member" });
    org.admin.with_cookie().post(&format!("{}/invitations", org.path), body).await.status(201);
    let body = json!({ "invitation": app.mailed_secret(ANA).await });
    let client = ana.with_cookie();
    let accept = async move { client.post("/api/invitations/accept", body).await };
    let disable = async |write: &Write<'_>, ana| disabling::disable(write, ana).await.unwrap();
    assert_eq!(meanwhile(&app, disable, accept).await.status(403).code(), "user_disabled");
}
