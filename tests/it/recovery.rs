//! Accounts by mail: forgotten passwords, proving an address, changing it.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::crypto::secret::{Secret, SecretKind};
use oskar::domain::account::mailbox;
use oskar::domain::account::passwords::UserWithPassword;
use oskar::domain::journal::audit::Actor;
use oskar::domain::session::sign_in;
use oskar::entity::{mail, session, user};
use oskar::error::Error;
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryOrder as _};
use serde_json::json;

use crate::support::{Answer, Client, Credential, PASSWORD, Person, TestApp};

const NEW_PASSWORD: &str = "a new password for Ana";
const ANA: &str = "ana@acme.example";

async fn forgot(app: &TestApp, email: &str) -> Answer {
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": email })).await.status(202)
}

async fn reset(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "link_secret": token, "password": NEW_PASSWORD });
    app.anonymous().post("/api/auth/reset-password", body).await
}

async fn verify(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": token })).await
}

async fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous().post("/api/auth/login", json!({ "email": email, "password": password })).await
}

/// With Ana, whose address is proven.
async fn with_ana() -> TestApp {
    let app = TestApp::start().await;
    app.register(ANA, Some("Acme")).await;
    verify(&app, &app.mailed_secret(ANA).await).await.status(204);
    app
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_the_mailed_link_and_all_sessions_end() {
    let app = with_ana().await;
    let there = app.sign_in(ANA).await;
    forgot(&app, "ANA@acme.example").await;
    let token = app.mailed_secret(ANA).await;
    assert!(token.starts_with("osp_"), "{token}");
    there.with_cookie().get("/api/auth/me").await.status(200);
    reset(&app, &token).await.status(204);
    there.with_cookie().get("/api/auth/me").await.status(401);
    there.with_bearer().get("/api/auth/me").await.status(401);
    let refresh = json!({ "refresh_token": there.refresh_token });
    app.anonymous().post("/api/auth/refresh", refresh).await.status(401);
    login(&app, ANA, PASSWORD).await.status(401);
    login(&app, ANA, NEW_PASSWORD).await.status(200);
    assert_eq!(app.subjects(ANA).await[0], "Your password was changed");
}

#[tokio::test]
async fn a60_asking_is_answered_the_same_and_is_the_same_work_for_unknown_addresses() {
    let app = with_ana().await;
    let rows = async || mail::Entity::find().count(app.app.db.read()).await.unwrap();
    for path in ["/api/auth/forgot-password", "/api/auth/resend-verification"] {
        let mut answers = Vec::new();
        for email in [ANA, "nobody@acme.example"] {
            let before = rows().await;
            let mut answer = app.anonymous().post(path, json!({ "email": email })).await.status(202);
            answer.headers.remove("x-request-id");
            assert_eq!(rows().await, before + 1, "one row each");
            answers.push((answer.text(), answer.headers));
        }
        assert_eq!(answers[0], answers[1]);
    }
    assert!(app.mails("nobody@acme.example").await.is_empty());
}

#[tokio::test]
async fn a67_a_reset_link_is_dead_once_used_too_old_or_replaced() {
    let app = with_ana().await;
    forgot(&app, ANA).await;
    let first = app.mailed_secret(ANA).await;
    forgot(&app, ANA).await;
    let second = app.mailed_secret(ANA).await;
    assert_ne!(first, second);
    assert_eq!(reset(&app, &first).await.status(410).code(), "link_invalid");
    reset(&app, &second).await.status(204);
    assert_eq!(reset(&app, &second).await.status(410).code(), "link_invalid");

    app.advance(TimeDelta::hours(2));
    forgot(&app, ANA).await;
    let late = app.mailed_secret(ANA).await;
    app.advance(TimeDelta::minutes(30));
    reset(&app, &late).await.status(410);
}

#[tokio::test]
async fn a67_fifty_guesses_open_nothing_and_leave_the_link_good() {
    let app = with_ana().await;
    forgot(&app, ANA).await;
    let token = app.mailed_secret(ANA).await;
    for guess in 0..50 {
        let status = if guess < 5 { 410 } else { 429 };
        reset(&app, Secret::generate(SecretKind::PasswordReset).reveal()).await.status(status);
    }
    app.advance(TimeDelta::minutes(6));
    for other in
        [SecretKind::EmailVerification, SecretKind::Invitation, SecretKind::Session, SecretKind::Setup]
    {
        reset(&app, Secret::generate(other).reveal()).await.status(410);
    }
    verify(&app, &token).await.status(410);
    app.advance(TimeDelta::minutes(6));
    reset(&app, &token).await.status(204);
}

#[tokio::test]
async fn a69_looking_at_a_link_never_uses_it_up() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let verification = app.mailed_link(ANA).await;
    forgot(&app, ANA).await;
    let reset_link = app.mailed_link(ANA).await;
    for link in [&verification, &reset_link] {
        let path = link.strip_prefix("http://localhost:8675").unwrap();
        for method in [Method::GET, Method::HEAD, Method::GET] {
            let shown = app.anonymous().call(method, path, None).await.status(200);
            // The secret in the path goes to no other site: `pages_in_a_browser.rs` sees that.
            assert_eq!(shown.header("referrer-policy"), "same-origin");
            assert_eq!(shown.header("cache-control"), "no-store");
        }
    }
    verify(&app, verification.rsplit('#').next().unwrap()).await.status(204);
    reset(&app, reset_link.rsplit('#').next().unwrap()).await.status(204);
}

#[tokio::test]
async fn one_link_used_by_many_at_once_works_once() {
    let app = with_ana().await;
    forgot(&app, ANA).await;
    let token = app.mailed_secret(ANA).await;
    let client = app.anonymous();
    let attempts: Vec<_> = (0..12)
        .map(|number| {
            let (client, token) = (client.clone(), token.clone());
            let body = json!({ "link_secret": token, "password": format!("password number {number}") });
            tokio::spawn(async move { client.post("/api/auth/reset-password", body).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 204);
    // Five wrong ones, and the address has to wait.
    assert!(statuses[1..].iter().all(|status| matches!(status, 410 | 429)), "{statuses:?}");
}

#[tokio::test]
async fn a_disabled_account_gets_no_link_and_the_ones_out_there_die() {
    let app = with_ana().await;
    app.create_user("bob@acme.example", &org_id(&app).await, oskar::permission::Role::Member).await;
    forgot(&app, "bob@acme.example").await;
    let token = app.mailed_secret("bob@acme.example").await;
    let actor = oskar::domain::journal::audit::Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let bob = oskar::domain::session::sign_in::find(&write, "bob@acme.example").await.unwrap().unwrap();
    oskar::domain::account::disabling::disable(&write, bob.id).await.unwrap();
    write.commit().await.unwrap();
    reset(&app, &token).await.status(410);
    let before = app.mails("bob@acme.example").await.len();
    forgot(&app, "bob@acme.example").await;
    assert_eq!(app.mails("bob@acme.example").await.len(), before);
}

async fn org_id(app: &TestApp) -> String {
    let ana = app.sign_in(ANA).await;
    ana.with_cookie().get("/api/orgs/acme").await.status(200).json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn with_required_verification_nobody_signs_in_before_the_address_is_proven() {
    let app = TestApp::with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let body = json!({ "email": ANA, "password": PASSWORD, "organisation_name": "Acme" });
    let free = app.anonymous().post("/api/auth/register", body.clone()).await.status(202);
    assert!(!free.headers.contains_key("set-cookie"));
    assert_eq!(login(&app, ANA, "another password").await.status(401).code(), "invalid_login");
    assert_eq!(login(&app, ANA, PASSWORD).await.status(401).code(), "invalid_login");

    let first = app.mailed_secret(ANA).await;
    app.anonymous().post("/api/auth/resend-verification", json!({ "email": ANA })).await.status(202);
    let second = app.mailed_secret(ANA).await;
    verify(&app, &first).await.status(410);
    app.advance(TimeDelta::hours(23));
    verify(&app, &second).await.status(204);
    verify(&app, &second).await.status(410);
    let signed_in = login(&app, ANA, PASSWORD).await.status(200).json();
    assert_eq!(signed_in["organisation"]["slug"], "acme");

    // Proven: nothing to send any more.
    let before = app.mails(ANA).await.len();
    app.anonymous().post("/api/auth/resend-verification", json!({ "email": ANA })).await.status(202);
    assert_eq!(app.mails(ANA).await.len(), before);
}

#[tokio::test]
async fn a60_registering_a_taken_address_is_answered_the_same_and_its_owner_is_told() {
    let app = TestApp::with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let register = async |email: &str, username: Option<&str>| {
        let body = json!({ "email": email, "password": NEW_PASSWORD, "username": username });
        app.anonymous().post("/api/auth/register", body).await
    };
    let mut free = register(ANA, Some("ana")).await.status(202);
    app.deliver().await;
    let mut taken = register("Ana@ACME.example", None).await.status(202);
    for answer in [&mut free, &mut taken] {
        answer.headers.remove("x-request-id");
    }
    assert_eq!((free.text(), free.headers), (taken.text(), taken.headers));
    assert_eq!(
        app.subjects(ANA).await,
        ["You have an account already", "Confirm your e-mail address for Oskar"]
    );
    let link = app.mails(ANA).await[1].letter.action.clone().unwrap().1;
    verify(&app, link.rsplit('#').next().unwrap()).await.status(204);
    // A taken username must not tell whether the address is taken too.
    for email in [ANA, "free@acme.example"] {
        assert_eq!(register(email, Some("ana")).await.status(409).code(), "username_taken", "{email}");
    }
}

#[tokio::test]
async fn registrations_of_one_address_at_once_are_all_answered_the_same() {
    let app = TestApp::with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let client = app.anonymous();
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            let body = json!({ "email": ANA, "password": PASSWORD, "organisation_name": "Acme" });
            tokio::spawn(async move { client.post("/api/auth/register", body).await.status })
        })
        .collect();
    for attempt in attempts {
        assert_eq!(attempt.await.unwrap(), 202);
    }
}

#[tokio::test]
async fn a75_an_address_is_changed_with_the_password_and_from_the_new_mailbox() {
    let app = with_ana().await;
    let ana = app.sign_in(ANA).await.with_cookie();
    let ask = async |email: &str, password: &str| {
        ana.post("/api/auth/change-email", json!({ "email": email, "password": password })).await
    };
    assert_eq!(ask("Ana@new.example", "not the password").await.status(403).code(), "wrong_password");
    ask("Ana@new.example", PASSWORD).await.status(202);
    forgot(&app, ANA).await;
    let old_reset = app.mailed_secret(ANA).await;
    login(&app, "ana@new.example", PASSWORD).await.status(401);

    verify(&app, &app.mailed_secret("ana@new.example").await).await.status(204);
    let there = login(&app, "ana@new.example", PASSWORD).await.status(200).json();
    assert_eq!(there["user"]["email"], "Ana@new.example");
    login(&app, ANA, PASSWORD).await.status(401);
    ana.get("/api/auth/me").await.status(401);
    reset(&app, &old_reset).await.status(410);
    let told = &app.mails(ANA).await[0];
    assert_eq!(told.letter.subject, "Your e-mail address was changed");
    forgot(&app, ANA).await;
    assert_eq!(
        app.subjects(ANA).await[0],
        "Your e-mail address was changed",
        "no new link to the old mailbox"
    );
}

/// An address is a way in, by the links that are mailed to it: no session that a thief has copied survives its change.
#[tokio::test]
async fn a75_a_new_address_ends_all_sessions_and_the_one_that_confirms_it_goes_on_as_a_new_one() {
    for by_page in [false, true] {
        let app = with_ana().await;
        let (mine, other) = (app.sign_in(ANA).await, app.sign_in(ANA).await);
        let bob = app.register("bob@acme.example", None).await;
        let body = json!({ "email": "ana@new.example", "password": PASSWORD });
        mine.with_cookie().post("/api/auth/change-email", body).await.status(202);
        app.advance(TimeDelta::minutes(1));
        let token = app.mailed_secret("ana@new.example").await;
        let cookie = if by_page {
            let form = crate::setup::form(&format!("/verify#{token}"), "");
            mine.with_cookie().send(form).await.status(200).cookie("oskar_session")
        } else {
            let answer =
                mine.with_bearer().post("/api/auth/verify-email", json!({ "link_secret": token })).await;
            let goes_on = Person::new(&app, &answer.status(200));
            assert_eq!(goes_on.email, "ana@new.example");
            goes_on.with_bearer().get("/api/auth/me").await.status(200);
            let body = json!({ "refresh_token": goes_on.refresh_token });
            app.anonymous().post("/api/auth/refresh", body).await.status(200);
            goes_on.cookie
        };
        for ended in [&mine, &other] {
            ended.with_cookie().get("/api/auth/me").await.status(401);
            ended.with_bearer().get("/api/auth/me").await.status(401);
            let body = json!({ "refresh_token": ended.refresh_token });
            app.anonymous().post("/api/auth/refresh", body).await.status(401);
        }
        let goes_on = Client::new(app.router.clone(), Credential::Cookie(cookie));
        goes_on.get("/api/auth/me").await.status(200);
        // The link is no proof of who uses it: the session is as old as before.
        app.advance(TimeDelta::minutes(9));
        let others = goes_on.delete("/api/auth/sessions").await.status(401);
        assert_eq!(others.code(), "insufficient_user_authentication");
        bob.with_cookie().get("/api/auth/me").await.status(200);
    }
}

/// The link is somebody's, the session somebody else's, or no session at all.
#[tokio::test]
async fn only_a_session_of_the_account_goes_on_after_a_new_address() {
    let app = with_ana().await;
    let mine = app.sign_in(ANA).await;
    let bob = app.register("bob@acme.example", None).await;
    let ask = async |person: &Person, email: &str| {
        let body = json!({ "email": email, "password": PASSWORD });
        person.with_cookie().post("/api/auth/change-email", body).await.status(202);
        json!({ "link_secret": app.mailed_secret(email).await })
    };
    let link = ask(&mine, "ana@new.example").await;
    let answer = bob.with_cookie().post("/api/auth/verify-email", link).await.status(204);
    assert!(answer.cookies("oskar_session").is_empty());
    bob.with_cookie().get("/api/auth/me").await.status(200);
    mine.with_cookie().get("/api/auth/me").await.status(401);
    let mine = app.sign_in("ana@new.example").await;
    let link = ask(&mine, "ana@third.example").await;
    let basic = Client::new(app.router.clone(), Credential::Basic("ana@new.example".into(), PASSWORD.into()));
    basic.post("/api/auth/verify-email", link).await.status(204);
}

#[tokio::test]
async fn an_address_that_is_taken_meanwhile_or_already_is_not_taken_over() {
    let app = with_ana().await;
    let ana = app.sign_in(ANA).await.with_cookie();
    let change = json!({ "email": "bob@acme.example", "password": PASSWORD });
    ana.post("/api/auth/change-email", change.clone()).await.status(202);
    let token = app.mailed_secret("bob@acme.example").await;
    app.register("bob@acme.example", None).await;
    assert_eq!(verify(&app, &token).await.status(409).code(), "email_taken");
    // By now it is taken: the same answer, and no mail.
    let before = app.mails("bob@acme.example").await.len();
    ana.post("/api/auth/change-email", change).await.status(202);
    assert_eq!(app.mails("bob@acme.example").await.len(), before);
}

/// Whoever knew the old password may have asked for another address: that must not outlive the password.
#[tokio::test]
async fn a75_a_new_password_ends_changes_of_address_that_were_asked_for_with_the_old_one() {
    let app = with_ana().await;
    let thief = app.sign_in(ANA).await.with_cookie();
    let ask = async |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD });
        thief.post("/api/auth/change-email", body).await.status(202);
    };
    ask("sent@evil.example").await;
    let sent = app.mailed_secret("sent@evil.example").await;
    forgot(&app, ANA).await;
    let token = app.mailed_secret(ANA).await;
    ask("waiting@evil.example").await;
    reset(&app, &token).await.status(204);
    verify(&app, &sent).await.status(410);
    assert!(app.mails("waiting@evil.example").await.is_empty());
    login(&app, ANA, NEW_PASSWORD).await.status(200);
}

#[tokio::test]
async fn a75_a_change_of_address_is_refused_if_the_password_was_replaced_while_it_was_checked() {
    let app = with_ana().await;
    let there = app.sign_in(ANA).await;
    let db = app.app.db.read();
    let session = session::Entity::find().order_by_desc(session::Column::Id).one(db).await.unwrap().unwrap();
    let checked = async || sign_in::find_with_password(db, ANA).await.unwrap().unwrap();
    let ask = async |checked: &UserWithPassword| {
        let actor = Actor::system();
        let write = app.app.write(&actor).await.unwrap();
        let email = "evil@evil.example".parse().unwrap();
        mailbox::ask_for_new_email(&write, checked, Some(session.id), &email).await
    };
    let before = checked().await;
    ask(&before).await.unwrap();
    there.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    assert!(matches!(ask(&before).await, Err(Error::InvalidCredential)));
    forgot(&app, ANA).await;
    reset(&app, &app.mailed_secret(ANA).await).await.status(204);
    assert!(matches!(ask(&before).await, Err(Error::WrongPassword)));
}

#[tokio::test]
async fn a70_a_hundred_requests_are_answered_the_same_and_send_three_mails_an_hour() {
    let app = with_ana().await;
    app.advance(TimeDelta::hours(2));
    let before = app.mails(ANA).await.len();
    let client = app.anonymous();
    let mut attempts: Vec<_> = (0..30)
        .map(|number| {
            let client = client.clone();
            let email = if number % 2 == 0 { ANA } else { "ANA@acme.example" };
            tokio::spawn(async move {
                client.post("/api/auth/forgot-password", json!({ "email": email })).await.status(202)
            })
        })
        .collect();
    let expected = forgot(&app, "nobody@acme.example").await.text();
    for attempt in attempts.drain(..) {
        assert_eq!(attempt.await.unwrap().text(), expected);
    }
    assert_eq!(app.mails(ANA).await.len(), before + 3);
    app.advance(TimeDelta::minutes(61));
    forgot(&app, ANA).await;
    assert_eq!(app.mails(ANA).await.len(), before + 4);
}

#[tokio::test]
async fn mails_of_one_kind_do_not_use_up_those_of_another() {
    let app = TestApp::with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    for _ in 0..5 {
        app.anonymous().post("/api/auth/register", body.clone()).await.status(202);
    }
    app.deliver().await;
    let before = app.mails("ana@acme.example").await.len();
    app.anonymous()
        .post("/api/auth/forgot-password", json!({ "email": "ana@acme.example" }))
        .await
        .status(202);
    app.deliver().await;
    assert_eq!(app.mails("ana@acme.example").await.len(), before + 1);
}

#[tokio::test]
async fn a70_one_client_causes_twenty_mails_an_hour() {
    let app = TestApp::start().await;
    let rows = async || mail::Entity::find().count(app.app.db.read()).await.unwrap();
    for number in 0..20 {
        forgot(&app, &format!("user{number}@acme.example")).await;
        app.advance(TimeDelta::minutes(1));
    }
    let ask = async |path: &str, email: &str| app.anonymous().post(path, json!({ "email": email })).await;
    let mut refusals = Vec::new();
    for email in [ANA, "nobody@acme.example", "user0@acme.example"] {
        for path in ["/api/auth/forgot-password", "/api/auth/resend-verification"] {
            let refused = ask(path, email).await.status(429);
            let mut body = refused.json();
            body["request_id"] = serde_json::Value::Null;
            refusals.push((refused.header("retry-after").to_owned(), body));
        }
    }
    assert_eq!(refusals[0].1["code"], "too_many_mails");
    // The first of the twenty was asked for twenty minutes ago.
    assert_eq!(refusals[0].0, (40 * 60 + 1).to_string());
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");
    assert_eq!(rows().await, 20);
    app.advance(TimeDelta::seconds(40 * 60 + 1));
    forgot(&app, ANA).await;
    assert_eq!(rows().await, 21);
    ask("/api/auth/forgot-password", "user40@acme.example").await.status(429);
}

#[tokio::test]
async fn a70_registering_is_refused_alike_where_it_needs_a_mail_and_goes_on_where_it_does_not() {
    for (setting, taken, free) in [("required", 429, 429), ("optional", 409, 201)] {
        let app = TestApp::with(&[("OSKAR_VERIFY_EMAIL", setting)]).await;
        app.create_user_without_organisation(ANA).await;
        for number in 0..20 {
            forgot(&app, &format!("user{number}@acme.example")).await;
        }
        for (email, status) in [(ANA, taken), ("new@acme.example", free)] {
            let body = json!({ "email": email, "password": PASSWORD });
            app.anonymous().post("/api/auth/register", body).await.status(status);
        }
        assert_eq!(mail::Entity::find().count(app.app.db.read()).await.unwrap(), 20);
        let accounts = user::Entity::find().count(app.app.db.read()).await.unwrap();
        assert_eq!(accounts, if free == 201 { 2 } else { 1 }, "what was refused left nothing");
    }
}

#[tokio::test]
async fn a70_others_behind_the_same_address_do_not_use_up_the_mails_of_an_owner_s_device() {
    let app = with_ana().await;
    let device = crate::guessing::device_of(&login(&app, ANA, PASSWORD).await);
    let eve = json!({ "email": "eve@acme.example", "password": PASSWORD });
    let eve = app.anonymous().post("/api/auth/register", eve).await.status(201);
    let eve = format!("oskar_device={}", crate::guessing::device_of(&eve));
    let others = async |place: usize| {
        let body = json!({ "email": format!("user{place}@acme.example") });
        app.anonymous().post("/api/auth/forgot-password", body).await
    };
    for place in 0..18 {
        others(place).await;
    }
    others(20).await.status(429);
    let cookie = format!("oskar_device={device}");
    let ask = async |cookie: &str, email: &str| {
        let path = "/api/auth/forgot-password";
        let body = Some(json!({ "email": email }));
        app.anonymous().call_with(Method::POST, path, &[("cookie", cookie)], body).await
    };
    ask(&cookie, "bob@acme.example").await.status(429);
    // Eve never proved that the address is hers.
    ask(&eve, "eve@acme.example").await.status(429);
    for _ in 0..5 {
        ask(&cookie, ANA).await.status(202);
    }
    while app.deliver().await > 0 {}
    let links = app.subjects(ANA).await.iter().filter(|subject| *subject == "Choose a new password").count();
    assert_eq!(links, 3, "as many as anybody else gets");
}

#[tokio::test]
async fn a70_an_ipv6_customer_causes_twenty_mails_an_hour_too() {
    let app = TestApp::with(&[("OSKAR_TRUSTED_PROXIES", "203.0.113.7")]).await;
    let ask = async |address: &str, number: usize| {
        let body = json!({ "email": format!("user{number}@acme.example") });
        let headers = [("x-forwarded-for", address)];
        let path = "/api/auth/forgot-password";
        app.anonymous().call_with(Method::POST, path, &headers, Some(body)).await.status
    };
    for number in 0..30 {
        let status = ask(&format!("2001:db8:1:2:{number:x}::1"), number).await;
        assert_eq!(status, if number < 20 { 202 } else { 429 });
    }
    let rows = async || mail::Entity::find().count(app.app.db.read()).await.unwrap();
    assert_eq!(rows().await, 20);
    assert_eq!(ask("2001:db8:1:3::1", 31).await, 202);
    assert_eq!(rows().await, 21);
}

#[tokio::test]
async fn a66_links_lead_to_the_public_url_whatever_the_request_says() {
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", "https://auth.acme.example")]).await;
    let body = json!({ "email": ANA, "password": PASSWORD });
    app.anonymous().post("/api/auth/register", body).await.status(201);
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "81"),
    ];
    let body = json!({ "email": ANA });
    for path in ["/api/auth/forgot-password", "http://evil.example:81/api/auth/forgot-password"] {
        app.anonymous().call_with(Method::POST, path, &headers, Some(body.clone())).await.status(202);
        let mail = &app.mails(ANA).await[0];
        let link = mail.letter.action.clone().unwrap().1;
        assert!(link.starts_with("https://auth.acme.example/reset#osp_"), "{link}");
        for part in [mail.letter.text().unwrap(), mail.letter.html().unwrap()] {
            assert!(!part.contains("evil"), "{part}");
        }
    }
}

/// Somebody made the account before the owner of the mailbox did.
#[tokio::test]
async fn a74_a_reset_on_an_account_that_somebody_else_made_leaves_them_nothing() {
    let app = TestApp::start().await;
    let attacker = app.register("victim@acme.example", Some("Trap")).await;
    let key = json!({ "name": "k", "environment": "live", "role": "admin" });
    let key = attacker.with_cookie().post("/api/orgs/trap/keys", key).await.status(201).json();
    let key = key["secret"].as_str().unwrap().to_owned();
    let me =
        async || app.anonymous().call_with(Method::GET, "/api/auth/me", &[("x-api-key", &key)], None).await;
    me().await.status(200);
    let body = json!({ "email": "evil@evil.example", "password": PASSWORD });
    attacker.with_cookie().post("/api/auth/change-email", body).await.status(202);
    let way_back = app.mailed_secret("evil@evil.example").await;

    forgot(&app, "victim@acme.example").await;
    reset(&app, &app.mailed_secret("victim@acme.example").await).await.status(204);
    attacker.with_cookie().get("/api/auth/me").await.status(401);
    attacker.with_bearer().get("/api/auth/me").await.status(401);
    let refresh = json!({ "refresh_token": attacker.refresh_token });
    app.anonymous().post("/api/auth/refresh", refresh).await.status(401);
    login(&app, "victim@acme.example", PASSWORD).await.status(401);
    me().await.status(401);
    verify(&app, &way_back).await.status(410);
    login(&app, "victim@acme.example", NEW_PASSWORD).await.status(200);
}
