//! Whether the server lives and can serve, and what everybody may know of it.

use chrono::TimeDelta;
use oskar::entity::user;
use oskar::worker;
use sea_orm::{ActiveModelTrait as _, Set};
use serde_json::json;

use crate::operator;
use crate::support::TestApp;

#[tokio::test]
async fn it_tells_status_and_version_to_everybody() {
    let app = TestApp::start().await;
    let expected = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    for path in ["/livez", "/readyz", "/health", "/api/health"] {
        assert_eq!(app.anonymous().get(path).await.status(200).json(), expected, "{path}");
    }
}

#[tokio::test]
async fn without_its_database_it_lives_but_is_not_ready() {
    let app = TestApp::start().await;
    app.app.db.clone().close().await;
    app.anonymous().get("/livez").await.status(200);
    for path in ["/readyz", "/health", "/api/health"] {
        let answer = app.anonymous().get(path).await.status(503);
        assert_eq!(
            (answer.code().as_str(), answer.header("retry-after")),
            ("storage_unavailable", "1"),
            "{path}"
        );
        assert!(!answer.text().contains("sql") && !answer.text().contains("pool"), "{}", answer.text());
    }
    assert!(app.anonymous().get("/api/orgs/acme").await.status(401).text().contains("unauthenticated"));
}

#[tokio::test]
async fn the_metadata_name_the_public_address() {
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", "https://auth.example.com/")]).await;
    let metadata = app.anonymous().get("/.well-known/oauth-authorization-server").await.status(200).json();
    assert_eq!(metadata["issuer"], "https://auth.example.com");
    assert_eq!(metadata["jwks_uri"], "https://auth.example.com/.well-known/jwks.json");
    let body = json!({ "email": "ana@acme.example", "password": crate::support::PASSWORD });
    let answer = app.anonymous().post("/api/auth/register", body).await.status(201).json();
    let claims = crate::forge::decode(crate::forge::parts(answer["token"].as_str().unwrap())[1]);
    assert_eq!((&claims["iss"], &claims["aud"]), (&metadata["issuer"], &metadata["issuer"]));
}

#[tokio::test]
async fn a_job_that_panics_goes_on_with_its_next_round_and_the_node_tells_of_it() {
    let app = TestApp::start().await;
    let status = async || app.anonymous().get("/health").await.status(200).json()["status"].clone();
    let panicked = worker::watched(&app.app, "testing", async { panic!("on purpose") }).await;
    assert_eq!(panicked, None::<()>);
    assert_eq!(worker::watched(&app.app, "testing", async { 7 }).await, Some(7));
    assert_eq!((app.app.job_panics.all()[0].job, app.app.job_panics.all()[0].panics), ("testing", 1));
    assert_eq!(status().await, json!("degraded"));
    let org = app.organisation("Acme").await;
    let seen = async |by: &crate::support::Person| by.with_cookie().get("/health").await.status(200).json();
    assert!(seen(&org.admin).await.get("job_panics").is_none(), "for operators only");
    make_operator(&app, &org.admin).await;
    let told = seen(&org.admin).await;
    assert_eq!(told["job_panics"][0]["job"], "testing");
    assert_eq!(told["job_panics"][0]["panics"], 1);
    app.anonymous().get("/readyz").await.status(200);
    app.advance(TimeDelta::minutes(15));
    assert_eq!(status().await, json!("ok"));
}

#[tokio::test]
async fn operators_learn_how_old_the_signing_keys_are_and_admins_do_not() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let made = app.app.now();
    let health =
        async || app.sign_in("ana@acme.example").await.with_cookie().get("/health").await.status(200).json();
    assert!(health().await["mail"].is_string() && health().await.get("signing_keys").is_none());
    make_operator(&app, &ana).await;
    app.advance(TimeDelta::days(40));
    operator::rotate_signing_keys(&app).await.unwrap();
    let keys = health().await["signing_keys"].clone();
    let [old, next] = keys.as_array().unwrap().as_slice() else { panic!("{keys}") };
    assert_eq!(
        (&old["current"], &old["age_days"], &old["signs_from"]),
        (&json!(true), &json!(40), &json!(made))
    );
    assert_eq!(
        (&next["current"], &next["age_days"], &next["algorithm"]),
        (&json!(false), &json!(0), &json!("ES256"))
    );
    assert!(old["retires_at"].is_string() && next["retires_at"].is_null());
    app.advance(TimeDelta::days(2));
    let keys = health().await["signing_keys"].clone();
    assert_eq!(
        (keys.as_array().unwrap().len(), &keys[0]["current"], &keys[0]["age_days"]),
        (1, &json!(true), &json!(1))
    );
}

pub async fn make_operator(app: &TestApp, person: &crate::support::Person) {
    let row = user::ActiveModel {
        id: Set(person.user_id.parse().unwrap()),
        operator: Set(true),
        ..Default::default()
    };
    row.update(&app.outside().await).await.unwrap();
}

#[tokio::test]
async fn a_setting_hides_the_version_from_all_but_administrators() {
    let app = TestApp::with(&[("OSKAR_SHOW_VERSION", "false")]).await;
    let org = app.organisation("Acme").await;
    for path in ["/livez", "/readyz", "/health", "/api/health"] {
        assert_eq!(app.anonymous().get(path).await.status(200).json(), json!({ "status": "ok" }), "{path}");
        assert_eq!(org.viewer.with_cookie().get(path).await.status(200).json(), json!({ "status": "ok" }));
    }
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(org.admin.with_cookie().get("/health").await.status(200).json()["version"], version);
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    assert_eq!(document["info"]["version"], "not shown");
}
