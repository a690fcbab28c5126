//! The end of accounts whose address nobody proved.

use chrono::TimeDelta;
use oskar::domain::onboarding::registration;
use oskar::domain::{NoEvent, Write};
use oskar::entity::{audit_event, organisation, session, user};
use oskar::worker::unproven;
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::operator::change;
use crate::support::{Client, Credential, PASSWORD, Person, TestApp};

const ANA: &str = "ana@acme.example";
/// More than a batch.
const MANY: usize = 130;

async fn register(app: &TestApp, email: &str, username: &str, organisation: &str) -> Person {
    let body = json!({ "email": email, "password": PASSWORD, "username": username, "organisation_name": organisation });
    app.anonymous().post("/api/auth/register", body).await.status(201);
    app.sign_in(email).await
}

async fn tick(app: &TestApp) -> u64 {
    unproven::tick(&app.app).await.unwrap()
}

async fn actions(app: &TestApp) -> Vec<String> {
    let events = audit_event::Entity::find().filter(audit_event::COLUMN.actor_name.eq("oskar"));
    let actions = events.all(app.app.db.read()).await.unwrap().into_iter().map(|event| event.action);
    actions.filter(|action| action.ends_with(".deleted")).collect()
}

#[tokio::test]
async fn after_seven_days_everything_is_free_again() {
    let app = TestApp::start().await;
    let ana = register(&app, ANA, "ana", "Acme").await;
    let key = json!({ "name": "k", "environment": "live", "role": "admin" });
    let key = ana.with_cookie().post("/api/orgs/acme/keys", key).await.status(201).json();
    app.deliver().await;
    app.advance(TimeDelta::days(7));
    assert_eq!(tick(&app).await, 0, "not before");
    app.advance(TimeDelta::microseconds(1));
    assert_eq!(tick(&app).await, 1);

    ana.with_bearer().get("/api/auth/me").await.status(401);
    let refresh = json!({ "refresh_token": ana.refresh_token });
    app.anonymous().post("/api/auth/refresh", refresh).await.status(401);
    let key = Client::new(app.router.clone(), Credential::ApiKey(key["secret"].as_str().unwrap().to_owned()));
    key.get("/api/auth/me").await.status(401);
    let db = app.app.db.read();
    assert_eq!(user::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(organisation::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(session::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(actions(&app).await, ["organisation.deleted", "user.deleted"]);
    assert_eq!(tick(&app).await, 0);

    let again = register(&app, "ANA@acme.example", "ana", "Acme").await;
    assert_eq!(again.signed_in["organisation"]["slug"], "acme");
}

#[tokio::test]
async fn where_proof_is_required_too_and_the_old_link_is_dead() {
    let app = TestApp::with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let body = json!({ "email": ANA, "password": PASSWORD, "username": "ana" });
    app.anonymous().post("/api/auth/register", body).await.status(202);
    app.deliver().await;
    app.advance(TimeDelta::days(6) + TimeDelta::hours(23));
    app.anonymous().post("/api/auth/resend-verification", json!({ "email": ANA })).await.status(202);
    let link = app.mailed_secret(ANA).await;
    app.advance(TimeDelta::hours(2));
    assert_eq!(tick(&app).await, 1);
    let verified = app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": link })).await;
    assert_eq!(verified.status(410).code(), "link_invalid");
    app.anonymous().post("/api/auth/login", json!({ "email": ANA, "password": PASSWORD })).await.status(401);
}

#[tokio::test]
async fn a_proven_one_stays() {
    let app = TestApp::start().await;
    register(&app, ANA, "ana", "Acme").await;
    let token = app.mailed_secret(ANA).await;
    app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": token })).await.status(204);
    app.advance(TimeDelta::days(400));
    assert_eq!(tick(&app).await, 0);
    app.sign_in(ANA).await;
}

#[tokio::test]
async fn one_in_use_stays_whatever_it_is_used_by() {
    for use_of in ["cookie", "basic", "key", "nothing"] {
        let app = TestApp::start().await;
        let ana = register(&app, ANA, "ana", "Acme").await;
        let key = json!({ "name": "k", "environment": "live", "role": "admin" });
        let key = ana.with_cookie().post("/api/orgs/acme/keys", key).await.status(201).json();
        let key = key["secret"].as_str().unwrap().to_owned();
        app.advance(TimeDelta::hours(12));
        let client = match use_of {
            "cookie" => Some(ana.with_cookie()),
            "basic" => Some(ana.with_basic()),
            "key" => Some(Client::new(app.router.clone(), Credential::ApiKey(key))),
            _ => None,
        };
        if let Some(client) = &client {
            client.get("/api/auth/me").await.status(200);
        }
        oskar::worker::usage::tick(&app.app).await.unwrap();
        app.advance(TimeDelta::days(7) - TimeDelta::hours(1));
        assert_eq!(tick(&app).await, u64::from(client.is_none()), "{use_of}");
        app.advance(TimeDelta::hours(2));
        assert_eq!(tick(&app).await, u64::from(client.is_some()), "{use_of}: seven days after the last use");
    }
}

#[tokio::test]
async fn one_in_an_organisation_with_others_stays_and_so_does_the_organisation() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.advance(TimeDelta::days(30));
    assert_eq!(tick(&app).await, 0);
    let admin = app.sign_in(&org.admin.email).await;
    admin.with_cookie().get(&org.path).await.status(200);
    // The only admin is the one who is not proven: the others cannot go, and she stays.
    for other in [&org.member, &org.viewer] {
        let path = format!("{}/members/{}", org.path, other.user_id);
        admin.with_cookie().delete(&path).await.status(204);
    }
    app.advance(TimeDelta::days(8));
    assert_eq!(tick(&app).await, 1);
}

#[tokio::test]
async fn whom_an_operator_or_an_issuer_vouches_for_stays() {
    let app = TestApp::start().await;
    let linked = register(&app, "linked@acme.example", "linked", "One").await;
    change(&app, async |write| {
        let user = linked.user_id.parse().unwrap();
        oskar::domain::identities::link(write, "https://login.example", "linked", user).await
    })
    .await
    .unwrap();
    let added = register(&app, "added@acme.example", "added", "Two").await;
    let id = added.user_id.parse().unwrap();
    // As in the commands, whose other writes have an event.
    let vouch =
        async |write: &Write<'_>| registration::vouch(&write.without_event(NoEvent::Upkeep), id).await;
    change(&app, vouch).await.unwrap();
    app.advance(TimeDelta::days(30));
    assert_eq!(tick(&app).await, 0);
    for email in ["linked@acme.example", "added@acme.example"] {
        app.sign_in(email).await;
    }
}

#[tokio::test]
async fn with_zero_they_are_kept_for_ever() {
    let app = TestApp::with(&[("OSKAR_LIMITS__UNPROVEN_ACCOUNTS", "0")]).await;
    register(&app, ANA, "ana", "Acme").await;
    app.advance(TimeDelta::days(4000));
    assert_eq!(tick(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_end_many_once_and_leave_those_who_prove_themselves_in_that_moment() {
    let app = TestApp::start().await;
    let mut links = Vec::new();
    for number in 0..MANY {
        let email = format!("u{number}@acme.example");
        let body =
            json!({ "email": email, "password": PASSWORD, "organisation_name": format!("Org {number}") });
        let headers = [("x-forwarded-for", "198.51.100.1")];
        app.anonymous()
            .call_with("POST".parse().unwrap(), "/api/auth/register", &headers, Some(body))
            .await
            .status(201);
    }
    app.advance(TimeDelta::days(7) - TimeDelta::hours(1));
    for number in 0..3 {
        let email = format!("u{number}@acme.example");
        app.anonymous().post("/api/auth/resend-verification", json!({ "email": email })).await.status(202);
        links.push(app.mailed_secret(&email).await);
    }
    app.advance(TimeDelta::hours(2));
    let other = app.another_node().await;
    let proving = async {
        let mut proven = 0;
        for link in &links {
            let body = json!({ "link_secret": link });
            let status = app.anonymous().post("/api/auth/verify-email", body).await.status;
            assert!(matches!(status, 204 | 410), "{status}");
            proven += u64::from(status == 204);
        }
        proven
    };
    let (first, second, proven) = tokio::join!(unproven::tick(&app.app), unproven::tick(&other.app), proving);
    let ended = first.unwrap() + second.unwrap();
    assert_eq!(ended + proven, MANY as u64, "each once");
    let db = app.app.db.read();
    assert_eq!(user::Entity::find().count(db).await.unwrap(), proven);
    assert_eq!(organisation::Entity::find().count(db).await.unwrap(), proven);
    let deleted = audit_event::Entity::find().filter(audit_event::COLUMN.action.eq("user.deleted"));
    let told: Vec<Value> = deleted.all(db).await.unwrap().into_iter().map(|event| event.data).collect();
    assert_eq!(told.len() as u64, ended);
    assert!(told.iter().all(|data| data["object"]["reason"] == "address_not_proven"), "{told:?}");
}
