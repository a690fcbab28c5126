//! How many of everything there may be: with many requests at once, on two nodes, too.

use std::time::Duration;

use chrono::TimeDelta;
use oskar::config::SETTINGS;
use oskar::entity::{audit_event, session};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::races::{at_once, with};
use crate::stream;
use crate::support::{Answer, Credential, PASSWORD, Person, TestApp};

const TRIES: usize = 8;

/// Posts at once on two nodes, with a body for each try. What was refused because the server was busy is tried again.
async fn post_at_once(
    nodes: [&TestApp; 2],
    credential: &Credential,
    path: &str,
    body: impl Fn(usize) -> Value,
) -> Vec<Answer> {
    at_once((0..TRIES).map(|turn| {
        let client = with(nodes[turn % 2], credential.clone());
        let (path, body) = (path.to_owned(), body(turn));
        async move {
            loop {
                let answer = client.post(&path, body.clone()).await;
                if answer.status != 503 {
                    return answer;
                }
            }
        }
    }))
    .await
}

/// So many were let through, and all others were refused by that code.
#[track_caller]
fn let_through(answers: &[Answer], most: usize, status: u16, code: &str) {
    let (good, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status < 300);
    assert_eq!(good.len(), most, "{:?}", answers.iter().map(Answer::text).collect::<Vec<_>>());
    assert_eq!(refused.len(), TRIES - most);
    for answer in refused {
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        let waits = !answer.header("retry-after").is_empty();
        assert_eq!(waits, status == 429, "{code}");
    }
}

fn cookie(person: &Person) -> Credential {
    Credential::Cookie(person.cookie.clone())
}

async fn nodes(settings: &[(&str, &str)]) -> (TestApp, TestApp) {
    let app = TestApp::with(settings).await;
    let other = app.another_node().await;
    (app, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_in_that_is_one_too_many_ends_the_oldest_session() {
    let (app, other) = nodes(&[("OSKAR_LIMITS__SESSIONS", "3")]).await;
    let first = app.register("ana@acme.example", Some("Acme")).await;
    app.advance(TimeDelta::seconds(1));
    let second = app.sign_in("ana@acme.example").await;
    app.advance(TimeDelta::seconds(1));
    let third = app.sign_in("ana@acme.example").await;
    let port = stream::serve(&app).await;
    let ticket = stream::ticket(&first.with_cookie(), None).await;
    let mut socket = stream::open(port, "acme", &ticket, None).await.unwrap();
    app.advance(TimeDelta::seconds(1));
    let newest = app.sign_in("ana@acme.example").await;
    // The oldest has ended with all that belongs to it.
    assert_eq!(stream::close_code(&mut socket, Duration::from_secs(5)).await, 1008);
    first.with_cookie().get("/api/auth/me").await.status(401);
    first.with_bearer().get("/api/auth/me").await.status(401);
    let refresh = json!({ "refresh_token": first.refresh_token });
    app.anonymous().post("/api/auth/refresh", refresh).await.status(401);
    for person in [&second, &third, &newest] {
        person.with_cookie().get("/api/auth/me").await.status(200);
    }
    let events = newest.with_cookie().get("/api/account/events?type=session.ended").await.status(200).json();
    assert_eq!(events["data"].as_array().unwrap().len(), 1, "{events}");
    assert_eq!(
        events["data"][0]["data"]["object"],
        json!({ "reason": "too_many", "scope": "session", "sessions_ended": 1, "most": 3 })
    );

    let body = |_| json!({ "email": "ana@acme.example", "password": PASSWORD });
    let answers = post_at_once([&app, &other], &Credential::None, "/api/auth/login", body).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let rows = session::Entity::find().all(app.app.db.read()).await.unwrap();
    let alive = rows.iter().filter(|session| session.ended_at.is_none()).count();
    assert_eq!((rows.len(), alive), (4 + TRIES, 3));
    let ended = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(ended.iter().filter(|event| event.action == "session.ended").count(), 1 + TRIES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organisation_has_so_many_keys_that_work() {
    let (app, other) = nodes(&[("OSKAR_LIMITS__KEYS", "3")]).await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/keys", org.path);
    let body = |turn| json!({ "name": format!("k{turn}"), "environment": "live", "role": "viewer" });
    let answers = post_at_once([&app, &other], &cookie(&org.admin), &path, body).await;
    let_through(&answers, 3, 409, "too_many_keys");
    // A key that has ended makes room.
    let made = answers.iter().find(|answer| answer.status == 201).unwrap().json();
    let admin = org.admin.with_cookie();
    admin.delete(&format!("{path}/{}", made["id"].as_str().unwrap())).await.status(204);
    let expires_at = app.app.now() + TimeDelta::minutes(1);
    let short = json!({ "name": "s", "environment": "live", "role": "viewer", "expires_at": expires_at });
    admin.post(&path, short).await.status(201);
    admin.post(&path, body(9)).await.status(409);
    app.advance(TimeDelta::minutes(1));
    admin.post(&path, body(9)).await.status(201);
    // Another organisation has its own.
    let beta = app.organisation("Beta").await;
    beta.admin.with_cookie().post(&format!("{}/keys", beta.path), body(0)).await.status(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_user_is_in_so_many_organisations_by_every_way_in() {
    let (app, other) = nodes(&[("OSKAR_LIMITS__ORGANISATIONS", "3")]).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let body = |turn| json!({ "name": format!("Org {turn}") });
    let answers = post_at_once([&app, &other], &cookie(&ana), "/api/orgs", body).await;
    let_through(&answers, 2, 409, "too_many_organisations");
    // What was refused has left nothing behind.
    let events = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.action == "organisation.created").count(), 3);

    let bob = app.register("bob@beta.example", Some("Beta")).await;
    let invite = json!({ "emails": ["ana@acme.example"], "role": "viewer" });
    bob.with_cookie().post("/api/orgs/beta/invitations", invite).await.status(201);
    let token = json!({ "invitation": app.mailed_secret("ana@acme.example").await });
    let accept = async || ana.with_cookie().post("/api/invitations/accept", token.clone()).await;
    assert_eq!(accept().await.status(409).code(), "too_many_organisations");
    // The invitation stays, for when there is room.
    let created = answers.iter().find(|answer| answer.status == 201).unwrap().json();
    let path = format!("/api/orgs/{}", created["slug"].as_str().unwrap());
    ana.with_cookie().delete(&path).await.status(204);
    accept().await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organisation_has_so_many_open_invitations() {
    let settings = [("OSKAR_LIMITS__OPEN_INVITATIONS", "3"), ("OSKAR_LIMITS__INVITATIONS", "0")];
    let (app, other) = nodes(&settings).await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/invitations", org.path);
    let body = |turn| json!({ "emails": [format!("new{turn}@new.example")], "role": "viewer" });
    let answers = post_at_once([&app, &other], &cookie(&org.admin), &path, body).await;
    let_through(&answers, 3, 409, "too_many_open_invitations");
    // One that has expired makes room, and is not opened again past the limit.
    app.advance(TimeDelta::days(8));
    let ana = app.sign_in(&org.admin.email).await.with_cookie();
    let listed = ana.get(&path).await.status(200).json();
    let expired = listed["data"][0]["id"].as_str().unwrap().to_owned();
    for turn in 10..13 {
        ana.post(&path, body(turn)).await.status(201);
    }
    let resent = ana.call(axum::http::Method::POST, &format!("{path}/{expired}/resend"), None).await;
    assert_eq!(resent.status(409).code(), "too_many_open_invitations");
    // Inviting the same address again replaces its invitation.
    ana.post(&path, body(10)).await.status(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_user_or_a_key_has_so_many_unused_tickets() {
    let (app, other) = nodes(&[("OSKAR_LIMITS__TICKETS", "3")]).await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    for credential in [cookie(&org.admin), Credential::ApiKey(key.secret.clone())] {
        let answers = post_at_once([&app, &other], &credential, "/api/auth/ws-token", |_| json!({})).await;
        let_through(&answers, 3, 429, "too_many_tickets");
    }
    // By whatever credential the user comes.
    org.admin.with_basic().post("/api/auth/ws-token", json!({})).await.status(429);
    org.member.with_cookie().post("/api/auth/ws-token", json!({})).await.status(200);
    app.advance(TimeDelta::seconds(120));
    org.admin.with_cookie().post("/api/auth/ws-token", json!({})).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_user_asks_for_so_many_changes_of_address_in_a_day() {
    let (app, other) = nodes(&[("OSKAR_LIMITS__EMAIL_CHANGES", "3")]).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let body = |turn| json!({ "email": format!("ana{turn}@new.example"), "password": PASSWORD });
    let answers = post_at_once([&app, &other], &cookie(&ana), "/api/auth/change-email", body).await;
    let_through(&answers, 3, 429, "too_many_email_changes");
    app.advance(TimeDelta::hours(24));
    let ana = app.sign_in("ana@acme.example").await;
    ana.with_cookie().post("/api/auth/change-email", body(9)).await.status(202);
}

#[tokio::test]
async fn zero_means_no_limit() {
    let settings = ["SESSIONS", "KEYS", "ORGANISATIONS", "OPEN_INVITATIONS", "TICKETS", "EMAIL_CHANGES"];
    let settings = settings.map(|name| (format!("OSKAR_LIMITS__{name}"), "0"));
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let app = TestApp::with(&settings).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let path = "/api/orgs/acme/keys";
    ana.with_cookie()
        .post(path, json!({ "name": "k", "environment": "live", "role": "viewer" }))
        .await
        .status(201);
    ana.with_cookie().post("/api/orgs", json!({ "name": "Another" })).await.status(201);
    ana.with_cookie().post("/api/auth/ws-token", json!({})).await.status(200);
    app.sign_in("ana@acme.example").await;
    ana.with_cookie().get("/api/auth/me").await.status(200);
}

#[test]
fn one_table_of_the_readme_has_every_limit_with_its_default() {
    let readme = include_str!("../../README.md");
    let section = readme.split("### Limits").nth(1).unwrap().split("\n#").next().unwrap();
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let limits: Vec<_> = SETTINGS.iter().filter(|setting| setting.key.starts_with("limits.")).collect();
    assert_eq!(rows.len(), limits.len());
    for setting in limits {
        let begins = format!("|`{}`|{}", setting.key, setting.default);
        assert!(rows.iter().any(|row| row.replace(' ', "").starts_with(&begins)), "{begins}");
    }
}
