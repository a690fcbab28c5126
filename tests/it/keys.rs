//! API keys: made, shown once, narrowed, expired and revoked.

use chrono::TimeDelta;
use oskar::domain::key::keys::{self, NewKey};
use oskar::domain::values::labels::NewLabels;
use oskar::entity::api_key::{self, Environment};
use oskar::error::Error;
use oskar::permission::Role;
use oskar::worker;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::operator;
use crate::support::{Answer, Client, Credential, TestApp, TestOrganisation};

fn keys_of(org: &TestOrganisation) -> String {
    format!("{}/keys", org.path)
}

async fn create(org: &TestOrganisation, body: Value) -> Answer {
    org.admin.with_cookie().post(&keys_of(org), body).await
}

async fn show(org: &TestOrganisation, id: &str) -> Value {
    org.member.with_cookie().get(&format!("{}/{id}", keys_of(org))).await.status(200).json()
}

fn with(app: &TestApp, secret: &str) -> Client {
    Client::new(app.router.clone(), Credential::ApiKey(secret.to_owned()))
}

async fn count(app: &TestApp) -> u64 {
    api_key::Entity::find().count(app.app.db.read()).await.unwrap()
}

#[tokio::test]
async fn the_secret_is_shown_once_and_masked_ever_after() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for environment in ["live", "test"] {
        let body = json!({ "name": " Deploy bot ", "environment": environment, "role": "member" });
        let answer = create(&org, body).await.status(201);
        assert_eq!(answer.header("cache-control"), "no-store");
        let mut made = answer.json();
        let secret = made.as_object_mut().unwrap().remove("secret").unwrap();
        let secret = secret.as_str().unwrap();
        let body = secret.strip_prefix(&format!("osk_{environment}_")).unwrap();
        assert!(body.len() == 38 && body.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");

        let hint = format!("osk_{environment}_{}…{}", &body[..4], &body[34..]);
        let expected = json!({
            "id": made["id"],
            "name": "Deploy bot",
            "external_id": null,
            "metadata": {},
            "environment": environment,
            "role": "member",
            "permissions": null,
            "hint": hint,
            "old_secret_expires_at": null,
            "state": "active",
            "created_by": { "id": org.admin.user_id, "email": "admin@acme.example", "name": "admin", "external_id": null },
            "created_at": made["created_at"],
            "updated_at": made["created_at"],
            "expires_at": null,
            "revoked_at": null,
            "revoked_reason": null,
            "last_used_at": null,
        });
        assert_eq!(made, expected);
        let id = made["id"].as_str().unwrap();
        assert_eq!(show(&org, id).await, expected);
        let list = org.member.with_bearer().get(&keys_of(&org)).await.status(200);
        assert_eq!(list.json()["data"][0], expected, "newest first");
        assert!(!list.text().contains(&body[4..34]));
        let events = org.admin.with_cookie().get(&format!("{}/events", org.path)).await.status(200);
        assert!(events.text().contains(&hint) && !events.text().contains(&body[4..34]));
    }
}

#[tokio::test]
async fn a_key_can_have_less_than_its_role() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "member", Some(&["tasks:write", "org:read"])).await;
    assert_eq!(show(&org, &key.id).await["permissions"], json!(["org:read", "tasks:write"]));
    let client = key.with_bearer();
    client.get(&org.path).await.status(200);
    client.get("/api/verify?permission=tasks:write&permission=org:read").await.status(200);
    assert_eq!(client.get(&keys_of(&org)).await.status(403).code(), "permission_denied");
    assert_eq!(client.get("/api/verify?permission=tasks:read").await.status(403).code(), "permission_denied");
    // Down to nothing at all.
    let none = org.key("live", "admin", Some(&[])).await;
    assert_eq!(show(&org, &none.id).await["permissions"], json!([]));
    none.with_bearer().get(&org.path).await.status(403);
    assert_eq!(none.with_bearer().get("/api/verify").await.status(200).json()["permissions"], json!([]));
}

#[tokio::test]
async fn permissions_that_the_role_lacks_or_keys_may_not_use_are_refused() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for (role, permissions, place) in [
        ("viewer", vec!["org:read", "tasks:write"], 1),
        ("viewer", vec!["keys:read"], 0),
        ("member", vec!["events:read"], 0),
        ("admin", vec!["keys:manage"], 0),
        ("admin", vec!["members:read", "org:delete"], 1),
        ("admin", vec!["org:leave"], 0),
        ("admin", vec!["no:such"], 0),
        ("admin", vec!["org:read", "ORG:READ"], 0),
        ("admin", vec![""], 0),
    ] {
        let body = json!({ "name": "x", "environment": "live", "role": role, "permissions": permissions });
        let answer = create(&org, body).await.status(422);
        assert_eq!(answer.pointer(), format!("/permissions/{place}"), "{role}: {permissions:?}");
    }
    assert_eq!(count(&app).await, 0);
}

#[tokio::test]
async fn a_key_never_has_more_than_its_creator() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    // Only admins reach the route, so the rule is asked where it stands: a demotion may be under way.
    for (creator, allowed) in
        [(&org.viewer, Role::Viewer), (&org.member, Role::Member), (&org.admin, Role::Admin)]
    {
        for role in Role::ALL {
            let made = operator::change(&app, async |write| {
                let name = "x".parse().unwrap();
                let new = NewKey {
                    name,
                    environment: Environment::Live,
                    role,
                    permissions: None,
                    expires_at: None,
                    labels: NewLabels::default(),
                };
                let (organisation, creator) = (org.id.parse().unwrap(), creator.user_id.parse().unwrap());
                let config = &app.app.config;
                keys::create(write, &config.permissions, organisation, Some(creator), new).await
            })
            .await;
            match made {
                Ok(_) => assert!(role <= allowed, "{allowed} made {role}"),
                Err(Error::Invalid { errors }) => assert!(role > allowed && errors[0].pointer == "/role"),
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert_eq!(count(&app).await, 6);
}

#[tokio::test]
async fn a17_only_admins_in_person_make_keys() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let foreign = app.organisation("Foreign").await;
    let (key, test) = (org.key("live", "admin", None).await, org.key("test", "admin", None).await);
    let body = json!({ "name": "x", "environment": "live", "role": "viewer" });
    for (client, status, code) in [
        (app.anonymous(), 401, "unauthenticated"),
        (org.member.with_cookie(), 403, "permission_denied"),
        (org.viewer.with_bearer(), 403, "permission_denied"),
        (key.with_bearer(), 403, "permission_denied"),
        (test.with_bearer(), 403, "live_only"),
        (foreign.admin.with_cookie(), 404, "not_found"),
        (foreign.admin.with_bearer(), 404, "not_found"),
    ] {
        assert_eq!(client.post(&keys_of(&org), body.clone()).await.status(status).code(), code);
        for path in [format!("{}/{}", keys_of(&org), key.id), format!("{}/{}/rotate", keys_of(&org), key.id)]
        {
            let answer = if path.ends_with("rotate") {
                client.post(&path, json!({})).await
            } else {
                client.delete(&path).await
            };
            assert_eq!(answer.status(status).code(), code);
        }
    }
    for member in ["user_id", "org_id", "organisation_id", "created_by", "secret", "id"] {
        let mut body = body.clone();
        body[member] = json!(foreign.admin.user_id);
        assert_eq!(create(&org, body).await.status(422).pointer(), format!("/{member}"));
    }
    assert_eq!(count(&app).await, 2);
    key.with_bearer().get(&org.path).await.status(200);
}

#[tokio::test]
async fn a21_a_key_expires_at_its_time() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let now = app.app.now();
    for past in [now, now - TimeDelta::seconds(1), now - TimeDelta::days(365)] {
        let body = json!({ "name": "x", "environment": "live", "role": "viewer", "expires_at": past });
        assert_eq!(create(&org, body).await.status(422).pointer(), "/expires_at");
    }
    for nonsense in [
        json!("tomorrow"),
        json!("2030-02-30T00:00:00Z"),
        json!(1_900_000_000),
        json!("2030-01-01"),
        json!("+10000-01-01T00:00:00Z"),
    ] {
        let body = json!({ "name": "x", "environment": "live", "role": "viewer", "expires_at": nonsense });
        assert_eq!(create(&org, body).await.status(422).pointer(), "/expires_at", "{nonsense}");
    }
    let end = now + TimeDelta::hours(1);
    let body = json!({ "name": "x", "environment": "live", "role": "viewer", "expires_at": end });
    let made = create(&org, body).await.status(201).json();
    let (id, client) = (made["id"].as_str().unwrap(), with(&app, made["secret"].as_str().unwrap()));
    app.advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
    client.get("/api/verify").await.status(200);
    assert_eq!(show(&org, id).await["state"], "active");
    app.advance(TimeDelta::microseconds(1));
    assert_eq!(client.get("/api/verify").await.status(401).code(), "invalid_credential");
    assert_eq!(show(&org, id).await["state"], "expired");
    let rotate = format!("{}/{id}/rotate", keys_of(&org));
    let answer = org.admin.with_cookie().post(&rotate, json!({})).await.status(409);
    assert_eq!(answer.code(), "key_ended");
}

#[tokio::test]
async fn a21_a_revoked_key_is_dead_at_once_and_stays_in_the_list() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (key, other) = (org.key("live", "admin", None).await, org.key("live", "admin", None).await);
    let node = app.another_node().await;
    with(&node, &key.secret).get("/api/verify").await.status(200);
    let path = format!("{}/{}", keys_of(&org), key.id);
    for _ in 0..2 {
        org.admin.with_bearer().delete(&path).await.status(204);
        for client in [key.with_bearer(), key.with_x_api_key(), with(&node, &key.secret)] {
            for path in ["/api/verify", "/api/auth/me", &org.path] {
                assert_eq!(client.get(path).await.status(401).code(), "invalid_credential");
            }
        }
    }
    let shown = show(&org, &key.id).await;
    assert_eq!((&shown["state"], &shown["revoked_at"]), (&json!("revoked"), &json!(app.app.now())));
    let answer = org.admin.with_cookie().post(&format!("{path}/rotate"), json!({})).await.status(409);
    assert_eq!(answer.code(), "key_ended");
    other.with_bearer().get("/api/verify").await.status(200);
    let events = format!("{}/events?type=key.revoked", org.path);
    let events = org.admin.with_cookie().get(&events).await.status(200).json();
    assert_eq!(events["data"].as_array().unwrap().len(), 1, "once is enough");
}

#[tokio::test]
async fn a_key_is_renamed_and_nothing_else() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let path = format!("{}/{}", keys_of(&org), key.id);
    let admin = org.admin.with_cookie();
    app.advance(TimeDelta::hours(1));
    let renamed = admin.patch(&path, json!({ "name": "Nightly" })).await.status(200).json();
    assert_eq!((&renamed["name"], &renamed["updated_at"]), (&json!("Nightly"), &json!(app.app.now())));
    assert_eq!(renamed.get("secret"), None);
    for member in ["role", "permissions", "environment", "expires_at", "revoked_at"] {
        let mut body = json!({ "name": "Grown" });
        body[member] = json!("admin");
        assert_eq!(admin.patch(&path, body).await.status(422).pointer(), format!("/{member}"));
    }
    assert_eq!(admin.patch(&path, json!({ "name": null })).await.status(422).pointer(), "/name");
    assert_eq!(show(&org, &key.id).await, renamed);
    assert_eq!(
        admin.patch(&path, json!({})).await.status(200).json(),
        renamed,
        "nothing asked, nothing changed"
    );
    key.with_bearer().get("/api/verify").await.status(200);
}

#[tokio::test]
async fn the_last_use_is_written_down_a_little_later() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    app.advance(TimeDelta::minutes(5));
    let used = app.app.now();
    key.with_bearer().get("/api/verify").await.status(200);
    assert_eq!(show(&org, &key.id).await["last_used_at"], Value::Null, "verification writes nothing");
    app.advance(TimeDelta::seconds(3));
    worker::usage::tick(&app.app).await.unwrap();
    assert_eq!(show(&org, &key.id).await["last_used_at"], json!(used));
    // A node that is late does not turn it back.
    app.app.usage.key(key.id.parse().unwrap(), used - TimeDelta::minutes(1));
    worker::usage::tick(&app.app).await.unwrap();
    assert_eq!(show(&org, &key.id).await["last_used_at"], json!(used));
}
