//! An owner always has a way in, whatever strangers do to the account.

use std::sync::Arc;

use axum::http::Method;
use chrono::TimeDelta;
use oskar::entity::{known_network, session};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use crate::guessing::{PROXIED, device_of, seconds, try_from};
use crate::races::at_once;
use crate::support::{Answer, FakeIssuer, PASSWORD, SPEAKS_FOR_ACME, TestApp, basic, on_postgres};

pub const ANA: &str = "ana@acme.example";
pub const NEW_PASSWORD: &str = "quite another phrase";

/// Any request from an address.
pub async fn post_from(app: &TestApp, address: &str, path: &str, body: serde_json::Value) -> Answer {
    let headers = [("x-forwarded-for", address)];
    app.anonymous().call_with(Method::POST, path, &headers, Some(body)).await
}

/// A request with name and password from an address.
async fn basic_from(app: &TestApp, address: &str, password: &str) -> Answer {
    let authorization = basic(ANA, password);
    let headers = [("x-forwarded-for", address), ("authorization", &authorization)];
    app.anonymous().call_with(Method::GET, "/api/auth/me", &headers, None).await
}

/// Five wrong guesses from five addresses in another part of the world.
pub async fn strangers_guess(app: &TestApp, name: &str) {
    for place in 0..5 {
        try_from(app, &format!("198.51.100.{place}"), "", name, "wrong").await.status(401);
    }
    seconds(&from_nowhere(app, name, PASSWORD).await.status(429));
}

/// From where no account was ever used.
pub async fn from_nowhere(app: &TestApp, name: &str, password: &str) -> Answer {
    try_from(app, "100.99.98.97", "", name, password).await
}

/// Ana, who proved her address and signed in from the network of 203.0.113.7 only.
pub async fn with_ana() -> TestApp {
    with_ana_and(&[]).await
}

/// More than a request usually has: this is a debug build, and other tests run beside it.
const MUCH_TIME: (&str, &str) = ("OSKAR_LIMITS__REQUEST_TIMEOUT", "10m");

async fn with_ana_and(settings: &[(&str, &str)]) -> TestApp {
    let app = TestApp::with(&[PROXIED, settings].concat()).await;
    app.register(ANA, Some("Acme")).await;
    let token = app.mailed_secret(ANA).await;
    app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": token })).await.status(204);
    app
}

#[tokio::test]
async fn networks_that_the_owner_signed_in_from_go_on_while_strangers_guess() {
    let app = with_ana().await;
    basic_from(&app, "192.0.2.1", PASSWORD).await.status(200);
    try_from(&app, "2001:db8:1:2::7", "", ANA, PASSWORD).await.status(200);
    strangers_guess(&app, ANA).await;
    // The whole network, at every door, on every node, without any cookie.
    let other = app.another_node().await;
    for node in [&app, &other] {
        basic_from(node, "192.0.2.99", PASSWORD).await.status(200);
        try_from(node, "192.0.2.77", "", ANA, PASSWORD).await.status(200);
        try_from(node, "2001:db8:1:2:ffff::1", "", ANA, PASSWORD).await.status(200);
    }
    // Other networks are strangers', and so are other accounts in that network.
    try_from(&app, "192.0.3.1", "", ANA, PASSWORD).await.status(429);
    try_from(&app, "2001:db8:1:3::7", "", ANA, PASSWORD).await.status(429);
    for place in 0..5 {
        try_from(&app, &format!("198.51.100.{}", 100 + place), "", "bob@acme.example", "wrong").await;
    }
    seconds(&try_from(&app, "192.0.2.1", "", "bob@acme.example", "wrong").await.status(429));
}

#[tokio::test]
async fn a_network_is_known_for_thirty_days_after_the_last_sign_in_and_noted_once_a_day() {
    let app = with_ana().await;
    let noted = async || {
        let notes = known_network::Entity::find().all(app.app.db.read()).await.unwrap();
        notes.iter().map(|note| note.seen_at).max().unwrap()
    };
    let first = app.app.now();
    basic_from(&app, "192.0.2.1", PASSWORD).await.status(200);
    for _ in 0..4 {
        app.advance(TimeDelta::hours(5));
        basic_from(&app, "192.0.2.1", PASSWORD).await.status(200);
        assert_eq!(noted().await, first, "a program that signs in with each request writes once a day");
    }
    app.advance(TimeDelta::hours(5));
    basic_from(&app, "192.0.2.1", PASSWORD).await.status(200);
    assert_eq!(noted().await, app.app.now());

    app.advance(TimeDelta::days(30));
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    strangers_guess(&app, ANA).await;
    basic_from(&app, "192.0.2.2", PASSWORD).await.status(200);
    app.advance(TimeDelta::days(32));
    strangers_guess(&app, ANA).await;
    basic_from(&app, "192.0.2.2", PASSWORD).await.status(429);
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    assert_eq!(known_network::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn budgets_of_strangers_of_a_network_and_of_a_device_do_not_touch_each_other() {
    let app = with_ana().await;
    let device = device_of(&try_from(&app, "192.0.2.1", "", ANA, PASSWORD).await.status(200));
    // Somebody in the owner's network guesses, from one address after the other.
    for place in 10..15 {
        try_from(&app, &format!("192.0.2.{place}"), "", ANA, "wrong").await.status(401);
    }
    for minutes in [1, 2, 4, 8, 15, 15] {
        assert_eq!(seconds(&try_from(&app, "192.0.2.20", "", ANA, PASSWORD).await.status(429)), minutes * 60);
        try_from(&app, "192.0.2.1", &device, ANA, PASSWORD).await.status(200);
        from_nowhere(&app, ANA, "wrong").await;
        app.advance(TimeDelta::minutes(minutes));
        // A right password in the network gives those who guess there no new attempts.
        try_from(&app, "192.0.2.20", "", ANA, PASSWORD).await.status(200);
        try_from(&app, "192.0.2.20", "", ANA, "wrong").await.status(401);
    }
}

#[tokio::test]
async fn the_address_s_own_budget_holds_in_a_known_network() {
    let app = with_ana().await;
    try_from(&app, "192.0.2.1", "", ANA, PASSWORD).await.status(200);
    for place in 0..5 {
        try_from(&app, "192.0.2.1", "", &format!("u{place}@acme.example"), "wrong").await.status(401);
    }
    // Alike for all accounts, or it would tell which ones are used from there.
    for name in [ANA, "nobody@acme.example"] {
        assert_eq!(seconds(&try_from(&app, "192.0.2.1", "", name, PASSWORD).await.status(429)), 300);
    }
    try_from(&app, "192.0.2.2", "", ANA, PASSWORD).await.status(200);
}

#[tokio::test]
async fn what_is_known_gets_in_although_others_behind_its_address_used_up_the_budget() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    let person = app.register(ANA, Some("Acme")).await;
    let verify = app.mailed_secret(ANA).await;
    let device = device_of(&try_from(&app, "", "", ANA, PASSWORD).await);
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let close = async || {
        while app.anonymous().post("/api/auth/login", json!({ "email": "x", "password": "y" })).await.status
            == 401
        {}
    };
    close().await;
    seconds(&try_from(&app, "", "", ANA, PASSWORD).await.status(429));
    try_from(&app, "", &device, ANA, PASSWORD).await.status(200);
    try_from(&app, "", &device, ANA, "wrong").await.status(401);
    app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": verify })).await.status(204);
    let token = issuer.token(app.app.now(), "ana", ANA);
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, None).await.status(200);
    let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    person.with_bearer().post("/api/auth/change-password", change).await.status(200);
    close().await;
    app.advance(TimeDelta::minutes(1));
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    close().await;
    let reset = json!({ "link_secret": app.mailed_secret(ANA).await, "password": "and yet another phrase" });
    let done = app.anonymous().post("/api/auth/reset-password", reset.clone()).await.status(204);
    try_from(&app, "", &device_of(&done), ANA, "and yet another phrase").await.status(200);
    // Guesses at links are still refused.
    seconds(&app.anonymous().post("/api/auth/reset-password", reset).await.status(429));
}

#[tokio::test]
async fn a_changed_password_leaves_those_who_knew_the_old_one_no_budget() {
    let app = with_ana().await;
    // Somebody who knows it signs in from their network.
    basic_from(&app, "192.0.2.1", PASSWORD).await.status(200);
    let owner = app.sign_in(ANA).await;
    let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let changed = owner.with_cookie().post("/api/auth/change-password", change).await.status(200);
    strangers_guess(&app, ANA).await;
    basic_from(&app, "192.0.2.1", NEW_PASSWORD).await.status(429);
    // The network and the device that it was changed on are known.
    try_from(&app, "203.0.113.8", "", ANA, NEW_PASSWORD).await.status(200);
    try_from(&app, "100.99.98.97", &device_of(&changed), ANA, NEW_PASSWORD).await.status(200);
}

#[tokio::test]
async fn after_a_reset_the_new_password_works_at_once_from_that_client() {
    let app = with_ana().await;
    strangers_guess(&app, ANA).await;
    post_from(&app, "192.0.2.1", "/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let reset = json!({ "link_secret": app.mailed_secret(ANA).await, "password": NEW_PASSWORD });
    let done = post_from(&app, "192.0.2.1", "/api/auth/reset-password", reset).await.status(204);
    assert_eq!(done.header("cache-control"), "no-store");
    // Strangers go on, and close the door again: the wrong guesses before the reset count.
    from_nowhere(&app, ANA, "wrong").await.status(401);
    assert_eq!(seconds(&from_nowhere(&app, ANA, NEW_PASSWORD).await.status(429)), 120);
    // Without a cookie from there, and with it from anywhere.
    try_from(&app, "192.0.2.1", "", ANA, NEW_PASSWORD).await.status(200);
    try_from(&app, "100.99.98.96", &device_of(&done), ANA, NEW_PASSWORD).await.status(200);
    // The networks of the time before are forgotten.
    try_from(&app, "203.0.113.7", "", ANA, NEW_PASSWORD).await.status(429);
}

#[tokio::test]
async fn a_reset_on_the_page_lets_that_browser_in() {
    let app = with_ana().await;
    strangers_guess(&app, ANA).await;
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let path = format!("/reset#{}", app.mailed_secret(ANA).await);
    let done = crate::mail_pages::submit(&app, &path, &[("password", NEW_PASSWORD)]).await.status(200);
    from_nowhere(&app, ANA, "wrong").await.status(401);
    try_from(&app, "100.99.98.96", &device_of(&done), ANA, NEW_PASSWORD).await.status(200);
    try_from(&app, "203.0.113.9", "", ANA, NEW_PASSWORD).await.status(200);
}

#[tokio::test]
async fn a_link_that_proves_the_address_lets_that_client_in_and_ends_the_pause() {
    let app = TestApp::with(PROXIED).await;
    app.register(ANA, None).await;
    let token = app.mailed_secret(ANA).await;
    strangers_guess(&app, ANA).await;
    let body = json!({ "link_secret": token });
    let done = post_from(&app, "192.0.2.1", "/api/auth/verify-email", body.clone()).await.status(204);
    from_nowhere(&app, ANA, PASSWORD).await.status(200);
    strangers_guess_once_more(&app).await;
    try_from(&app, "192.0.2.2", "", ANA, PASSWORD).await.status(200);
    try_from(&app, "100.98.0.1", &device_of(&done), ANA, PASSWORD).await.status(200);
    // A link that was used ends nothing.
    post_from(&app, "192.0.2.1", "/api/auth/verify-email", body).await.status(410);
    try_from(&app, "100.97.0.1", "", ANA, PASSWORD).await.status(429);
}

/// One wrong guess that closes the account again.
async fn strangers_guess_once_more(app: &TestApp) {
    try_from(app, "198.51.100.99", "", ANA, "wrong").await.status(401);
    seconds(&try_from(app, "198.51.100.98", "", ANA, PASSWORD).await.status(429));
}

#[tokio::test]
async fn signing_in_through_an_issuer_lets_that_client_in_and_ends_the_pause() {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(&[SPEAKS_FOR_ACME]);
    settings.push(("OSKAR_TRUSTED_PROXIES", "203.0.113.7"));
    let app = TestApp::with(&settings).await;
    app.create_user_without_organisation(ANA).await;
    strangers_guess(&app, ANA).await;
    let bearer = format!("Bearer {}", issuer.token(app.app.now(), "ana", ANA));
    let headers = [("x-forwarded-for", "192.0.2.1"), ("authorization", &bearer)];
    let done = app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, None).await.status(200);
    from_nowhere(&app, ANA, PASSWORD).await.status(200);
    strangers_guess_once_more(&app).await;
    try_from(&app, "192.0.2.200", "", ANA, PASSWORD).await.status(200);
    try_from(&app, "100.98.0.1", &device_of(&done), ANA, PASSWORD).await.status(200);
}

/// Guesses as fast as the server lets them, from these addresses by turns; how many were judged in a day.
async fn guesses_in_a_day(app: &TestApp, address: impl Fn(usize) -> String) -> usize {
    let end = app.app.now() + TimeDelta::days(1);
    let (mut turn, mut judged) = (0, 0);
    while app.app.now() < end {
        let answer = try_from(app, &address(turn), "", ANA, "wrong").await;
        turn += 1;
        if answer.status == 401 {
            judged += 1;
        } else {
            app.advance(TimeDelta::seconds(seconds(&answer.status(429))));
        }
    }
    judged
}

#[tokio::test]
async fn guessing_at_an_account_is_as_dear_from_many_addresses_as_from_one() {
    // The table in SECURITY.md.
    for (addresses, expected) in [(1, [103, 96]), (1000, [103, 96]), (100_000, [103, 96])] {
        let app = with_ana().await;
        let address = |turn: usize| format!("10.{}.{}.1", turn % addresses / 250, turn % addresses % 250);
        let first = guesses_in_a_day(&app, address).await;
        let second = guesses_in_a_day(&app, address).await;
        assert_eq!([first, second], expected, "from {addresses} addresses");
        // And all the time the owner signs in.
        basic_from(&app, "203.0.113.9", PASSWORD).await.status(200);
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_nobody_wait_longer() {
    let app = with_ana().await;
    // So that the signing key is older than all that follows.
    app.advance(TimeDelta::days(1));
    strangers_guess(&app, ANA).await;
    app.advance(TimeDelta::seconds(-20));
    assert_eq!(seconds(&from_nowhere(&app, ANA, PASSWORD).await.status(429)), 60);
    app.advance(TimeDelta::hours(-1));
    from_nowhere(&app, ANA, PASSWORD).await.status(200);
    // An address' budget too.
    for _ in 0..5 {
        try_from(&app, "192.0.2.1", "", "bob@acme.example", "wrong").await.status(401);
    }
    app.advance(TimeDelta::seconds(-20));
    assert_eq!(seconds(&try_from(&app, "192.0.2.1", "", "eve@acme.example", "wrong").await.status(429)), 300);
    app.advance(TimeDelta::hours(-7));
    for _ in 0..5 {
        try_from(&app, "192.0.2.1", "", "bob@acme.example", "wrong").await.status(401);
    }
    // Counting begins anew then, and holds.
    assert_eq!(seconds(&try_from(&app, "192.0.2.1", "", "eve@acme.example", "wrong").await.status(429)), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_right_sign_ins_at_once_all_succeed() {
    // From as many networks, which share the strangers' budget; on PostgreSQL on two nodes. Some guesses came before.
    let app = Arc::new(with_ana_and(&[MUCH_TIME]).await);
    let other = if on_postgres() { Arc::new(app.another_node().await) } else { app.clone() };
    for place in 0..3 {
        try_from(&app, &format!("198.51.100.{place}"), "", ANA, "wrong").await.status(401);
    }
    let before = session::Entity::find().count(app.app.db.read()).await.unwrap();
    let tasks = (0..500).map(|turn| {
        let app = if turn % 2 == 0 { app.clone() } else { other.clone() };
        let address = format!("10.{}.{}.1", turn / 250, turn % 250);
        async move { try_from(&app, &address, "", ANA, PASSWORD).await }
    });
    let answers = at_once(tasks).await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 200).map(Answer::code).collect();
    assert!(refused.is_empty(), "{}: {refused:?}", refused.len());
    let after = session::Entity::find().count(app.app.db.read()).await.unwrap();
    assert_eq!(after - before, 500);
}

#[tokio::test]
async fn an_invitation_s_link_has_a_budget_of_its_own() {
    let app = with_ana().await;
    let boss = app.register("boss@globex.example", Some("Globex")).await;
    let body = json!({ "emails": [ANA], "role": "member" });
    boss.with_bearer().post("/api/orgs/globex/invitations", body).await.status(201);
    let token = app.mailed_secret(ANA).await;
    strangers_guess(&app, ANA).await;
    let accept = async |password: &str| {
        let body = json!({ "invitation": token, "password": password });
        post_from(&app, "192.0.2.1", "/api/invitations/accept", body).await
    };
    for _ in 0..4 {
        accept("wrong").await.status(401);
    }
    let joined = accept(PASSWORD).await.status(200);
    // Who has joined is known.
    try_from(&app, "192.0.2.2", "", ANA, PASSWORD).await.status(200);
    try_from(&app, "100.98.0.1", &device_of(&joined), ANA, PASSWORD).await.status(200);
}
