//! An organisation always has somebody who can decide: no way out of it leads past the last admin.

use oskar::error::Error;
use oskar::permission::Role;
use serde_json::json;

use crate::operator;
use crate::support::{Answer, TestApp, TestOrganisation};

#[track_caller]
fn is_the_last(answer: Answer) {
    assert_eq!(answer.status(409).code(), "last_admin");
}

#[track_caller]
fn is_done(answer: &Answer) {
    assert!([200, 204].contains(&answer.status), "{}: {}", answer.asked, answer.text());
}

async fn is_still_admin(org: &TestOrganisation) {
    let me = org.admin.with_cookie().get("/api/auth/me").await.status(200).json();
    assert_eq!(me["role"], json!("admin"));
}

#[tokio::test]
async fn a09_the_last_admin_cannot_be_demoted_removed_or_disabled_nor_leave() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let me = format!("{}/members/{}", org.path, org.admin.user_id);
    for client in [org.admin.with_cookie(), org.admin.with_bearer()] {
        for role in ["member", "viewer"] {
            is_the_last(client.patch(&me, json!({ "role": role })).await);
        }
        is_the_last(client.delete(&me).await);
        is_the_last(client.post(&format!("{}/leave", org.path), json!({})).await);
        client.patch(&me, json!({ "role": "admin" })).await.status(200);
    }
    assert!(matches!(operator::disable(&app, &org.admin.user_id).await, Err(Error::LastAdmin)));
    is_still_admin(&org).await;
    org.admin.with_bearer().get("/api/auth/me").await.status(200);
    let events = org.admin.with_cookie().get(&format!("{}/events", org.path)).await.status(200).json();
    for action in ["member.role_changed", "member.removed", "member.left", "user.disabled"] {
        assert!(!events.to_string().contains(action), "{action}: {events}");
    }
}

#[tokio::test]
async fn a09_keys_and_plain_members_do_not_get_past_it_either() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let me = format!("{}/members/{}", org.path, org.admin.user_id);
    let key = org.key("live", "admin", None).await;
    for client in [key.with_bearer(), key.with_x_api_key(), org.member.with_cookie()] {
        client.patch(&me, json!({ "role": "viewer" })).await.status(403);
        client.delete(&me).await.status(403);
    }
    is_still_admin(&org).await;
}

#[tokio::test]
async fn with_a_second_admin_the_first_is_free_to_go() {
    let app = TestApp::start().await;
    for way in ["demote", "remove", "leave", "disable"] {
        let org = app.organisation(way).await;
        let second = format!("{}/members/{}", org.path, org.member.user_id);
        org.admin.with_cookie().patch(&second, json!({ "role": "admin" })).await.status(200);
        let me = format!("{}/members/{}", org.path, org.admin.user_id);
        let admin = org.admin.with_cookie();
        match way {
            "demote" => is_done(&admin.patch(&me, json!({ "role": "viewer" })).await),
            "remove" => is_done(&org.member.with_cookie().delete(&me).await),
            "leave" => is_done(&admin.post(&format!("{}/leave", org.path), json!({})).await),
            _ => operator::disable(&app, &org.admin.user_id).await.unwrap(),
        }
        // Now the second is the last.
        is_the_last(org.member.with_cookie().patch(&second, json!({ "role": "member" })).await);
        is_the_last(org.member.with_cookie().post(&format!("{}/leave", org.path), json!({})).await);
        assert!(matches!(operator::disable(&app, &org.member.user_id).await, Err(Error::LastAdmin)), "{way}");
    }
}

#[tokio::test]
async fn an_admin_who_is_disabled_decides_nothing_and_does_not_count() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.create_user("second@acme.example", &org.id, Role::Admin).await;
    let second = app.sign_in("second@acme.example").await;
    operator::disable(&app, &second.user_id).await.unwrap();
    is_the_last(org.admin.with_cookie().post(&format!("{}/leave", org.path), json!({})).await);
    let me = format!("{}/members/{}", org.path, org.admin.user_id);
    is_the_last(org.admin.with_cookie().patch(&me, json!({ "role": "viewer" })).await);

    // Nor does the one who is disabled need protection.
    let theirs = format!("{}/members/{}", org.path, second.user_id);
    let shown = org.admin.with_cookie().patch(&theirs, json!({ "role": "viewer" })).await.status(200).json();
    assert_eq!((&shown["role"], &shown["state"]), (&json!("viewer"), &json!("disabled")));
    is_still_admin(&org).await;
}

#[tokio::test]
async fn an_admin_of_several_is_kept_for_the_one_that_has_no_other() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let second = format!("{}/members/{}", org.path, org.member.user_id);
    org.admin.with_cookie().patch(&second, json!({ "role": "admin" })).await.status(200);
    // Acme has another admin; the one that the first made besides has not.
    org.admin.with_cookie().post("/api/orgs", json!({ "name": "Own" })).await.status(201);
    assert!(matches!(operator::disable(&app, &org.admin.user_id).await, Err(Error::LastAdmin)));
    is_still_admin(&org).await;
    org.admin.with_cookie().delete("/api/orgs/own").await.status(204);
    operator::disable(&app, &org.admin.user_id).await.unwrap();
}
