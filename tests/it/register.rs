//! Making an account.

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
    let body = json!({ "email": "Ana.Ruiz@acme.example", "password": PASSWORD, "name": "Ana Ruiz", "organisation": "Acme Ltd." });
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
            json!({ "email": email, "password": PASSWORD, "username": "free", "organisation": "Other" });
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
    let body = json!({ "email": "email_normalised@acme.example", "password": PASSWORD, "username": "aNA", "organisation": "Other" });
    let answer = app.anonymous().post("/api/auth/register", body).await.status(409);
    assert_eq!(answer.code(), "username_taken");
    assert_eq!(written(&app).await, before);
}

#[tokio::test]
async fn a_closed_installation_takes_nobody() {
    let app = TestApp::with(&[("OSKAR_REGISTRATION", "closed")]).await;
    let before = written(&app).await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "organisation": "Acme" });
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
