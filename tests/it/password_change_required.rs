//! Passwords that their owners did not choose, as `oskar user create --password-stdin` sets them: they open nothing but the
//! way to a new one.

use axum::http::Method;
use oskar::domain::Write;
use oskar::domain::account::{passwords, users};
use oskar::domain::session::sign_in;
use oskar::entity::audit_event;
use oskar::permission::Role;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::mail_pages::submit;
use crate::operator;
use crate::pages::front::sent;
use crate::support::{Client, Credential, PASSWORD, Person, TestApp, TestOrganisation, basic};

const ANA: &str = "ana@acme.example";
const OWN: &str = "a phrase of my own choice";
const CODE: &str = "password_change_required";

async fn mark(app: &TestApp, email: &str) {
    let user = sign_in::find(app.app.db.read(), email).await.unwrap().unwrap();
    operator::change(app, async |write: &Write<'_>| passwords::require_change(write, user.id).await)
        .await
        .unwrap();
}

/// Ana is a member of Acme, with a password that was set for her.
async fn scene() -> (TestApp, TestOrganisation) {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.create_user(ANA, &org.id, Role::Member).await;
    mark(&app, ANA).await;
    (app, org)
}

fn login(new_password: Option<&str>) -> Value {
    let mut body = json!({ "email": ANA, "password": PASSWORD });
    if let Some(new) = new_password {
        body["new_password"] = json!(new);
    }
    body
}

async fn is_free(app: &TestApp, password: &str) {
    let body = json!({ "email": ANA, "password": password });
    app.anonymous().post("/api/auth/login", body).await.status(200);
    let basic = Credential::Basic(ANA.to_owned(), password.to_owned());
    Client::new(app.router.clone(), basic).get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn a_sign_in_asks_for_a_password_of_one_s_own_and_takes_it_in_the_same_request() {
    let (app, _) = scene().await;
    for _ in 0..8 {
        let refused = app.anonymous().post("/api/auth/login", login(None)).await.status(403);
        assert_eq!(refused.code(), CODE);
        assert!(!refused.headers.contains_key("set-cookie"));
    }
    // Whoever guesses learns nothing of it, and chooses nothing.
    let guess = json!({ "email": ANA, "password": "wrong", "new_password": OWN });
    assert_eq!(app.anonymous().post("/api/auth/login", guess).await.status(401).code(), "invalid_login");
    for (bad, why) in [(PASSWORD, "another password"), ("short", "12 to 256"), ("ana@acme.example", "")] {
        let refused = app.anonymous().post("/api/auth/login", login(Some(bad))).await.status(422);
        assert_eq!(refused.pointer(), "/new_password");
        assert!(refused.text().contains(why), "{}", refused.text());
    }
    assert_eq!(app.anonymous().post("/api/auth/login", login(None)).await.status(403).code(), CODE);
    let answer = app.anonymous().post("/api/auth/login", login(Some(OWN))).await.status(200);
    let ana = Person::new(&app, &answer);
    ana.with_cookie().get("/api/auth/me").await.status(200);
    app.anonymous().post("/api/auth/login", login(None)).await.status(401);
    app.anonymous().post("/api/auth/login", login(Some("one more phrase of mine"))).await.status(401);
    is_free(&app, OWN).await;
    let events = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    for action in ["user.password_change_required", "user.password_changed"] {
        let found: Vec<_> = events.iter().filter(|event| event.action == action).collect();
        assert_eq!(found.len(), 1, "{action}");
        assert_eq!(found[0].target_id.as_deref(), Some(ana.user_id.as_str()));
    }
    assert!(app.subjects(ANA).await.contains(&"Your password was changed".to_owned()));
}

#[tokio::test]
async fn a_sign_in_may_replace_any_password_and_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let other = app.register(ANA, Some("Acme")).await;
    app.anonymous().post("/api/auth/login", login(Some(OWN))).await.status(200);
    other.with_bearer().get("/api/auth/me").await.status(401);
    app.anonymous().post("/api/auth/login", login(None)).await.status(401);
    is_free(&app, OWN).await;
}

#[tokio::test]
async fn of_two_that_replace_it_at_once_one_wins() {
    let (app, _) = scene().await;
    let both = ["the first phrase of Ana", "the second phrase of Ana"].map(|new| {
        let client = app.anonymous();
        async move { client.post("/api/auth/login", login(Some(new))).await.status }
    });
    let [one, two] = both;
    let (one, two) = tokio::join!(one, two);
    assert!([(200, 401), (401, 200)].contains(&(one, two)), "{one} {two}");
}

#[tokio::test]
async fn every_door_that_takes_a_password_says_so_in_its_own_words() {
    let (app, org) = scene().await;
    let anonymous = app.anonymous();
    for path in ["/api/auth/me", "/api/verify", "/api/orgs/acme", "/api/auth/sessions"] {
        let headers = [("authorization", basic(ANA, PASSWORD))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        for _ in 0..2 {
            let refused = anonymous.call_with(Method::GET, path, &headers, None).await.status(403);
            assert_eq!(refused.code(), CODE, "{path}");
        }
    }
    let by_basic = Client::new(app.router.clone(), Credential::Basic(ANA.to_owned(), PASSWORD.to_owned()));
    let change = json!({ "current_password": PASSWORD, "new_password": OWN });
    for (path, body) in [
        ("/api/auth/ws-token", json!({})),
        ("/api/auth/change-password", change.clone()),
        ("/api/change-password", change),
        ("/api/logout", json!({})),
    ] {
        assert_eq!(by_basic.post(path, body).await.status(403).code(), CODE, "{path}");
    }

    let osmedeus = anonymous.post("/osm/api/login", login(None)).await.status(403).json();
    assert_eq!(osmedeus["error"], true);
    assert!(osmedeus["message"].as_str().unwrap().contains("new_password"), "{osmedeus}");
    assert_eq!(by_basic.get("/osm/api/scans").await.status(403).json()["error"], true);
    assert_eq!(anonymous.post("/api/login", login(None)).await.status(403).code(), CODE);
    let onedb = anonymous.post("/api/authenticate", login(None)).await.status(403).json();
    assert_eq!((&onedb["success"], onedb.get("token")), (&json!(false), None));
    assert!(onedb["message"].as_str().unwrap().contains("new_password"), "{onedb}");

    let invite = json!({ "emails": [ANA], "role": "viewer" });
    let other = app.organisation("Beta").await;
    other.admin.with_cookie().post("/api/orgs/beta/invitations", invite).await.status(201);
    let token = app.mailed_secret(ANA).await;
    let accept = json!({ "invitation": token, "password": PASSWORD });
    assert_eq!(anonymous.post("/api/invitations/accept", accept).await.status(403).code(), CODE);
    let link = format!("/invite#{token}");
    let page = submit(&app, &link, &[("password", PASSWORD)]).await.status(403).text();
    assert!(page.contains("name=\"new_password\"") && page.contains("set for you"), "{page}");
    let fields = [("password", PASSWORD), ("new_password", PASSWORD)];
    let page = submit(&app, &link, &fields).await.status(422).text();
    assert!(page.contains("another password") && page.contains("name=\"new_password\""), "{page}");
    submit(&app, &link, &[("password", PASSWORD), ("new_password", OWN)]).await.status(200);
    is_free(&app, OWN).await;
    drop(org);
}

#[tokio::test]
async fn every_way_to_a_new_password_ends_it() {
    for way in ["osmedeus", "core", "onedb", "reset", "page", "invitation", "session", "operator"] {
        let (app, org) = scene().await;
        let anonymous = app.anonymous();
        match way {
            "osmedeus" => drop(anonymous.post("/osm/api/login", login(Some(OWN))).await.status(200)),
            "core" => drop(anonymous.post("/api/login", login(Some(OWN))).await.status(200)),
            "onedb" => drop(anonymous.post("/api/authenticate", login(Some(OWN))).await.status(200)),
            "reset" | "page" => {
                anonymous.post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
                let token = app.mailed_secret(ANA).await;
                let (link, body) = (
                    format!("/reset#{token}"),
                    |password: &str| json!({ "link_secret": token, "password": password }),
                );
                if way == "page" {
                    let same = submit(&app, &link, &[("password", PASSWORD)]).await.status(422).text();
                    assert!(same.contains("Choose another password"), "{same}");
                    submit(&app, &link, &[("password", OWN)]).await.status(200);
                } else {
                    let same = anonymous.post("/api/auth/reset-password", body(PASSWORD)).await.status(422);
                    assert_eq!(same.pointer(), "/password");
                    anonymous.post("/api/auth/reset-password", body(OWN)).await.status(204);
                }
            }
            "invitation" => {
                let beta = app.organisation("Beta").await;
                let invite = json!({ "emails": [ANA], "role": "viewer" });
                beta.admin.with_cookie().post("/api/orgs/beta/invitations", invite).await.status(201);
                let body = json!({ "invitation": app.mailed_secret(ANA).await, "password": PASSWORD, "new_password": OWN });
                anonymous.post("/api/invitations/accept", body).await.status(200);
            }
            "session" => {
                // A session that did not begin by the password: such as by another issuer's word.
                let member = &org.member;
                mark(&app, &member.email).await;
                let client = member.with_bearer();
                let again = json!({ "password": PASSWORD });
                assert_eq!(client.post("/api/auth/reauthenticate", again).await.status(403).code(), CODE);
                let email = json!({ "email": "new@acme.example", "password": PASSWORD });
                assert_eq!(client.post("/api/auth/change-email", email).await.status(403).code(), CODE);
                let same = json!({ "current_password": PASSWORD, "new_password": PASSWORD });
                let same = client.post("/api/auth/change-password", same).await.status(422);
                assert_eq!(same.pointer(), "/new_password");
                // Nobody learns of the password there without a guess that counts.
                let probe = json!({ "current_password": "wrong", "new_password": PASSWORD });
                client.post("/api/auth/change-password", probe).await.status(403);
                let write = json!({ "current_password": PASSWORD, "new_password": OWN });
                client.post("/api/auth/change-password", write).await.status(200);
                let body = json!({ "email": member.email, "password": OWN });
                anonymous.post("/api/auth/login", body).await.status(200);
                continue;
            }
            _ => {
                let hash = app.hash(OWN).await;
                let user = sign_in::find(app.app.db.read(), ANA).await.unwrap().unwrap();
                operator::change(&app, async |write| users::reset_password(write, user.id, hash).await)
                    .await
                    .unwrap();
            }
        }
        is_free(&app, OWN).await;
    }
}

#[tokio::test]
async fn the_sign_in_page_asks_for_a_password_of_their_own() {
    let (app, org) = scene().await;
    let send = async |fields: &[(&str, &str)]| app.anonymous().send(sent("/sign-in", fields)).await;
    let asked = send(&[("name", ANA), ("password", PASSWORD)]).await.status(403);
    assert!(asked.cookies("oskar_session").is_empty());
    let page = asked.text();
    assert!(page.contains("name=\"new_password\"") && page.contains("set for you"), "{page}");
    let weak = send(&[("name", ANA), ("password", PASSWORD), ("new_password", PASSWORD)]).await.status(422);
    assert!(weak.text().contains("id=\"new_password-problem\""), "{}", weak.text());
    let done = send(&[("name", ANA), ("password", PASSWORD), ("new_password", OWN)]).await.status(303);
    assert_eq!(done.cookies("oskar_session").len(), 1);
    is_free(&app, OWN).await;
    drop(org);
}
