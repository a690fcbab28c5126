//! Who is in an organisation, and as what.

use oskar::permission::Role;
use serde_json::{Value, json};

use crate::support::{Client, Person, TestApp, TestOrganisation};

fn path(org: &TestOrganisation, person: &Person) -> String {
    format!("{}/members/{}", org.path, person.user_id)
}

async fn roles(client: &Client, org: &TestOrganisation) -> Vec<(String, String)> {
    let page = client.get(&format!("{}/members", org.path)).await.status(200).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row["user"]["email"]), text(&row["role"])))
        .collect()
}

#[tokio::test]
async fn everybody_in_it_sees_who_else_is() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.organisation("Foreign").await;
    let key = org.key("test", "viewer", None).await;
    for client in [org.admin.with_cookie(), org.viewer.with_bearer(), key.with_x_api_key()] {
        let page = client.get(&format!("{}/members?order=oldest", org.path)).await.status(200).json();
        assert_eq!(page["data"].as_array().unwrap().len(), 3);
        let members: Vec<_> = page["data"][0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["joined_at", "role", "state", "user"]);
        let user = json!({ "id": org.admin.user_id, "email": "admin@acme.example", "name": "admin", "external_id": null });
        assert_eq!(page["data"][0]["user"], user);
        assert!(!page.to_string().contains("argon2") && !page.to_string().contains("foreign"), "{page}");
    }
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let mut path = format!("{}/members?limit=1", org.path);
    let mut seen = Vec::new();
    loop {
        let page = org.viewer.with_cookie().get(&path).await.status(200).json();
        assert_eq!(page["data"].as_array().unwrap().len(), 1);
        seen.push(page["data"][0]["role"].as_str().unwrap().to_owned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{}/members?limit=1&cursor={cursor}", org.path);
    }
    assert_eq!(seen, ["viewer", "member", "admin"]);
}

#[tokio::test]
async fn a11_a_role_counts_from_the_moment_it_is_changed() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.create_user("second@acme.example", &org.id, Role::Admin).await;
    let second = app.sign_in("second@acme.example").await;
    let keys = format!("{}/keys", org.path);
    let new_key = json!({ "name": "x", "environment": "live", "role": "admin" });
    second.with_bearer().post(&keys, new_key.clone()).await.status(201);

    let demoted = org.admin.with_cookie().patch(&path(&org, &second), json!({ "role": "viewer" })).await;
    assert_eq!(demoted.status(200).json()["role"], "viewer");
    // The token still says admin; what counts is the membership.
    for client in [second.with_bearer(), second.with_cookie()] {
        assert_eq!(client.post(&keys, new_key.clone()).await.status(403).code(), "permission_denied");
        client.get(&keys).await.status(403);
        let me = client.get("/api/auth/me").await.status(200).json();
        assert_eq!((&me["role"], me["permissions"].as_array().unwrap().len()), (&json!("viewer"), 4));
    }
    assert_eq!(second.with_bearer().get("/api/verify?role=member").await.status(403).code(), "role_denied");

    org.admin.with_cookie().patch(&path(&org, &second), json!({ "role": "admin" })).await.status(200);
    second.with_bearer().post(&keys, new_key).await.status(201);
}

#[tokio::test]
async fn a08_nobody_but_admins_changes_roles_least_of_all_their_own() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    let before = roles(&org.admin.with_cookie(), &org).await;
    for client in
        [org.member.with_cookie(), org.member.with_bearer(), org.viewer.with_cookie(), key.with_bearer()]
    {
        for target in [&org.admin, &org.member, &org.viewer] {
            for (body, delete) in [(json!({ "role": "admin" }), false), (Value::Null, true)] {
                let answer = if delete {
                    client.delete(&path(&org, target)).await
                } else {
                    client.patch(&path(&org, target), body).await
                };
                assert_eq!(answer.status(403).code(), "permission_denied");
            }
        }
    }
    assert_eq!(roles(&org.admin.with_cookie(), &org).await, before);
    for bad in
        [json!("owner"), json!("Admin"), json!(""), json!("admin "), json!(3), json!(true), Value::Null]
    {
        let bad = json!({ "role": bad });
        let answer = org.admin.with_cookie().patch(&path(&org, &org.member), bad).await.status(422);
        assert_eq!(answer.pointer(), "/role");
    }
    let more = json!({ "role": "admin", "organisation_id": "x" });
    let answer = org.admin.with_cookie().patch(&path(&org, &org.member), more).await.status(422);
    assert_eq!(answer.pointer(), "/organisation_id");
    assert_eq!(roles(&org.admin.with_cookie(), &org).await, before);
}

#[tokio::test]
async fn a_removed_member_is_a_stranger_at_once() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    org.admin.with_bearer().delete(&path(&org, &org.member)).await.status(204);
    for client in [org.member.with_cookie(), org.member.with_bearer()] {
        client.get(&org.path).await.status(404);
        let me = client.get("/api/auth/me").await.status(200).json();
        assert_eq!((&me["organisation"], &me["memberships"]), (&Value::Null, &json!([])));
    }
    org.admin.with_bearer().get(&path(&org, &org.member)).await.status(404);
    assert_eq!(roles(&org.admin.with_cookie(), &org).await.len(), 2);
}

#[tokio::test]
async fn members_leave_by_themselves() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for (person, by_cookie) in [(&org.member, true), (&org.viewer, false)] {
        let client = if by_cookie { person.with_cookie() } else { person.with_bearer() };
        client.post(&format!("{}/leave", org.path), json!({})).await.status(204);
        client.get(&org.path).await.status(404);
    }
    assert_eq!(roles(&org.admin.with_cookie(), &org).await.len(), 1);
    let key = org.key("live", "admin", None).await;
    key.with_bearer().post(&format!("{}/leave", org.path), json!({})).await.status(403);
}

#[tokio::test]
async fn a01_people_of_other_organisations_are_out_of_reach() {
    let app = TestApp::start().await;
    let (org, foreign) = (app.organisation("Acme").await, app.organisation("Foreign").await);
    let admin = org.admin.with_cookie();
    for id in [&foreign.member.user_id, "user_00000000000000000000000000", "x", "%00"] {
        let member = format!("{}/members/{id}", org.path);
        admin.patch(&member, json!({ "role": "viewer" })).await.status(404);
        admin.delete(&member).await.status(404);
        admin.delete(&format!("{member}/sessions")).await.status(404);
    }
    foreign.member.with_cookie().get("/api/auth/me").await.status(200);
    assert_eq!(roles(&foreign.admin.with_cookie(), &foreign).await.len(), 3);
}

#[tokio::test]
async fn an_admin_ends_all_sessions_of_a_member_here() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let second = app.sign_in(&org.member.email).await;
    let sessions = format!("{}/sessions", path(&org, &org.member));
    for client in [org.viewer.with_cookie(), org.member.with_cookie()] {
        client.delete(&sessions).await.status(403);
    }
    org.admin.with_bearer().delete(&sessions).await.status(204);
    for person in [&org.member, &second] {
        for client in [person.with_cookie(), person.with_bearer()] {
            client.get(&org.path).await.status(401);
        }
        let body = json!({ "refresh_token": person.refresh_token });
        app.anonymous().post("/api/auth/refresh", body).await.status(401);
    }
    org.admin.with_cookie().get(&org.path).await.status(200);
    org.viewer.with_cookie().get(&org.path).await.status(200);
    // They may come back: it is the account's owner who still knows the password.
    app.advance(chrono::TimeDelta::milliseconds(1));
    app.sign_in(&org.member.email).await.with_cookie().get(&org.path).await.status(200);
}

#[tokio::test]
async fn a_choice_of_another_type_is_pointed_at() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    for bad in [json!(3), Value::Null, json!(true), json!({}), json!(["admin"]), json!({ "admin": null })] {
        let answer = client.patch(&member, json!({ "role": bad })).await.status(422);
        assert_eq!(answer.pointer(), "/role", "{bad}");
        let key = json!({ "name": "x", "environment": bad, "role": "viewer" });
        let answer = client.post(&format!("{}/keys", org.path), key).await.status(422);
        assert_eq!(answer.pointer(), "/environment", "{bad}");
    }
    let role = org.member.with_cookie().get("/api/auth/me").await.status(200).json()["role"].clone();
    assert_eq!(role, json!("member"));
}
