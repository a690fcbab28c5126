//! Which passwords are accepted, and that each counts as a whole.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Client, Credential, TestApp};

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
async fn a_password_has_12_to_256_characters() {
    let app = TestApp::start().await;
    for length in [0, 1, 11, 257, 8192] {
        let answer = register(&app, "short@acme.example", &"x".repeat(length)).await.status(422);
        assert_eq!(answer.pointer(), "/password", "{length}");
    }
    for length in [12, 64, 72, 73, 128, 256] {
        let (email, password) = (format!("p{length}@acme.example"), varied(length));
        register(&app, &email, &password).await.status(201);
        login(&app, &email, &password).await.status(200);
        login(&app, &email, &password[1..]).await.status(401);
        app.advance(TimeDelta::minutes(5));
    }
    // Characters are counted, not bytes, and not UTF-16 units.
    register(&app, "few@acme.example", "🔑🐎🔋").await.status(422);
    register(&app, "eleven@acme.example", "🔑🐎🔋🌵🎈🧲🪁🦔🪗🧩🎻").await.status(422);
    register(&app, "emoji@acme.example", "🔑🐎🔋🌵🎈🧲🪁🦔🪗🧩🎻🪣").await.status(201);
    let long: String = "正確な馬電池".chars().cycle().take(128).chain(varied(128).chars()).collect();
    register(&app, "long@acme.example", &long).await.status(201);
    // In the form in which it is hashed: each of these is two code points as it is written, and one there.
    register(&app, "accents@acme.example", &"e\u{301}a\u{308}o\u{302}".repeat(2)).await.status(422);
}

/// Keyboards and systems write the same characters in different code points.
#[tokio::test]
async fn a_password_is_the_same_however_its_characters_are_written() {
    let app = TestApp::start().await;
    let (composed, decomposed) = ("un caf\u{e9} sur la place", "un cafe\u{301} sur la place");
    let spaced = "un caf\u{e9}\u{a0}sur\u{3000}la place";
    let all = [composed, decomposed, spaced];
    for (number, chosen) in all.iter().enumerate() {
        let email = format!("ana{number}@acme.example");
        register(&app, &email, chosen).await.status(201);
        for given in all {
            login(&app, &email, given).await.status(200);
            let client = Client::new(app.router.clone(), Credential::Basic(email.clone(), given.to_owned()));
            client.get("/api/auth/me").await.status(200);
        }
        login(&app, &email, "un cafe sur la place").await.status(401);
        app.advance(TimeDelta::minutes(5));
    }
}

/// What zxcvbn would guess within a thousand tries is not accepted, whatever the list says.
#[tokio::test]
async fn no_acceptable_password_scores_0() {
    let app = TestApp::start().await;
    for password in ["international", "organization", "professional", "administration", "Championship"] {
        let body = json!({ "password": password });
        let told = app.anonymous().post("/api/auth/password-strength", body).await.status(200).json();
        assert_eq!(told["acceptable"], told["score"].as_i64() > Some(0), "{password}: {told}");
    }
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
        (
            "🔑🐎🔋🍏 and three words".to_owned(),
            vec!["🔑🐎🔋📎 and three words".to_owned(), "???? and three words".to_owned()],
        ),
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
