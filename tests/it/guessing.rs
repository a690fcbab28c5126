//! Guessing passwords and links: how often, and what it tells.

use std::sync::Arc;

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::journal::audit::Actor;
use oskar::domain::session::{attempts, sign_in};
use serde_json::{Value, json};

use crate::races::at_once;
use crate::support::{Answer, PASSWORD, TestApp, basic};

pub const PROXIED: &[(&str, &str)] = &[("OSKAR_TRUSTED_PROXIES", "203.0.113.7")];

/// A sign-in from an address, perhaps on a device that is known.
pub async fn try_from(app: &TestApp, address: &str, device: &str, name: &str, password: &str) -> Answer {
    let cookie = format!("oskar_device={device}");
    let headers = [("x-forwarded-for", address), ("cookie", &cookie)];
    let body = json!({ "email": name, "password": password });
    app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, Some(body)).await
}

async fn login(app: &TestApp, name: &str, password: &str) -> Answer {
    app.anonymous().post("/api/auth/login", json!({ "email": name, "password": password })).await
}

pub fn seconds(answer: &Answer) -> i64 {
    assert_eq!(answer.code(), "too_many_attempts");
    answer.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn a55_the_sixth_failure_in_300_seconds_waits_for_the_window_to_end() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", None).await;
    for place in 0..5 {
        login(&app, &format!("u{place}@acme.example"), "wrong").await.status(401);
        app.advance(TimeDelta::seconds(10));
    }
    let refused = login(&app, "ana@acme.example", PASSWORD).await.status(429);
    assert_eq!(seconds(&refused), 250);
    app.advance(TimeDelta::seconds(249));
    assert_eq!(seconds(&login(&app, "ana@acme.example", PASSWORD).await.status(429)), 1);
    app.advance(TimeDelta::seconds(1));
    login(&app, "ana@acme.example", PASSWORD).await.status(200);
}

#[tokio::test]
async fn a55_success_costs_nothing_and_clears_nobody_else_s_count() {
    let app = TestApp::with(PROXIED).await;
    app.register("ana@acme.example", None).await;
    app.register("mallory@evil.example", None).await;
    for place in 0..5 {
        for _ in 0..7 {
            try_from(&app, "192.0.2.1", "", "mallory@evil.example", PASSWORD).await.status(200);
        }
        let address = format!("198.51.100.{place}");
        try_from(&app, &address, "", "ana@acme.example", "wrong").await.status(401);
        try_from(&app, &address, "", "mallory@evil.example", PASSWORD).await.status(200);
    }
    try_from(&app, "192.0.2.1", "", "ana@acme.example", PASSWORD).await.status(429);
    // And at one address.
    for _ in 0..5 {
        try_from(&app, "192.0.2.9", "", "mallory@evil.example", PASSWORD).await.status(200);
        login(&app, "nobody@evil.example", "wrong").await;
    }
    login(&app, "mallory@evil.example", PASSWORD).await.status(429);
}

#[tokio::test]
async fn an_account_closes_for_longer_and_longer_but_not_for_its_owner_s_device() {
    let app = TestApp::with(PROXIED).await;
    app.register("ana@acme.example", None).await;
    let device = device_of(&try_from(&app, "192.0.2.1", "", "ana@acme.example", PASSWORD).await);
    let mut next = 0;
    let mut guess = async || {
        next += 1;
        try_from(&app, &format!("198.51.100.{next}"), "", "ANA@acme.example", "wrong").await
    };
    for _ in 0..5 {
        guess().await.status(401);
    }
    for minutes in [1, 2, 4, 8, 15, 15, 15] {
        assert_eq!(seconds(&guess().await.status(429)), minutes * 60);
        app.advance(TimeDelta::minutes(minutes));
        guess().await.status(401);
    }
    try_from(&app, "192.0.3.1", "", "ana@acme.example", PASSWORD).await.status(429);
    let again = try_from(&app, "192.0.3.1", &device, "ana@acme.example", PASSWORD).await.status(200);
    // User and device: the rest tells when.
    assert!(again.cookies("oskar_device")[0].contains(&device[..42]), "the device stays the same");
    // Others' devices, and made-up ones, are unknown.
    app.register("mallory@evil.example", None).await;
    let other = device_of(&try_from(&app, "192.0.2.2", "", "mallory@evil.example", PASSWORD).await);
    for forged in [other.as_str(), "", "AAAA", &device[1..]] {
        try_from(&app, "192.0.4.3", forged, "ana@acme.example", PASSWORD).await.status(429);
    }
    // The device's own budget ends too.
    for place in 0..5 {
        let address = format!("192.0.2.{}", 100 + place);
        try_from(&app, &address, &device, "ana@acme.example", "wrong").await.status(401);
    }
    let refused = try_from(&app, "192.0.2.110", &device, "ana@acme.example", PASSWORD).await.status(429);
    assert_eq!(seconds(&refused), 60);
}

#[tokio::test]
async fn budgets_hold_on_another_node_and_are_forgotten_after_a_day() {
    let app = TestApp::with(PROXIED).await;
    app.register("ana@acme.example", None).await;
    for place in 0..5 {
        try_from(&app, &format!("198.51.100.{place}"), "", "ana@acme.example", "wrong").await.status(401);
    }
    let other = app.another_node().await;
    try_from(&other, "198.51.100.9", "", "ana@acme.example", PASSWORD).await.status(429);
    app.advance(TimeDelta::hours(24));
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    for place in 0..5 {
        try_from(&app, &format!("198.51.100.{place}"), "", "ana@acme.example", "wrong").await.status(401);
    }
}

/// The value of the cookie that an answer sets.
pub fn device_of(answer: &Answer) -> String {
    answer.cookies("oskar_device")[0].split(['=', ';']).nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn mistakes_are_forgotten_however_often_the_right_password_comes_in_between() {
    let app = TestApp::with(PROXIED).await;
    app.register("ana@acme.example", None).await;
    for place in 0..4 {
        try_from(&app, &format!("198.51.100.{place}"), "", "ana@acme.example", "wrong").await.status(401);
    }
    // Each time from elsewhere, where nobody knows the account.
    for place in 0..5 {
        app.advance(TimeDelta::hours(5));
        try_from(&app, &format!("192.0.{place}.1"), "", "ana@acme.example", PASSWORD).await.status(200);
    }
    try_from(&app, "198.51.100.9", "", "ana@acme.example", "wrong").await.status(401);
    try_from(&app, "192.0.9.1", "", "ana@acme.example", PASSWORD).await.status(200);
    // On a device that is known, a right one makes them good at once.
    let device = device_of(&try_from(&app, "192.0.2.1", "", "ana@acme.example", PASSWORD).await);
    for round in 0..3 {
        for place in 0..4 {
            let address = format!("203.0.113.{}", 10 * round + place);
            try_from(&app, &address, &device, "ana@acme.example", "wrong").await.status(401);
        }
        try_from(&app, "192.0.2.1", &device, "ana@acme.example", PASSWORD).await.status(200);
    }
}

#[tokio::test]
async fn whoever_knew_an_earlier_password_has_no_budget_of_their_own() {
    let app = TestApp::with(PROXIED).await;
    let person = app.register("ana@acme.example", None).await;
    let device = device_of(&try_from(&app, "192.0.2.1", "", "ana@acme.example", PASSWORD).await);
    app.advance(TimeDelta::seconds(1));
    let change = json!({ "current_password": PASSWORD, "new_password": "quite another phrase" });
    person.with_cookie().post("/api/auth/change-password", change).await.status(200);
    for place in 0..5 {
        try_from(&app, &format!("198.51.100.{place}"), "", "ana@acme.example", "wrong").await.status(401);
    }
    let known = try_from(&app, "192.0.2.1", &device, "ana@acme.example", "quite another phrase").await;
    assert_eq!(seconds(&known.status(429)), 60);
    app.advance(TimeDelta::minutes(1));
    let again = try_from(&app, "192.0.2.1", &device, "ana@acme.example", "quite another phrase").await;
    let device = device_of(&again.status(200));
    try_from(&app, "198.51.100.9", "", "ana@acme.example", "wrong").await.status(401);
    try_from(&app, "192.0.2.1", &device, "ana@acme.example", "quite another phrase").await.status(200);
}

#[tokio::test]
async fn a57_an_ipv6_customer_has_one_budget() {
    let app = TestApp::with(PROXIED).await;
    for place in 0..5 {
        let address = format!("2001:db8:1:2:{place:x}::{place:x}");
        try_from(&app, &address, "", &format!("u{place}@acme.example"), "wrong").await.status(401);
    }
    try_from(&app, "2001:db8:1:2:ffff::", "", "x@acme.example", "wrong").await.status(429);
    try_from(&app, "2001:DB8:1:2::", "", "x@acme.example", "wrong").await.status(429);
    try_from(&app, "2001:db8:1:3::", "", "x@acme.example", "wrong").await.status(401);
}

#[tokio::test]
async fn a60_known_and_unknown_accounts_are_answered_alike_to_the_end() {
    let app = TestApp::with(PROXIED).await;
    app.register("ana@acme.example", None).await;
    let mut seen = Vec::new();
    for name in ["ana@acme.example", "nobody@acme.example", "nobody"] {
        let mut answers = Vec::new();
        for place in 0..7 {
            let answer = try_from(&app, &format!("198.51.{place}.1"), "", name, "wrong").await;
            let mut body = answer.json();
            body["request_id"] = Value::Null;
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            answers.push((answer.status, body, headers));
            app.advance(TimeDelta::seconds(1));
        }
        assert_eq!(answers[6].0, 429);
        seen.push(answers);
        // Each name starts with fresh addresses.
        app.advance(TimeDelta::minutes(10));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[tokio::test]
async fn every_door_draws_on_the_same_budget() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let change = json!({ "current_password": "wrong", "new_password": "quite another phrase" });
    let email = json!({ "email": "new@acme.example", "password": "wrong" });
    let reset = json!({ "link_secret": "osp_nothing", "password": "quite another phrase" });
    let wrong = basic("ana@acme.example", "wrong");
    login(&app, "ana@acme.example", "wrong").await.status(401);
    login(&app, "ana@acme.example", "wrong").await.status(401);
    app.anonymous()
        .call_with(Method::GET, "/api/auth/me", &[("authorization", &wrong)], None)
        .await
        .status(401);
    app.anonymous().post("/api/auth/reset-password", reset.clone()).await.status(410);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    app.anonymous().call_with(Method::POST, "/reset/choose", &form, None).await.status(410);
    seconds(&login(&app, "ana@acme.example", PASSWORD).await.status(429));
    let basic = [("authorization", wrong.as_str())];
    seconds(&app.anonymous().call_with(Method::GET, "/api/auth/me", &basic, None).await.status(429));
    seconds(&app.anonymous().post("/api/auth/reset-password", reset).await.status(429));
    // A session has a budget of its own, which others behind the same address do not touch.
    for _ in 0..3 {
        person.with_cookie().post("/api/auth/change-password", change.clone()).await.status(403);
    }
    for _ in 0..2 {
        person.with_bearer().post("/api/auth/change-email", email.clone()).await.status(403);
    }
    seconds(&person.with_cookie().post("/api/auth/change-password", change).await.status(429));
    seconds(&person.with_bearer().post("/api/auth/change-email", email).await.status(429));
    let page = app.anonymous().call_with(Method::POST, "/reset/choose", &form, None).await.status(429);
    assert_eq!(page.header("retry-after"), "300");
}

#[tokio::test]
async fn whoever_guesses_does_not_lock_a_signed_in_owner_out() {
    let app = TestApp::with(PROXIED).await;
    let person = app.register("ana@acme.example", None).await;
    for place in 0..5 {
        try_from(&app, &format!("198.51.100.{place}"), "", "ana@acme.example", "wrong").await.status(401);
    }
    let change = json!({ "current_password": PASSWORD, "new_password": "quite another phrase" });
    person.with_bearer().post("/api/auth/change-password", change).await.status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_get_no_more_hashes_than_the_budget_has() {
    let app = Arc::new(TestApp::with(PROXIED).await);
    app.register("ana@acme.example", None).await;
    let other = Arc::new(app.another_node().await);
    let guesses = (0..40).map(|place| {
        let app = if place % 2 == 0 { app.clone() } else { other.clone() };
        let address = format!("198.51.100.{place}");
        async move { try_from(&app, &address, "", "ana@acme.example", "wrong").await.status }
    });
    let answers = at_once(guesses).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 35, "{answers:?}");
    // Right ones at once wait for each other and give theirs back: none of them is counted afterwards.
    app.advance(TimeDelta::hours(25));
    let right = (0..16).map(|place| {
        let app = if place % 2 == 0 { app.clone() } else { other.clone() };
        async move { try_from(&app, "192.0.2.1", "", "ana@acme.example", PASSWORD).await.status }
    });
    assert_eq!(at_once(right).await, [200; 16]);
    for _ in 0..5 {
        try_from(&app, "192.0.2.1", "", "ana@acme.example", "wrong").await.status(401);
    }
}

#[tokio::test]
async fn an_operator_gives_an_office_behind_one_address_more_room() {
    let app = TestApp::with(&[("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "7")]).await;
    app.register("ana@acme.example", None).await;
    for place in 0..7 {
        login(&app, &format!("u{place}@acme.example"), "wrong").await.status(401);
    }
    login(&app, "ana@acme.example", PASSWORD).await.status(429);
    let strict = TestApp::with(&[("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "1")]).await;
    strict.register("ana@acme.example", None).await;
    login(&strict, "ana@acme.example", PASSWORD).await.status(200);
    login(&strict, "nobody@acme.example", "wrong").await.status(401);
    login(&strict, "ana@acme.example", PASSWORD).await.status(429);
}

#[tokio::test]
async fn an_operator_ends_the_wait() {
    let app = TestApp::with(PROXIED).await;
    app.register("ana@acme.example", None).await;
    for place in 0..5 {
        try_from(&app, &format!("198.51.100.{place}"), "", "ana@acme.example", "wrong").await.status(401);
    }
    try_from(&app, "192.0.2.1", "", "ana@acme.example", PASSWORD).await.status(429);
    let actor = Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let user = sign_in::find(&write, "ana@acme.example").await.unwrap().unwrap();
    attempts::unlock(&write, &user).await.unwrap();
    write.commit().await.unwrap();
    try_from(&app, "192.0.2.1", "", "ana@acme.example", PASSWORD).await.status(200);
}
