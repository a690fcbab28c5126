//! Registering and then signing in must not tell a stranger whether an address has an account
//! (`verify_email = required`).

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::journal::mail::MailKind;
use oskar::entity::{mail, membership, organisation, user};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, PASSWORD, TestApp, TestOrganisation, basic};

/// Has an account; strangers ask about it.
const ANA: &str = "ana@acme.example";
/// Has none.
const BOB: &str = "bob@acme.example";
const STRANGER: &str = "what the stranger chose for both";

const REQUIRED: &[(&str, &str)] =
    &[("OSKAR_VERIFY_EMAIL", "required"), ("OSKAR_TRUSTED_PROXIES", "203.0.113.7")];

async fn register(app: &TestApp, body: Value) -> Answer {
    app.anonymous().post("/api/auth/register", body).await
}

async fn confirm(app: &TestApp, email: &str) {
    let body = json!({ "link_secret": app.mailed_secret(email).await });
    app.anonymous().post("/api/auth/verify-email", body).await.status(204);
}

/// With Ana's account.
async fn installation() -> TestApp {
    let app = TestApp::with(REQUIRED).await;
    register(&app, json!({ "email": ANA, "password": PASSWORD })).await.status(202);
    confirm(&app, ANA).await;
    app
}

/// What a stranger sees of an answer, and what it cost.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    hashes: u64,
    mails: u64,
}

async fn see(app: &TestApp, request: impl Future<Output = Answer>) -> Seen {
    // Not those that tell an owner of guesses: they are written once a day, and a stranger sees none of them.
    let asked = || mail::Entity::find().filter(mail::COLUMN.kind.ne(MailKind::PasswordGuesses.as_str()));
    let mails = async || asked().count(app.app.db.read()).await.unwrap();
    let (hashes, before) = (app.app.hasher.runs(), mails().await);
    let answer = request.await;
    let id = answer.header("x-request-id").to_owned();
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().replace(&id, "");
    // OneDB's answers are numbered, whatever they say.
    let body = match answer.text().replace(&id, "").split_once(r#"{"id":"#) {
        Some(("", rest)) => rest.trim_start_matches(|char: char| char.is_ascii_digit()).to_owned(),
        _ => answer.text().replace(&id, ""),
    };
    Seen {
        status: answer.status,
        headers: answer.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body,
        hashes: app.app.hasher.runs() - hashes,
        mails: mails().await - before,
    }
}

/// A client of its own, so that budgets do not tell one from the other.
async fn from(app: &TestApp, address: &str, path: &str, body: Value) -> Answer {
    app.anonymous().call_with(Method::POST, path, &[("x-forwarded-for", address)], Some(body)).await
}

#[tokio::test]
async fn a60_signing_in_after_registering_is_answered_the_same_at_every_door() {
    let app = installation().await;
    for email in [ANA, BOB] {
        register(&app, json!({ "email": email, "password": STRANGER })).await.status(202);
    }
    let doors = ["/api/auth/login", "/osm/api/login", "/api/login", "/api/authenticate"];
    for (number, path) in doors.into_iter().enumerate() {
        for password in [STRANGER, "another password"] {
            let mut seen = Vec::new();
            for (place, email) in [ANA, BOB].into_iter().enumerate() {
                let address = format!("192.0.2.{}", number * 10 + place);
                let body = json!({ "email": email, "password": password });
                seen.push(see(&app, from(&app, &address, path, body)).await);
            }
            assert_eq!(seen[0], seen[1], "{path}");
            assert_eq!((seen[0].status, seen[0].hashes), (401, 1), "{path}");
            app.advance(TimeDelta::hours(2));
        }
    }
    for path in ["/api/auth/me", "/api/verify", "/osm/api/tasks"] {
        let mut seen = Vec::new();
        for (address, email) in [("192.0.2.80", ANA), ("192.0.2.81", BOB)] {
            let sent = basic(email, STRANGER);
            let headers = [("x-forwarded-for", address), ("authorization", sent.as_str())];
            seen.push(see(&app, app.anonymous().call_with(Method::GET, path, &headers, None)).await);
        }
        assert_eq!(seen[0], seen[1], "{path}");
        assert_eq!((seen[0].status, seen[0].hashes), (401, 1), "{path}");
        app.advance(TimeDelta::hours(2));
    }
}

#[tokio::test]
async fn a60_budgets_of_guesses_do_not_tell_the_two_apart() {
    let app = installation().await;
    for email in [ANA, BOB] {
        register(&app, json!({ "email": email, "password": STRANGER })).await.status(202);
    }
    for (address, email) in [("192.0.2.1", ANA), ("192.0.2.2", BOB)] {
        let body = json!({ "email": email, "password": STRANGER });
        for expected in [401, 401, 401, 401, 401, 429] {
            from(&app, address, "/api/auth/login", body.clone()).await.status(expected);
        }
    }
}

#[tokio::test]
async fn a60_registering_costs_the_same_and_writes_one_mail_of_one_kind() {
    let app = installation().await;
    app.advance(TimeDelta::hours(2));
    let mut seen = Vec::new();
    for email in [ANA, BOB] {
        let body =
            json!({ "email": email, "password": STRANGER, "username": "fresh", "organisation_name": "New" });
        seen.push(see(&app, register(&app, body)).await);
    }
    assert_eq!(seen[0], seen[1]);
    // One run of the pool judges the password, one hashes it.
    assert_eq!((seen[0].status, seen[0].hashes, seen[0].mails), (202, 2, 1));
    let mails = mail::Entity::find().all(app.app.db.read()).await.unwrap();
    assert!(
        mails.iter().all(|mail| mail.kind == MailKind::Registration.as_str()),
        "caps count kinds: {mails:?}"
    );
}

/// What is asked for together with the address would be taken afterwards if the address was free.
#[tokio::test]
async fn a60_neither_a_username_nor_an_organisation_tells_whether_the_address_was_free() {
    let app = installation().await;
    let org_count = async || organisation::Entity::find().count(app.app.db.read()).await.unwrap();
    for (email, name) in [(ANA, "probe-one"), (BOB, "probe-two")] {
        let body =
            json!({ "email": email, "password": STRANGER, "username": name, "organisation_name": name });
        register(&app, body).await.status(202);
    }
    assert_eq!(org_count().await, 0);
    let mallory = "mallory@evil.example";
    register(&app, json!({ "email": mallory, "password": PASSWORD })).await.status(202);
    confirm(&app, mallory).await;
    let client = app.sign_in(mallory).await.with_cookie();
    for name in ["probe-one", "probe-two"] {
        let body = json!({ "email": format!("{name}@evil.example"), "password": PASSWORD, "username": name });
        register(&app, body).await.status(202);
        client.patch("/api/account", json!({ "username": name })).await.status(200);
        client.post("/api/orgs", json!({ "name": name, "slug": name })).await.status(201);
    }
}

#[tokio::test]
async fn the_proof_of_the_address_brings_what_was_asked_for() {
    let app = TestApp::with(REQUIRED).await;
    let body =
        json!({ "email": BOB, "password": PASSWORD, "username": "bob", "organisation_name": "Bob & Co" });
    register(&app, body).await.status(202);
    let login = json!({ "username": "bob", "password": PASSWORD });
    app.anonymous().post("/api/auth/login", login.clone()).await.status(401);
    confirm(&app, BOB).await;
    let signed_in = app.anonymous().post("/api/auth/login", login).await.status(200).json();
    assert_eq!(
        (&signed_in["user"]["role"], &signed_in["organisation"]["slug"]),
        (&json!("admin"), &json!("bob-co"))
    );
    let memberships = membership::Entity::find().count(app.app.db.read()).await.unwrap();
    assert_eq!(memberships, 1);
}

#[tokio::test]
async fn a_username_that_was_taken_meanwhile_is_left_out_and_the_address_is_proven_all_the_same() {
    let app = TestApp::with(REQUIRED).await;
    for email in [ANA, BOB] {
        let body = json!({ "email": email, "password": PASSWORD, "username": "wanted", "organisation_name": "Same" });
        register(&app, body).await.status(202);
    }
    confirm(&app, BOB).await;
    confirm(&app, ANA).await;
    let client = app.sign_in(ANA).await.with_cookie();
    let account = client.patch("/api/account", json!({})).await.status(200).json();
    assert_eq!(account["username"], Value::Null);
    let slug = client.get("/api/auth/me").await.json()["organisation"]["slug"].as_str().unwrap().to_owned();
    assert!(slug.starts_with("same-"), "{slug}");
    let bob = app.sign_in(BOB).await.with_cookie();
    assert_eq!(bob.patch("/api/account", json!({})).await.json()["username"], "wanted");
}

/// Whoever proves the mailbox in another way may not be the one who asked.
#[tokio::test]
async fn a74_a_reset_brings_nothing_of_what_the_one_before_asked_for() {
    let app = TestApp::with(REQUIRED).await;
    let body =
        json!({ "email": BOB, "password": STRANGER, "username": "theirs", "organisation_name": "Trap" });
    register(&app, body).await.status(202);
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": BOB })).await.status(202);
    let reset = json!({ "link_secret": app.mailed_secret(BOB).await, "password": PASSWORD });
    app.anonymous().post("/api/auth/reset-password", reset).await.status(204);
    let bob = app.sign_in(BOB).await;
    assert_eq!(bob.signed_in["organisation"], Value::Null);
    assert_eq!(bob.with_cookie().patch("/api/account", json!({})).await.json()["username"], Value::Null);
}

#[tokio::test]
async fn a_mail_helps_whoever_signs_in_too_early_and_whoever_had_an_account_before() {
    let app = installation().await;
    app.advance(TimeDelta::hours(25));
    let login = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        app.anonymous().post("/api/auth/login", body).await.status(401);
        app.advance(TimeDelta::minutes(6));
    };
    let before = app.mails(ANA).await.len();
    login(ANA, "mistyped").await;
    assert_eq!(app.mails(ANA).await.len(), before, "a mistake of somebody with an account brings no mail");

    for email in [ANA, BOB] {
        register(&app, json!({ "email": email, "password": STRANGER })).await.status(202);
        app.deliver().await;
        login(email, STRANGER).await;
    }
    let told = ["You have an account already"; 2];
    assert_eq!(app.subjects(ANA).await[..2], told);
    assert_eq!(app.subjects(BOB).await, ["Confirm your e-mail address for Oskar"; 2]);
    // A wrong password may be of somebody else than the one who made the account: no link that proves it.
    login(BOB, "another password").await;
    assert_eq!(app.subjects(BOB).await[0], "You have an account already");

    // Three an hour, whoever tries.
    for _ in 0..6 {
        login(BOB, STRANGER).await;
    }
    let count = app.mails(BOB).await.len();
    assert!(count <= 3 + 3, "{count}");
    let ana = app.mails(ANA).await.len();
    confirm_newest_link(&app, BOB).await;
    let in_an_hour = TimeDelta::hours(1);
    app.advance(in_an_hour);
    let body = json!({ "email": BOB, "password": STRANGER });
    app.anonymous().post("/api/auth/login", body).await.status(200);
    assert_eq!(app.mails(ANA).await.len(), ana);
}

async fn confirm_newest_link(app: &TestApp, email: &str) {
    let mails = app.mails(email).await;
    let link = mails.iter().find_map(|mail| mail.letter.action.clone()).unwrap().1;
    let token = link.rsplit('#').next().unwrap();
    app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": token })).await.status(204);
}

/// Wrong passwords are no requests for mails: they must not use up those that somebody asks for.
#[tokio::test]
async fn failed_sign_ins_leave_the_client_its_mails() {
    let app = TestApp::with(&[REQUIRED, &[("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "1000")]].concat()).await;
    for number in 0..30 {
        let body = json!({ "email": format!("u{number}@acme.example"), "password": "wrong" });
        app.anonymous().post("/api/auth/login", body).await.status(401);
    }
    register(&app, json!({ "email": BOB, "password": PASSWORD })).await.status(202);
    while app.deliver().await > 0 {}
    assert_eq!(app.subjects(BOB).await, ["Confirm your e-mail address for Oskar"]);
}

#[tokio::test]
async fn by_its_username_an_account_from_before_the_setting_is_told_no_more() {
    let optional = TestApp::with(&[("OSKAR_VERIFY_EMAIL", "optional")]).await;
    let body = json!({ "email": BOB, "password": PASSWORD, "username": "bob" });
    register(&optional, body).await.status(201);
    optional.deliver().await;
    let app = optional.another_node_with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let login = async |name: &str| {
        let body = json!({ "username": name, "password": PASSWORD });
        let answer = app.anonymous().post("/api/auth/login", body).await.status(401);
        answer.text().replace(answer.header("x-request-id"), "")
    };
    assert_eq!(login("bob").await, login("nobody-of-that-name").await);
    assert_eq!(app.subjects(BOB).await, ["Confirm your e-mail address for Oskar"]);
}

#[tokio::test]
async fn a_disabled_account_that_is_not_proven_is_not_told_either() {
    let app = TestApp::with(REQUIRED).await;
    register(&app, json!({ "email": BOB, "password": PASSWORD })).await.status(202);
    let bob = user::Entity::find().one(app.app.db.read()).await.unwrap().unwrap();
    crate::operator::disable(&app, &bob.id.to_string()).await.unwrap();
    let body = json!({ "email": BOB, "password": PASSWORD });
    assert_eq!(app.anonymous().post("/api/auth/login", body).await.status(401).code(), "invalid_login");
}

/// Where proof is required, accounts without it write to no stranger.
#[tokio::test]
async fn an_unproven_account_invites_nobody_where_proof_is_required() {
    let optional = TestApp::start().await;
    let org: TestOrganisation = optional.organisation("Acme").await;
    let path = format!("{}/invitations", org.path);
    let body = json!({ "emails": [BOB], "role": "viewer" });
    let made = org.admin.with_cookie().post(&path, body.clone()).await.status(201).json();
    let strict = optional.another_node_with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let admin = Client::new(strict.router.clone(), Credential::Cookie(org.admin.cookie.clone()));
    assert_eq!(admin.post(&path, body.clone()).await.status(403).code(), "email_unverified");
    let again = format!("{path}/{}/resend", made["data"][0]["id"].as_str().unwrap());
    assert_eq!(admin.call(Method::POST, &again, None).await.status(403).code(), "email_unverified");
    confirm(&optional, &org.admin.email).await;
    admin.post(&path, body).await.status(201);
}
