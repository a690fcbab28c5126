//! Which passwords are accepted, and that each counts as a whole.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;

async fn register(app: &TestApp, email: &str, password: &str) -> crate::support::Answer {
    app.anonymous().post("/api/auth/register", json!({ "email": email, "password": password })).await
}

async fn login(app: &TestApp, email: &str, password: &str) -> crate::support::Answer {
    app.anonymous().post("/api/auth/login", json!({ "email": email, "password": password })).await
}

/// Characters that are no pattern.
pub fn varied(length: usize) -> String {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
        char::from(b'a' + u8::try_from((state >> 16) % 26).unwrap())
    };
    (0..length).map(|_| next()).collect()
}

/// A62.
#[tokio::test]
async fn a_password_has_12_to_1024_bytes() {
    let app = TestApp::start().await;
    for length in [0, 1, 11, 1025, 8192] {
        let answer = register(&app, "short@acme.example", &"x".repeat(length)).await.status(422);
        assert_eq!(answer.pointer(), "/password", "{length}");
    }
    for length in [12, 64, 72, 73, 128, 1024] {
        let (email, password) = (format!("p{length}@acme.example"), varied(length));
        register(&app, &email, &password).await.status(201);
        login(&app, &email, &password).await.status(200);
        login(&app, &email, &password[1..]).await.status(401);
        app.advance(TimeDelta::minutes(5));
    }
    // Emoji: bytes are counted, not characters.
    register(&app, "emoji@acme.example", "🔑🐎🔋").await.status(201);
    register(&app, "few@acme.example", "🔑🐎abc").await.status(422);
}

/// A62.
#[tokio::test]
async fn a62_nobody_hashes_what_is_longer_than_any_password() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let long = "x".repeat(1025);
    assert_eq!(login(&app, &person.email, &long).await.status(422).pointer(), "/password");
    let body = json!({ "current_password": long, "new_password": "another good password" });
    let answer = person.with_cookie().post("/api/auth/change-password", body).await.status(422);
    assert_eq!(answer.pointer(), "/current_password");
    let megabyte = "x".repeat(1 << 20);
    let started = Instant::now();
    assert_eq!(login(&app, &person.email, &megabyte).await.status(413).code(), "body_too_large");
    assert_eq!(register(&app, "new@acme.example", &long).await.status(422).pointer(), "/password");
    assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
}

/// A62.
#[tokio::test]
async fn a62_every_byte_of_a_password_counts() {
    let app = TestApp::start().await;
    let stem = varied(72);
    let twins = [
        (format!("{stem}a"), vec![format!("{stem}b"), stem.clone(), format!("{stem}aa")]),
        ("before\0behind the zero".to_owned(), vec!["before".to_owned(), "before\0another tail".to_owned()]),
        (
            " spaces around it ".to_owned(),
            vec!["spaces around it".to_owned(), " spaces around it".to_owned()],
        ),
        ("Upper and lower".to_owned(), vec!["upper and lower".to_owned()]),
        ("🔑🐎🔋🍏".to_owned(), vec!["🔑🐎🔋📎".to_owned(), "????????????????".to_owned()]),
    ];
    for (place, (password, others)) in twins.iter().enumerate() {
        let email = format!("p{place}@acme.example");
        register(&app, &email, password).await.status(201);
        login(&app, &email, password).await.status(200);
        for other in others {
            assert_eq!(login(&app, &email, other).await.status(401).code(), "invalid_login", "{other:?}");
            app.advance(TimeDelta::minutes(5));
        }
    }
}
