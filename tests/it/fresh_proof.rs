//! Sensitive requests ask for a recent proof of who the user is, and the proof can be given again.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use oskar::auth::Who;
use oskar::entity::session;
use sea_orm::{EntityTrait, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::support::{
    Answer, Client, Credential, FakeIssuer, PASSWORD, Person, SPEAKS_FOR_ACME, TestApp, TestOrganisation,
};

const AGAIN: &str = "/api/auth/reauthenticate";

#[track_caller]
fn must_prove_again(answer: Answer) {
    let answer = answer.status(401);
    assert_eq!(answer.code(), "insufficient_user_authentication", "{}", answer.asked);
    let challenge = r#"Bearer realm="oskar", error="insufficient_user_authentication", max_age=600"#;
    assert_eq!(answer.header("www-authenticate"), challenge, "{}", answer.asked);
}

async fn prove_again(app: &TestApp, client: &Client) -> Person {
    let answer = client.post(AGAIN, json!({ "password": PASSWORD })).await.status(200);
    Person::new(app, &answer)
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// Every sensitive request of an admin, with what it needs to succeed: method, path, body, status.
async fn sensitive(app: &TestApp, org: &TestOrganisation) -> Vec<(Method, String, Option<Value>, u16)> {
    let path = |rest: &str| format!("{}{rest}", org.path);
    let other_session = app.sign_in(&org.admin.email).await.with_bearer().get("/api/auth/me").await;
    let other_session = other_session.json()["session_id"].as_str().unwrap().to_owned();
    let admin_key = org.key("live", "admin", None).await.id;
    let invite = json!({ "emails": ["boss@acme.example"], "role": "admin" });
    let invited = org.admin.with_basic().post(&path("/invitations"), invite).await.status(201).json();
    let invited = invited["data"][0]["id"].as_str().unwrap().to_owned();
    let key = json!({ "name": "k", "environment": "live", "role": "admin" });
    vec![
        (Method::PATCH, "/api/account".to_owned(), Some(json!({ "username": "the-boss" })), 200),
        (
            Method::POST,
            "/api/auth/change-email".to_owned(),
            Some(json!({ "email": "new@acme.example" })),
            202,
        ),
        (Method::DELETE, format!("/api/auth/sessions/{other_session}"), None, 204),
        (Method::DELETE, "/api/auth/sessions".to_owned(), None, 204),
        (Method::DELETE, path(&format!("/members/{}/sessions", org.member.user_id)), None, 204),
        (Method::POST, path("/keys"), Some(key), 201),
        (Method::POST, path(&format!("/keys/{admin_key}/rotate")), None, 200),
        (
            Method::PATCH,
            path(&format!("/members/{}", org.member.user_id)),
            Some(json!({ "role": "admin" })),
            200,
        ),
        (
            Method::POST,
            path("/invitations"),
            Some(json!({ "emails": ["second@acme.example"], "role": "admin" })),
            201,
        ),
        (Method::POST, path(&format!("/invitations/{invited}/resend")), None, 200),
    ]
}

#[tokio::test]
async fn what_is_sensitive_needs_a_proof_of_the_last_ten_minutes() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let requests = sensitive(&app, &org).await;
    app.advance(TimeDelta::minutes(10));
    let admin = app.sign_in(&org.admin.email).await;
    let count = async || session::Entity::find().count(app.app.db.read()).await.unwrap();
    let (before, mails) = (count().await, app.mails("boss@acme.example").await.len());
    for (method, path, body, _) in &requests {
        for client in [org.admin.with_cookie(), org.admin.with_bearer()] {
            must_prove_again(client.call(method.clone(), path, body.clone()).await);
        }
    }
    // What was refused has changed nothing.
    assert_eq!((count().await, app.mails("boss@acme.example").await.len()), (before, mails));
    let members = admin.with_cookie().get(&format!("{}/members", org.path)).await.status(200).json();
    let admins = members["data"].as_array().unwrap().iter().filter(|member| member["role"] == "admin");
    assert_eq!(admins.count(), 1);
    // A moment before the ten minutes are over it goes, and by Basic at any time.
    app.advance(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
    for (method, path, body, status) in &requests {
        let ends_others = path == "/api/auth/sessions";
        let client = if ends_others { admin.with_cookie() } else { org.admin.with_basic() };
        client.call(method.clone(), path, body.clone()).await.status(*status);
    }
    app.advance(TimeDelta::microseconds(1));
    must_prove_again(admin.with_cookie().delete("/api/auth/sessions").await);
}

#[tokio::test]
async fn what_is_not_sensitive_does_not() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let member_key = org.key("live", "member", None).await.id;
    app.advance(TimeDelta::hours(2));
    let admin = org.admin.with_cookie();
    admin.patch("/api/account", json!({ "name": "Ana" })).await.status(200);
    let path = |rest: &str| format!("{}{rest}", org.path);
    let key = json!({ "name": "k", "environment": "live", "role": "member" });
    admin.post(&path("/keys"), key).await.status(201);
    admin.post(&path(&format!("/keys/{member_key}/rotate")), json!({})).await.status(200);
    let role = json!({ "role": "viewer" });
    admin.patch(&path(&format!("/members/{}", org.member.user_id)), role).await.status(200);
    let invitation = json!({ "emails": ["bob@acme.example"], "role": "member" });
    let invited = admin.post(&path("/invitations"), invitation).await.status(201).json();
    let id = invited["data"][0]["id"].as_str().unwrap().to_owned();
    admin.post(&path(&format!("/invitations/{id}/resend")), json!({})).await.status(200);
    let email = json!({ "email": "new@acme.example", "password": PASSWORD });
    admin.post("/api/auth/change-email", email).await.status(202);
    // Ending one's own session is signing out.
    let own = admin.get("/api/auth/me").await.json()["session_id"].as_str().unwrap().to_owned();
    admin.delete(&format!("/api/auth/sessions/{own}")).await.status(204);
}

/// Who may not come in learns it first, whatever they could prove.
#[tokio::test]
async fn the_proof_is_asked_for_after_everything_else() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let other = app.organisation("Other").await;
    let key = org.key("live", "admin", None).await;
    let mut seen = 0;
    for route in oskar::api::recorded_routes(&app.app) {
        if !route.access.fresh {
            continue;
        }
        seen += 1;
        // The one before may have ended all sessions.
        let admin = app.sign_in(&org.admin.email).await;
        app.advance(TimeDelta::minutes(12));
        let path = route.path.replace("{org}", &org.slug).replace("{user_id}", &org.member.user_id);
        let call = async |client: Client| {
            let body = (route.method == Method::POST).then(|| json!({}));
            client.call(route.method.clone(), &path, body).await
        };
        must_prove_again(call(admin.with_cookie()).await);
        must_prove_again(call(admin.with_bearer()).await);
        assert_ne!(call(org.admin.with_basic()).await.status, 401, "{path}");
        assert_eq!(call(app.anonymous()).await.status(401).code(), "unauthenticated");
        assert_eq!(call(key.with_bearer()).await.status, 403, "{path}");
        if route.access.who == Who::Member {
            assert_eq!(call(org.viewer.with_cookie()).await.status(403).code(), "permission_denied");
            assert_eq!(call(other.admin.with_cookie()).await.status(404).code(), "not_found");
        }
    }
    assert!(seen >= 4, "{seen} routes ask by themselves");
}

#[tokio::test]
async fn the_proof_is_given_again_with_the_password_and_a_thief_s_copy_gains_nothing_by_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let signed_in = app.app.now();
    app.advance(TimeDelta::minutes(12));
    let before = org.admin.clone();
    let wrong = before.with_bearer().post(AGAIN, json!({ "password": "wrong" })).await;
    assert_eq!(wrong.status(403).code(), "wrong_password");
    let after = prove_again(&app, &before.with_bearer()).await;
    after.with_bearer().delete("/api/auth/sessions").await.status(204);
    after.with_cookie().delete("/api/auth/sessions").await.status(204);
    for client in [before.with_cookie(), before.with_bearer()] {
        assert_eq!(client.get("/api/auth/me").await.status(401).code(), "invalid_credential");
    }
    let refresh = |person: &Person| json!({ "refresh_token": person.refresh_token });
    app.anonymous().post("/api/auth/refresh", refresh(&before)).await.status(401);
    // Tokens tell when the user proved who they are, not when they were made.
    let told = |token: &str| claims(token)["auth_time"].clone();
    assert_eq!(told(&before.access_token), json!(signed_in.timestamp()));
    assert_eq!(told(&after.access_token), json!(app.app.now().timestamp()));
    let proved = app.app.now();
    app.advance(TimeDelta::minutes(11));
    let next = app.anonymous().post("/api/auth/refresh", refresh(&after)).await.status(200);
    assert_eq!(told(next.json()["access_token"].as_str().unwrap()), json!(proved.timestamp()));
    must_prove_again(after.with_cookie().delete("/api/auth/sessions").await);
    assert_eq!(after.organisation_id(), before.organisation_id());
}

#[tokio::test]
async fn a_token_for_another_organisation_is_followed_by_one_for_the_same() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let second = org.admin.with_cookie().post("/api/orgs", json!({ "name": "Second" })).await.status(201);
    let second = second.json()["id"].as_str().unwrap().to_owned();
    let token = json!({ "org": second });
    let token = org.admin.with_cookie().post("/api/auth/token", token).await.status(200).json();
    let token = token["access_token"].as_str().unwrap().to_owned();
    let client = Client::new(app.router.clone(), Credential::Bearer(token));
    assert_eq!(prove_again(&app, &client).await.organisation_id(), second);
}

#[tokio::test]
async fn bad_input_basic_and_keys_are_told_so_and_guesses_are_counted() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let member = org.member.with_cookie();
    assert_eq!(member.post(AGAIN, json!({})).await.status(422).pointer(), "/password");
    let both = json!({ "password": PASSWORD, "issuer_token": "x" });
    assert_eq!(member.post(AGAIN, both).await.status(422).pointer(), "/issuer_token");
    assert_eq!(member.post(AGAIN, json!({ "password": null })).await.status(422).pointer(), "/password");
    let password = json!({ "password": PASSWORD });
    let basic = org.member.with_basic().post(AGAIN, password.clone()).await;
    assert_eq!(basic.status(403).code(), "session_required");
    let key = org.key("live", "admin", None).await;
    assert_eq!(key.with_bearer().post(AGAIN, password.clone()).await.status(403).code(), "user_required");
    assert_eq!(app.anonymous().post(AGAIN, password.clone()).await.status(401).code(), "unauthenticated");
    for _ in 0..5 {
        member.post(AGAIN, json!({ "password": "wrong" })).await.status(403);
    }
    member.post(AGAIN, password).await.status(429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_proofs_by_one_session_at_once_one_takes_its_place() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let other = app.another_node().await;
    let proofs = (0..8).map(|number| {
        let node = if number % 2 == 0 { &app } else { &other };
        let client = Client::new(node.router.clone(), Credential::Cookie(person.cookie.clone()));
        async move { client.post(AGAIN, json!({ "password": PASSWORD })).await }
    });
    let answers = futures_util::future::join_all(proofs).await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    assert!(answers.iter().all(|answer| [200, 401].contains(&answer.status)));
    let alive = session::Entity::of_user(person.user_id.parse().unwrap());
    assert_eq!(alive.count(app.app.db.read()).await.unwrap(), 1);
}

#[tokio::test]
async fn it_can_be_turned_off_or_made_shorter_and_an_address_then_costs_the_password_as_before() {
    let app = TestApp::with(&[("OSKAR_SESSIONS__FRESH_WITHIN", "0")]).await;
    let org = app.organisation("Acme").await;
    let requests = sensitive(&app, &org).await;
    app.advance(TimeDelta::hours(20));
    for (method, path, body, status) in requests {
        let answer = org.admin.with_cookie().call(method, &path, body).await;
        if path == "/api/auth/change-email" {
            assert_eq!(answer.status(422).pointer(), "/password");
        } else {
            answer.status(status);
        }
    }
    let short = app.another_node_with(&[("OSKAR_SESSIONS__FRESH_WITHIN", "90s")]).await;
    let admin = short.sign_in(&org.admin.email).await.with_cookie();
    admin.delete("/api/auth/sessions").await.status(204);
    short.advance(TimeDelta::seconds(90));
    let answer = admin.delete("/api/auth/sessions").await.status(401);
    assert!(answer.header("www-authenticate").ends_with("max_age=90"));
}

#[tokio::test]
async fn who_signs_in_by_an_issuer_proves_it_there() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    let org = app.organisation("Acme").await;
    let token = |subject: &str, email: &str, proved_at: Option<i64>| {
        let mut claims = issuer.claims(app.app.now(), subject, email);
        if let Some(seconds) = proved_at {
            claims["auth_time"] = json!(app.app.now().timestamp() + seconds);
        }
        issuer.sign(&claims)
    };
    let sign_in = async |token: String| {
        let client = Client::new(app.router.clone(), Credential::Bearer(token));
        Person::new(&app, &client.call(Method::POST, "/api/auth/login", None).await.status(200))
    };
    let member = "member@acme.example";
    // A new token tells nothing of when its user was asked for anything, unless it says so.
    for proved_at in [None, Some(-600), Some(-3600)] {
        let person = sign_in(token("m", member, proved_at)).await;
        must_prove_again(person.with_cookie().delete("/api/auth/sessions").await);
    }
    let recent = sign_in(token("m", member, Some(-599))).await;
    recent.with_cookie().delete("/api/auth/sessions").await.status(204);

    app.advance(TimeDelta::minutes(1));
    let again =
        async |token: String| recent.with_cookie().post(AGAIN, json!({ "issuer_token": token })).await;
    must_prove_again(again(token("m", member, None)).await);
    must_prove_again(again(token("m", member, Some(-600))).await);
    assert_eq!(again(token("n", member, Some(0))).await.status(403).code(), "not_linked");
    let viewer = sign_in(token("v", "viewer@acme.example", Some(0))).await;
    assert_eq!(again(token("v", "viewer@acme.example", Some(0))).await.status(403).code(), "not_linked");
    viewer.with_cookie().get("/api/auth/me").await.status(200);
    let good = token("m", member, Some(-5));
    let after = Person::new(&app, &again(good.clone()).await.status(200));
    assert_eq!(claims(&after.access_token)["auth_time"], json!(app.app.now().timestamp() - 5));
    after.with_cookie().delete("/api/auth/sessions").await.status(204);
    recent.with_cookie().get("/api/auth/me").await.status(401);
    let used = after.with_cookie().post(AGAIN, json!({ "issuer_token": good })).await.status(401);
    assert_eq!(used.code(), "issuer_token_used");
    // With the password it goes as well, and the session is one by password then.
    let after = prove_again(&app, &after.with_cookie()).await;
    assert_eq!(claims(&after.access_token)["amr"], json!(["pwd"]));
    assert_eq!(org.member.user_id, after.user_id);
}
