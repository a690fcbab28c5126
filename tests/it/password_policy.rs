//! A64: passwords that are tried first are refused at every door, with the reason and with advice.

use serde_json::{Value, json};

use crate::mail_pages::{path_in_mail, submit};
use crate::operator::setup_link;
use crate::process::Installation;
use crate::support::{Answer, PASSWORD, TestApp};

const ANA: &str = "ana.ruiz@bluesky.example";
/// In the words of their reasons. All of Ana, who is admin of Red Sand, at a server that is called localhost.
const WEAK: [(&str, &str); 6] = [
    ("password1234", "everybody tries"),
    ("aaaaaaaaaaaa", "repetition"),
    ("ana.ruiz@bluesky.example", "consists of your name"),
    ("Red-Sand-2024", "consists of your name"),
    ("localhost-1234", "consists of your name"),
    ("Oskar-Oskar-2024", "everybody tries"),
];

/// A refusal with its reason, where the password stood, and advice.
#[track_caller]
fn is_refused(answer: Answer, pointer: &str, why: &str) {
    let answer = answer.status(422);
    assert_eq!((answer.code().as_str(), answer.pointer().as_str()), ("validation_failed", pointer));
    let body = answer.json();
    assert!(body["detail"].as_str().unwrap().contains(why), "{body}");
    assert!(body["detail"].as_str().unwrap().contains("take four random words"), "{body}");
    assert!(body["strength"]["score"].as_u64().unwrap() <= 1, "{body}");
    assert!(!body["strength"]["suggestions"].as_array().unwrap().is_empty(), "{body}");
}

fn registration(password: &str) -> Value {
    json!({ "email": ANA, "password": password, "name": "Ana Ruiz", "organisation_name": "Red Sand" })
}

/// A64.
#[tokio::test]
async fn a64_the_3000_most_frequent_passwords_register_nobody() {
    let app = TestApp::start().await;
    let register = async |password: &str| {
        let answer = app.anonymous().post("/api/auth/register", registration(password)).await.status(422);
        assert_eq!(answer.pointer(), "/password", "{password}");
    };
    for (place, password) in include_str!("top-3000.txt").lines().enumerate() {
        register(password).await;
        if place % 50 == 0 {
            register(&format!("{password}{password}{password}")).await;
            register(&format!("{}!12345678901", password.to_uppercase())).await;
        }
    }
    app.anonymous().post("/api/auth/register", registration(PASSWORD)).await.status(201);
}

/// A64.
#[tokio::test]
async fn a64_weak_passwords_are_refused_at_every_door_of_the_api() {
    let app = TestApp::start().await;
    for (password, why) in WEAK {
        let answer = app.anonymous().post("/api/auth/register", registration(password)).await;
        is_refused(answer, "/password", why);
    }
    let answer = app.anonymous().post("/api/auth/register", registration("a long lower case phrase")).await;
    let ana = answer.status(201);
    let token = ana.json()["access_token"].as_str().unwrap().to_owned();
    let ana = crate::support::Client::new(app.router.clone(), crate::support::Credential::Bearer(token));
    for path in ["/api/auth/change-password", "/api/change-password"] {
        for (password, why) in WEAK {
            let body = json!({ "current_password": "a long lower case phrase", "new_password": password });
            is_refused(ana.post(path, body).await, "/new_password", why);
        }
    }
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let link = app.mailed_secret(ANA).await;
    let reset = async |password: &str| {
        app.anonymous()
            .post("/api/auth/reset-password", json!({ "link_secret": link, "password": password }))
            .await
    };
    for (password, why) in WEAK {
        is_refused(reset(password).await, "/password", why);
    }
    reset("another good phrase").await.status(204);
}

/// A64.
#[tokio::test]
async fn weak_passwords_are_refused_to_the_invited() {
    let app = TestApp::start().await;
    let admin = app.register("admin@acme.example", Some("Red Sand")).await;
    let body = json!({ "emails": [ANA], "role": "member" });
    admin.with_cookie().post("/api/orgs/red-sand/invitations", body).await.status(201);
    let link = app.mailed_secret(ANA).await;
    for (password, why) in WEAK {
        let body = json!({ "invitation": link, "password": password });
        is_refused(app.anonymous().post("/api/invitations/accept", body).await, "/password", why);
        let body = json!({ "email": ANA, "password": password, "invitation": link });
        is_refused(app.anonymous().post("/api/auth/register", body).await, "/password", why);
        let page = submit(&app, &format!("/invite#{link}"), &[("password", password)]).await.status(422);
        assert!(page.text().contains(why) && page.text().contains("random words"), "{}", page.text());
    }
    let body = json!({ "invitation": link, "password": "a long lower case phrase" });
    app.anonymous().post("/api/invitations/accept", body).await.status(200);
}

/// A64.
#[tokio::test]
async fn pages_show_why_a_password_is_refused_and_how_to_make_a_better_one() {
    let app = TestApp::start().await;
    let setup = setup_link(&app).await;
    for (password, why) in WEAK {
        let fields = [("email", ANA), ("organisation", "Red Sand"), ("password", password)];
        let page = submit(&app, &setup, &fields).await.status(422).text();
        assert!(page.contains(why) && page.contains("aria-invalid"), "{page}");
        assert!(page.contains("Add another word or two"), "{page}");
    }
    let fields = [("email", ANA), ("organisation", "Red Sand"), ("password", PASSWORD)];
    submit(&app, &setup, &fields).await.status(201);
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
    let reset = path_in_mail(&app, ANA).await;
    for (password, why) in WEAK {
        let page = submit(&app, &reset, &[("password", password)]).await.status(422).text();
        assert!(page.contains(why), "{page}");
    }
    submit(&app, &reset, &[("password", "a long lower case phrase")]).await.status(200);
}

/// A64.
#[tokio::test]
async fn weak_passwords_are_refused_at_the_command_line() {
    let installation = Installation::new().await;
    let refuses = async |line: &str, before: &str| {
        for (password, why) in WEAK {
            let arguments: Vec<_> = line.split(' ').collect();
            let ran = installation.run(&arguments, &format!("{password}\n")).await.code(1);
            assert!(ran.err.contains(why), "{before}: {}", ran.err);
        }
    };
    let setup = format!("setup --email {ANA} --org Red-Sand --password-stdin");
    refuses(&setup, "setup").await;
    installation.run(&setup.split(' ').collect::<Vec<_>>(), PASSWORD).await.code(0);
    refuses(&format!("user reset-password {ANA} --password-stdin"), "reset").await;
    let create = "user create --email ana.ruiz@bluesky.example --org red-sand --password-stdin";
    refuses(create, "create").await;
    assert_eq!(
        installation.run(&["user", "list", "--json"], "").await.code(0).json().as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn forms_can_ask_how_strong_a_password_is() {
    let app = TestApp::start().await;
    let ask = async |body: Value| app.anonymous().post("/api/auth/password-strength", body).await;
    let weak = ask(json!({ "password": "Red-Sand-2024", "organisation_name": "Red Sand" })).await.status(200);
    assert_eq!(weak.header("cache-control"), "no-store");
    let weak = weak.json();
    assert_eq!((&weak["acceptable"], &weak["reasons"][0]["code"]), (&json!(false), &json!("personal")));
    assert!(weak["reasons"][0]["message"].as_str().unwrap().contains("take four random words"));
    let short = ask(json!({ "password": "hunter2" })).await.status(200).json();
    assert_eq!(short["reasons"][0]["code"], "length");
    assert!(short["score"].as_u64().unwrap() < 2 && short["warning"].is_string(), "{short}");
    assert!(!short["suggestions"].as_array().unwrap().is_empty());
    let good = ask(json!({ "password": PASSWORD, "email": ANA, "name": "Ana" })).await.status(200).json();
    assert_eq!(
        good,
        json!({ "acceptable": true, "score": 4, "warning": null, "suggestions": [], "reasons": [] })
    );
    assert_eq!(ask(json!({ "password": "x".repeat(1025) })).await.status(422).pointer(), "/password");
}

/// Measuring takes as long as hashing at most, whatever it is that is measured.
#[tokio::test]
async fn measuring_costs_little_whatever_the_password() {
    let app = TestApp::start().await;
    let look_alikes = "4@8({[<369!1|70$5+%2zx".repeat(40);
    for password in [&look_alikes, &"a".repeat(1024), &"1!".repeat(512), &"\u{fdfa}".repeat(341)] {
        let started = std::time::Instant::now();
        let body = json!({ "password": password });
        app.anonymous().post("/api/auth/password-strength", body).await.status(200);
        assert!(started.elapsed() < std::time::Duration::from_secs(2), "{password}: {:?}", started.elapsed());
    }
}
