//! The mail that tells the owner of guesses, and its link.

use chrono::TimeDelta;
use oskar::domain::journal::mail::MailKind;
use oskar::entity::mail;
use oskar::permission::Role;
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

use crate::guessing::{PROXIED, device_of, seconds, try_from};
use crate::mail_pages::{look, submit};
use crate::owner::{ANA, NEW_PASSWORD, from_nowhere, post_from, strangers_guess, with_ana};
use crate::races::at_once;
use crate::support::{PASSWORD, TestApp};

const SUBJECT: &str = "Wrong passwords at your account";

async fn told(app: &TestApp) -> u64 {
    let told = mail::Entity::find().filter(mail::COLUMN.kind.eq(MailKind::PasswordGuesses.as_str()));
    told.count(app.app.db.read()).await.unwrap()
}

/// The path of the mailed link.
async fn mailed_path(app: &TestApp) -> String {
    let link = app.mailed_link(ANA).await;
    link.strip_prefix("http://localhost:8675").unwrap().to_owned()
}

#[tokio::test]
async fn the_owner_is_told_of_guesses_once_a_day_on_all_nodes() {
    let app = with_ana().await;
    for place in 0..4 {
        try_from(&app, &format!("198.51.100.{place}"), "", ANA, "wrong").await.status(401);
    }
    assert_eq!(told(&app).await, 0, "not yet");
    let other = app.another_node().await;
    let last = try_from(&other, "198.51.100.9", "", ANA, "wrong").await;
    last.status(401);
    assert_eq!(told(&app).await, 1);
    assert_eq!(app.subjects(ANA).await[0], SUBJECT);
    for minutes in [1, 2, 4, 8, 15, 15] {
        app.advance(TimeDelta::minutes(minutes));
        try_from(&app, "198.51.100.5", "", ANA, "wrong").await.status(401);
        try_from(&other, "192.0.2.1", "", ANA, "wrong").await;
    }
    assert_eq!(told(&app).await, 1);
    // Unlocking starts the budgets anew, but not the day.
    let user = oskar::domain::session::sign_in::find(app.app.db.read(), ANA).await.unwrap().unwrap();
    crate::operator::change(&app, async |write| oskar::domain::session::attempts::unlock(write, &user).await)
        .await
        .unwrap();
    app.advance(TimeDelta::hours(1));
    strangers_guess(&app, ANA).await;
    assert_eq!(told(&app).await, 1);
    app.advance(TimeDelta::hours(24));
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    strangers_guess(&app, ANA).await;
    assert_eq!(told(&app).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_doors_that_close_at_once_bring_one_mail() {
    let app = std::sync::Arc::new(with_ana().await);
    let other = std::sync::Arc::new(app.another_node().await);
    // Four of the account's own networks, each with one attempt left.
    for network in 1..5 {
        try_from(&app, &format!("192.0.{network}.1"), "", ANA, PASSWORD).await.status(200);
        for place in 10..14 {
            try_from(&app, &format!("192.0.{network}.{place}"), "", ANA, "wrong").await.status(401);
        }
    }
    let guesses = (1..5).map(|network| {
        let app = if network % 2 == 0 { app.clone() } else { other.clone() };
        async move { try_from(&app, &format!("192.0.{network}.99"), "", ANA, "wrong").await.status }
    });
    assert_eq!(at_once(guesses).await, [401; 4]);
    assert_eq!(told(&app).await, 1);
}

#[tokio::test]
async fn nobody_is_told_at_an_address_that_is_not_proven_or_not_there() {
    let app = TestApp::with(PROXIED).await;
    app.register(ANA, None).await;
    app.create_user_without_organisation("bob@acme.example").await;
    let bob =
        oskar::domain::session::sign_in::find(app.app.db.read(), "bob@acme.example").await.unwrap().unwrap();
    crate::operator::disable(&app, &bob.id.to_string()).await.unwrap();
    for name in [ANA, "bob@acme.example", "nobody@acme.example"] {
        strangers_guess(&app, name).await;
        app.advance(TimeDelta::minutes(6));
    }
    assert_eq!(told(&app).await, 0);
}

#[tokio::test]
async fn the_mailed_link_lets_the_owner_in_and_offers_a_new_password() {
    let app = with_ana().await;
    app.advance(TimeDelta::days(32));
    strangers_guess(&app, ANA).await;
    let path = mailed_path(&app).await;
    assert!(path.starts_with("/unlock#osl_"), "{path}");
    // Looking does not use it up, and changes nothing.
    for _ in 0..2 {
        assert!(look(&app, &path).await.status(200).text().contains("Let me in"));
    }
    try_from(&app, "203.0.113.7", "", ANA, PASSWORD).await.status(429);
    let done = submit(&app, &path, &[]).await.status(200);
    assert_eq!(done.header("cache-control"), "no-store");
    from_nowhere(&app, ANA, PASSWORD).await.status(200);
    try_from(&app, "198.51.100.77", "", ANA, "wrong").await.status(401);
    seconds(&try_from(&app, "198.51.100.78", "", ANA, PASSWORD).await.status(429));
    // That browser anywhere, and its network.
    try_from(&app, "100.98.0.1", &device_of(&done), ANA, PASSWORD).await.status(200);
    try_from(&app, "203.0.113.99", "", ANA, PASSWORD).await.status(200);
    // Once.
    look(&app, &path).await.status(410);
    submit(&app, &path, &[]).await.status(410);
    let page = done.text();
    let reset = page.split('"').find(|part| part.starts_with("/reset#osp_")).unwrap();
    look(&app, reset).await.status(200);
    submit(&app, reset, &[("password", NEW_PASSWORD)]).await.status(200);
    try_from(&app, "203.0.113.99", "", ANA, NEW_PASSWORD).await.status(200);
}

#[tokio::test]
async fn the_mailed_link_ends_with_time_a_new_password_and_the_account() {
    for end in ["time", "password", "disabled", "address"] {
        let app = with_ana().await;
        strangers_guess(&app, ANA).await;
        let path = mailed_path(&app).await;
        match end {
            "time" => app.advance(TimeDelta::hours(24)),
            "password" => {
                post_from(&app, "192.0.2.1", "/api/auth/forgot-password", json!({ "email": ANA })).await;
                let reset = json!({ "link_secret": app.mailed_secret(ANA).await, "password": NEW_PASSWORD });
                post_from(&app, "192.0.2.1", "/api/auth/reset-password", reset).await.status(204);
            }
            "disabled" => {
                let ana = app.sign_in(ANA).await;
                app.create_user("boss@acme.example", ana.organisation_id(), Role::Admin).await;
                crate::operator::disable(&app, &ana.user_id).await.unwrap();
            }
            _ => {
                let owner = app.sign_in(ANA).await;
                let change = json!({ "email": "ana@new.example", "password": PASSWORD });
                owner.with_bearer().post("/api/auth/change-email", change).await.status(202);
                let token = app.mailed_secret("ana@new.example").await;
                post_from(&app, "192.0.2.1", "/api/auth/verify-email", json!({ "link_secret": token }))
                    .await
                    .status(204);
            }
        }
        look(&app, &path).await.status(410);
        submit(&app, &path, &[]).await.status(410);
    }
}
