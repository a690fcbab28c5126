//! An admin ends the sessions of a member in one organisation: they count no more there, and the member's other
//! organisations do not notice.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::entity::session;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, PASSWORD, Person, TestApp, TestOrganisation};

const ENDED: &str = "session_ended_here";

/// Acme, whose member is an admin of Globex, too. The member's session is of Acme.
async fn two() -> (TestApp, TestOrganisation, String) {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    org.member.with_cookie().post("/api/orgs", json!({ "name": "Globex" })).await.status(201);
    (app, org, "/api/orgs/globex".to_owned())
}

async fn end(org: &TestOrganisation) {
    let path = format!("{}/members/{}/sessions", org.path, org.member.user_id);
    org.admin.with_cookie().delete(&path).await.status(204);
}

async fn token(person: &Person, organisation: &str) -> Answer {
    person.with_cookie().post("/api/auth/token", json!({ "org": organisation })).await
}

fn bearer(app: &TestApp, answer: &Answer) -> Client {
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    Client::new(app.router.clone(), Credential::Bearer(token))
}

async fn refresh(app: &TestApp, token: &str, organisation: Option<&str>) -> Answer {
    let mut body = json!({ "refresh_token": token });
    if let Some(organisation) = organisation {
        body["org"] = json!(organisation);
    }
    app.anonymous().post("/api/auth/refresh", body).await
}

/// That the answer says what a client can act on, and not what a stranger is told.
#[track_caller]
fn is_ended(answer: Answer) {
    let answer = answer.status(401);
    assert_eq!(answer.code(), ENDED, "{}", answer.asked);
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="oskar", error="invalid_token""#);
}

#[tokio::test]
async fn every_way_into_this_organisation_is_closed_and_no_other() {
    let (app, org, globex) = two().await;
    let member = &org.member;
    let for_globex = bearer(&app, &token(member, "globex").await.status(200));
    end(&org).await;

    for client in [member.with_cookie(), member.with_bearer()] {
        is_ended(client.get(&org.path).await);
        is_ended(client.get(&format!("{}/members", org.path)).await);
        is_ended(client.get("/api/verify").await);
        is_ended(client.get("/api/verify?org=acme").await);
        is_ended(client.post("/api/auth/ws-token", json!({ "org": "acme" })).await);
        is_ended(client.post("/api/auth/ws-token", json!({})).await);
    }
    is_ended(token(member, "acme").await);
    is_ended(refresh(&app, &member.refresh_token, None).await);
    is_ended(refresh(&app, &member.refresh_token, Some("acme")).await);

    // Elsewhere nothing has changed.
    for client in [member.with_cookie(), for_globex] {
        client.get(&globex).await.status(200);
        client.get("/api/verify?org=globex").await.status(200);
        client.post("/api/auth/ws-token", json!({ "org": "globex" })).await.status(200);
    }
    token(member, "globex").await.status(200);
    let me = member.with_cookie().get("/api/auth/me").await.status(200).json();
    assert_eq!(
        (&me["organisation"], &me["role"], &me["permissions"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    assert_eq!(me["memberships"].as_array().unwrap().len(), 2);
    // The refusals above have not used the refresh token up.
    let refreshed = refresh(&app, &member.refresh_token, Some("globex")).await.status(200);
    bearer(&app, &refreshed).get(&globex).await.status(200);
    is_ended(refresh(&app, refreshed.json()["refresh_token"].as_str().unwrap(), None).await);
}

#[tokio::test]
async fn whoever_signs_in_again_is_in_and_what_has_no_session_was_never_out() {
    let (app, org, _) = two().await;
    let key = org.key("live", "viewer", None).await;
    end(&org).await;
    org.member.with_basic().get(&org.path).await.status(200);
    org.member.with_basic().get("/api/verify").await.status(200);
    key.with_bearer().get(&org.path).await.status(200);
    for other in [&org.admin, &org.viewer] {
        other.with_cookie().get(&org.path).await.status(200);
    }
    app.advance(TimeDelta::milliseconds(1));
    let again = app.sign_in(&org.member.email).await;
    assert_eq!(again.organisation_id(), org.id);
    for client in [again.with_cookie(), again.with_bearer()] {
        client.get(&org.path).await.status(200);
        client.get("/api/verify").await.status(200);
    }
    refresh(&app, &again.refresh_token, None).await.status(200);
    is_ended(org.member.with_cookie().get(&org.path).await);
    // On another node, and after a restart, too.
    let node = app.another_node().await;
    let old = Client::new(node.router.clone(), Credential::Cookie(org.member.cookie.clone()));
    is_ended(old.get(&org.path).await);
}

#[tokio::test]
async fn a_session_of_a_node_whose_clock_is_ahead_is_ended_too() {
    let (app, org, globex) = two().await;
    let sessions = session::Entity::of_user(org.member.user_id.parse().unwrap());
    let txn = app.app.db.begin().await.unwrap();
    let mut row = sessions.one(&txn).await.unwrap().unwrap().into_active_model();
    row.created_at = Set(app.app.now() + TimeDelta::seconds(3));
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    end(&org).await;
    is_ended(org.member.with_cookie().get(&org.path).await);
    org.member.with_cookie().get(&globex).await.status(200);
}

#[tokio::test]
async fn the_older_door_refreshes_nothing_for_it_either() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let body = json!({ "username": org.member.email, "password": PASSWORD });
    let signed_in = app.anonymous().post("/api/login", body).await.status(200).json();
    let token = signed_in["refresh_token"].as_str().unwrap().to_owned();
    let client = Client::new(app.router.clone(), Credential::Bearer(token));
    client.get("/api/login/refresh").await.status(200);
    end(&org).await;
    is_ended(client.get("/api/login/refresh").await);
}

#[tokio::test]
async fn it_is_written_down_here_and_only_members_can_be_meant() {
    let (app, org, _) = two().await;
    let stranger = app.register("stranger@elsewhere.example", None).await;
    let path = format!("{}/members/{}/sessions", org.path, stranger.user_id);
    org.admin.with_cookie().delete(&path).await.status(404);
    stranger.with_cookie().get("/api/auth/me").await.status(200);
    end(&org).await;
    let events = format!("{}/events?type=session.ended", org.path);
    let events = org.admin.with_cookie().get(&events).await.status(200).json();
    assert_eq!(events["data"][0]["target"], json!({ "type": "user", "id": org.member.user_id }));
    // How many sessions the member has elsewhere is no business of this organisation.
    assert_eq!(
        events["data"][0]["data"]["object"],
        json!({ "reason": "requested", "scope": "organisation", "sessions_ended": null, "most": null })
    );
    assert!(
        session::Entity::find()
            .all(app.app.db.read())
            .await
            .unwrap()
            .iter()
            .all(|row| row.ended_at.is_none())
    );
}

#[tokio::test]
async fn an_admin_whose_sessions_were_ended_learns_nothing_as_an_admin() {
    let app = TestApp::with(&[]).await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/members/{}", org.path, org.member.user_id);
    org.admin.with_cookie().patch(&path, json!({ "role": "admin" })).await.status(200);
    let details = async || {
        let answer = org.member.with_cookie().call(Method::GET, "/health", None).await.status(200).json();
        answer.get("advisories").is_some()
    };
    assert!(details().await);
    end(&org).await;
    assert!(!details().await);
}
