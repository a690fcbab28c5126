//! Making an account.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::entity::{audit_event, membership, organisation, session, user};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp};

/// How many rows there are of all that a registration writes.
async fn written(app: &TestApp) -> [u64; 5] {
    let db = app.app.db.read();
    [
        user::Entity::find().count(db).await.unwrap(),
        organisation::Entity::find().count(db).await.unwrap(),
        membership::Entity::find().count(db).await.unwrap(),
        session::Entity::find().count(db).await.unwrap(),
        audit_event::Entity::find().count(db).await.unwrap(),
    ]
}

#[tokio::test]
async fn with_an_organisation_one_is_its_admin() {
    let app = TestApp::start().await;
    let body = json!({ "email": "Ana.Ruiz@acme.example", "password": PASSWORD, "name": "Ana Ruiz", "organisation_name": "Acme Ltd." });
    let answer = app.anonymous().post("/api/auth/register", body).await.status(201).json();
    assert_eq!(answer["user"]["email"], "Ana.Ruiz@acme.example");
    assert_eq!(answer["user"]["name"], "Ana Ruiz");
    assert_eq!(answer["user"]["role"], "admin");
    assert_eq!(answer["organisation"]["name"], "Acme Ltd.");
    assert_eq!(answer["organisation"]["slug"], "acme-ltd");
    assert_eq!(written(&app).await[..4], [1, 1, 1, 1]);
}

#[tokio::test]
async fn without_an_organisation_one_is_in_none() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    assert_eq!(person.signed_in["organisation"], Value::Null);
    assert_eq!(person.signed_in["user"]["role"], Value::Null);
    for client in [person.with_cookie(), person.with_bearer()] {
        let me = client.get("/api/auth/me").await.status(200).json();
        assert_eq!((&me["organisation"], &me["role"]), (&Value::Null, &Value::Null));
        assert_eq!((&me["permissions"], &me["memberships"]), (&json!([]), &json!([])));
    }
    assert_eq!(written(&app).await[..4], [1, 0, 0, 1]);
}

#[tokio::test]
async fn the_name_is_by_default_what_stands_before_the_at_sign() {
    let app = TestApp::start().await;
    let person = app.register("ana.ruiz+crm@acme.example", None).await;
    assert_eq!(person.signed_in["user"]["name"], "ana.ruiz+crm");
}

#[tokio::test]
async fn the_answer_signs_in_and_is_not_stored_by_caches() {
    let app = TestApp::start().await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let answer = app.anonymous().post("/api/auth/register", body).await.status(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let (value, attributes) = answer.set_cookie().split_once("; ").unwrap();
    assert!(value.starts_with("oskar_session=oss_"), "{value}");
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"]);
}

#[tokio::test]
async fn by_https_the_cookie_is_bound_to_the_host() {
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", "https://auth.example.com")]).await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let answer = app.anonymous().post("/api/auth/register", body).await.status(201);
    let (value, attributes) = answer.set_cookie().split_once("; ").unwrap();
    assert!(value.starts_with("__Host-oskar_session=oss_"), "{value}");
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax", "Secure"]);
}

#[tokio::test]
async fn an_address_is_taken_in_any_case_and_nothing_is_written() {
    let app = TestApp::start().await;
    // The name of a column in the address must not be taken for the violated constraint.
    app.register("username@acme.example", Some("Acme")).await;
    let before = written(&app).await;
    for email in ["username@acme.example", "USERNAME@Acme.Example"] {
        let body =
            json!({ "email": email, "password": PASSWORD, "username": "free", "organisation_name": "Other" });
        let answer = app.anonymous().post("/api/auth/register", body).await.status(409);
        assert_eq!(answer.code(), "email_taken");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    assert_eq!(written(&app).await, before);
}

#[tokio::test]
async fn a_username_is_taken_in_any_case_and_nothing_is_written() {
    let app = TestApp::start().await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "username": "Ana" });
    app.anonymous().post("/api/auth/register", body).await.status(201);
    let before = written(&app).await;
    let body = json!({ "email": "email_normalised@acme.example", "password": PASSWORD, "username": "aNA", "organisation_name": "Other" });
    let answer = app.anonymous().post("/api/auth/register", body).await.status(409);
    assert_eq!(answer.code(), "username_taken");
    assert_eq!(written(&app).await, before);
}

#[tokio::test]
async fn a_closed_installation_takes_nobody() {
    let app = TestApp::with(&[("OSKAR_REGISTRATION", "closed")]).await;
    let before = written(&app).await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "organisation_name": "Acme" });
    let answer = app.anonymous().post("/api/auth/register", body).await.status(403);
    assert_eq!(answer.code(), "registration_closed");
    assert_eq!(written(&app).await, before);
}

#[tokio::test]
async fn a06_nobody_chooses_what_only_the_server_decides() {
    let app = TestApp::start().await;
    let before = written(&app).await;
    for member in [
        "role",
        "operator",
        "is_admin",
        "id",
        "email_verified",
        "email_verified_at",
        "org_id",
        "organisation_id",
        "password_hash",
        "created_at",
        "disabled_at",
    ] {
        let mut body = json!({ "email": "ana@acme.example", "password": PASSWORD });
        body[member] = json!("admin");
        let answer = app.anonymous().post("/api/auth/register", body).await.status(422);
        assert_eq!((answer.code(), answer.pointer()), ("validation_failed".to_owned(), format!("/{member}")));
    }
    assert_eq!(written(&app).await, before);
}

#[tokio::test]
async fn organisations_of_one_name_get_slugs_of_their_own() {
    let app = TestApp::start().await;
    let slug = async |email| {
        let person = app.register(email, Some("Acme")).await;
        person.signed_in["organisation"]["slug"].as_str().unwrap().to_owned()
    };
    let (first, second) = (slug("a@acme.example").await, slug("b@acme.example").await);
    assert_eq!(first, "acme");
    assert!(second.starts_with("acme-") && second.len() == "acme-".len() + 6, "{second}");
}

/// From an address of its own.
async fn register_from(app: &TestApp, address: &str, email: &str) -> crate::support::Answer {
    let body = json!({ "email": email, "password": PASSWORD });
    let headers = [("x-forwarded-for", address)];
    app.anonymous().call_with(Method::POST, "/api/auth/register", &headers, Some(body)).await
}

#[tokio::test]
async fn ten_accounts_an_hour_are_registered_from_an_address_whether_they_are_known_or_not() {
    for (verification, free, taken) in [("required", 202, 202), ("optional", 201, 409)] {
        let settings = [
            ("OSKAR_LIMITS__REGISTRATIONS", "10"),
            ("OSKAR_TRUSTED_PROXIES", "203.0.113.7"),
            ("OSKAR_VERIFY_EMAIL", verification),
        ];
        let app = TestApp::with(&settings).await;
        // A customer of an IPv6 provider is one address.
        let address = |number: usize| format!("2001:db8:1:2:{number:x}::1");
        for number in 0..5 {
            register_from(&app, &address(number), &format!("u{number}@acme.example")).await.status(free);
            register_from(&app, &address(number), &format!("u{number}@acme.example")).await.status(taken);
        }
        let other = app.another_node().await;
        app.advance(TimeDelta::minutes(59));
        let mut seen = Vec::new();
        for email in ["u1@acme.example", "new@acme.example"] {
            let answer = register_from(&other, &address(9), email).await.status(429);
            assert_eq!(
                (answer.code().as_str(), answer.header("retry-after")),
                ("too_many_registrations", "60")
            );
            seen.push(answer.text().replace(answer.header("x-request-id"), ""));
        }
        assert_eq!(seen[0], seen[1]);
        register_from(&app, "2001:db8:1:3::1", "new@acme.example").await.status(free);
        app.advance(TimeDelta::minutes(1));
        register_from(&app, &address(1), "late@acme.example").await.status(free);
    }
}

#[tokio::test]
async fn registrations_at_once_do_not_overrun_the_budget_and_bad_ones_cost_nothing() {
    let app = TestApp::with(&[("OSKAR_LIMITS__REGISTRATIONS", "3")]).await;
    for _ in 0..5 {
        let weak = json!({ "email": "ana@acme.example", "password": "passwordpassword" });
        app.anonymous().post("/api/auth/register", weak).await.status(422);
    }
    let attempts: Vec<_> = (0..8)
        .map(|number| {
            let client = app.anonymous();
            let body = json!({ "email": format!("u{number}@acme.example"), "password": PASSWORD });
            tokio::spawn(async move { client.post("/api/auth/register", body).await.status })
        })
        .collect();
    let mut made = 0;
    for attempt in attempts {
        made += u32::from(attempt.await.unwrap() == 201);
    }
    assert_eq!(made, 3);
}

#[tokio::test]
async fn invitations_are_accepted_whatever_was_registered_from_there() {
    let app = TestApp::with(&[("OSKAR_LIMITS__REGISTRATIONS", "1")]).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await.with_bearer();
    let body = json!({ "emails": ["a@new.example", "b@new.example"], "role": "viewer" });
    ana.post("/api/orgs/acme/invitations", body).await.status(201);
    let body = json!({ "email": "a@new.example", "password": PASSWORD, "invitation": app.mailed_secret("a@new.example").await });
    app.anonymous().post("/api/auth/register", body).await.status(201);
    let body = json!({ "invitation": app.mailed_secret("b@new.example").await, "password": PASSWORD });
    app.anonymous().post("/api/invitations/accept", body).await.status(200);
    let body = json!({ "email": "c@new.example", "password": PASSWORD });
    app.anonymous().post("/api/auth/register", body).await.status(429);
}
