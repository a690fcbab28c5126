//! A clock that was ahead and is set right: nothing that was written meanwhile stands in the way.

use chrono::TimeDelta;
use oskar::domain::journal::audit::Actor;
use oskar::domain::upkeep::signing_keys;
use oskar::entity::signing_key;
use oskar::jwt::SigningAlgorithm;
use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::operator;
use crate::support::{Client, Credential, TestApp};

const ANA: &str = "ana@acme.example";

/// A first start while the clock is ahead, and the clock set right.
async fn started_ahead(by: TimeDelta) -> TestApp {
    let app = TestApp::start().await;
    app.advance(-by);
    app
}

#[tokio::test]
async fn a_first_start_with_a_clock_ahead_keeps_no_start_from_having_a_signing_key() {
    for ahead in [TimeDelta::hours(1), TimeDelta::days(400)] {
        let app = started_ahead(ahead).await;
        // The process that made the key, and one that starts later.
        for node in [&app, &app.another_node().await] {
            let person =
                node.register(&format!("{}@acme.example", uuid::Uuid::now_v7().simple()), None).await;
            person.with_bearer().get("/api/auth/me").await.status(200);
        }
        let keys = signing_key::Entity::find().all(app.app.db.read()).await.unwrap();
        assert_eq!(keys.len(), 1, "it is the same key");
    }
}

#[tokio::test]
async fn whoever_came_in_while_the_clock_was_ahead_is_not_locked_out() {
    let app = TestApp::start().await;
    app.advance(TimeDelta::hours(1));
    let link = operator::setup_link(&app).await;
    let ana = app.register(ANA, Some("Acme")).await;
    app.advance(-TimeDelta::hours(1));
    ana.with_cookie().get("/api/auth/me").await.status(200);
    let body = json!({ "refresh_token": ana.refresh_token });
    let fresh = app.anonymous().post("/api/auth/refresh", body).await.status(200).json();
    let token = fresh["access_token"].as_str().unwrap().to_owned();
    Client::new(app.router.clone(), Credential::Bearer(token)).get("/api/auth/me").await.status(200);
    app.sign_in(ANA).await;
    app.anonymous().send(crate::setup::opening(&link)).await.status(200);
}

#[tokio::test]
async fn a_key_of_a_clock_ahead_can_be_rotated_and_does_not_come_back() {
    let app = started_ahead(TimeDelta::days(400)).await;
    let actor = Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let ahead = TimeDelta::hours(1);
    let used = app.app.algorithms()[0];
    let rotated = signing_keys::rotate(&write, used, ahead).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(rotated.signs_from, app.app.now() + ahead);
    let signs_with = async |app: &TestApp| {
        app.app.reload_signing_keys().await.unwrap();
        app.app.signing_keys().signs_with(SigningAlgorithm::Es256, app.app.now()).cloned().unwrap()
    };
    let first = signs_with(&app).await;
    app.advance(ahead);
    let second = signs_with(&app).await;
    assert_ne!(first, second);
    app.advance(TimeDelta::days(500));
    assert_eq!(signs_with(&app).await, second);
}

#[tokio::test]
async fn a_mail_of_a_clock_ahead_is_sent_at_once_and_once() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    app.deliver().await;
    for ahead in [TimeDelta::hours(1), TimeDelta::days(400)] {
        let before = app.mails(ANA).await.len();
        app.advance(ahead);
        app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
        app.advance(-ahead);
        assert_eq!(app.mails(ANA).await.len(), before + 1);
        assert_eq!(app.deliver().await, 0);
    }
}

#[tokio::test]
async fn a_mail_that_a_node_with_a_clock_ahead_could_not_send_is_not_put_off_until_then() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    app.deliver().await;
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let nobody = app.another_node_with(&[("OSKAR_MAIL__SMTP_URL", "smtp://127.0.0.1:1")]).await;
    app.advance(TimeDelta::hours(20));
    nobody.deliver().await;
    app.advance(-TimeDelta::hours(20));
    let before = app.app.mailer.captured().len();
    assert_eq!(app.mails(ANA).await.len(), before + 1);
}

#[tokio::test]
async fn mails_of_a_clock_ahead_use_up_nobody_s_mails_for_longer_than_an_hour() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    app.deliver().await;
    app.advance(TimeDelta::days(400));
    for _ in 0..3 {
        app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    }
    app.deliver().await;
    app.advance(-TimeDelta::days(400) + TimeDelta::hours(1));
    let before = app.mails(ANA).await.len();
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    assert_eq!(app.mails(ANA).await.len(), before + 1);
}
