//! HTTP Basic: a user's password with every request, behind the same guards and budgets as everything else.

use std::sync::Arc;

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::Write;
use oskar::domain::account::{disabling, users};
use oskar::domain::journal::audit::Actor;
use oskar::domain::organisation::members;
use oskar::domain::session::sign_in;
use oskar::permission::Role;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::passwords::varied;
use crate::races::at_once;
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp, basic};

const ANA: &str = "ana@acme.example";
const ME: &str = "/api/auth/me";
const NEW: &str = "another horse battery staple";
const PROXIED: &[(&str, &str)] = &[("OSKAR_TRUSTED_PROXIES", "203.0.113.7")];

fn by(app: &TestApp, name: &str, password: &str) -> Client {
    Client::new(app.router.clone(), Credential::Basic(name.to_owned(), password.to_owned()))
}

async fn me(app: &TestApp, name: &str, password: &str) -> Answer {
    by(app, name, password).get(ME).await
}

async fn me_from(app: &TestApp, address: &str, password: &str) -> Answer {
    let authorization = basic(ANA, password);
    let headers = [("x-forwarded-for", address), ("authorization", &authorization)];
    app.anonymous().call_with(Method::GET, ME, &headers, None).await
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_credential"), "{}", answer.asked);
    // No `Basic` challenge: a browser would ask for the password in a window of its own, and keep it.
    let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(challenges, [r#"Bearer realm="oskar", error="invalid_token""#]);
    assert!(!answer.headers.contains_key("set-cookie"));
}

async fn sessions(app: &TestApp) -> u64 {
    oskar::entity::session::Entity::find().count(app.app.db.read()).await.unwrap()
}

/// As the command line does.
async fn operate(app: &TestApp, what: impl AsyncFnOnce(&Write<'_>, oskar::id::UserId)) {
    let actor = Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let user = sign_in::find(&write, ANA).await.unwrap().unwrap();
    what(&write, user.id).await;
    write.commit().await.unwrap();
}

#[tokio::test]
async fn it_is_a_user_without_a_session() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let before = sessions(&app).await;
    let admin = org.admin.with_basic();
    let found = admin.get(ME).await.status(200);
    assert!(!found.headers.contains_key("set-cookie"));
    let found = found.json();
    assert_eq!((&found["kind"], &found["credential"]), (&json!("user"), &json!("basic")));
    assert_eq!(found["user"]["email"], json!(org.admin.email));
    assert_eq!((&found["session_id"], &found["role"]), (&Value::Null, &json!("admin")));
    assert_eq!(found["organisation"]["slug"], json!(org.slug), "as signing in without naming one");

    let verified = admin.get("/api/verify?permission=tasks:write").await.status(200);
    assert_eq!(verified.header("x-auth-user-id"), org.admin.user_id);
    assert_eq!(org.viewer.with_basic().get("/api/verify?role=admin").await.status(403).code(), "role_denied");

    let listed = admin.get("/api/auth/sessions").await.status(200).json();
    let current: Vec<_> = listed["data"].as_array().unwrap().iter().map(|each| &each["current"]).collect();
    assert_eq!(current, [&json!(false)]);
    assert_eq!(sessions(&app).await, before, "no session comes of it");
}

#[tokio::test]
async fn what_it_changes_is_the_user_s_doing_and_nothing_else_is_written_down() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_basic();
    let events = format!("{}/events?limit=100", org.path);
    let before = admin.get(&events).await.status(200).json();
    for _ in 0..3 {
        admin.get(ME).await.status(200);
    }
    assert_eq!(admin.get(&events).await.status(200).json(), before);
    let key = json!({ "name": "k", "environment": "live", "role": "viewer" });
    admin.post(&format!("{}/keys", org.path), key).await.status(201);
    let newest = &admin.get(&events).await.status(200).json()["data"][0];
    assert_eq!((&newest["type"], &newest["actor"]["id"]), (&json!("key.created"), &json!(org.admin.user_id)));
}

#[tokio::test]
async fn logging_out_is_a_no_op() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_basic();
    for (path, status, body) in [
        ("/api/auth/logout", 204, ""),
        ("/api/logout", 200, r#"{"status":"success"}"#),
        ("/osm/api/logout", 200, r#"{"message":"Logged out successfully"}"#),
    ] {
        let answer = admin.post(path, json!({})).await.status(status);
        assert_eq!(answer.text(), body, "{path}");
        assert!(!answer.headers.contains_key("clear-site-data"));
        // Osmedeus takes the cookie away from whoever signs out, whatever they show.
        assert_eq!(answer.headers.contains_key("set-cookie"), path == "/osm/api/logout");
        admin.get(ME).await.status(200);
        org.admin.with_cookie().get(ME).await.status(200);
        org.admin.with_bearer().get(ME).await.status(200);
    }
}

#[tokio::test]
async fn what_needs_a_session_says_so() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let answer = org.admin.with_basic().post("/api/auth/token", json!({ "org": org.slug })).await;
    assert_eq!(answer.status(403).code(), "session_required");
}

#[tokio::test]
async fn a_new_password_ends_the_old_one_at_once_on_every_node() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let other = app.another_node().await;
    let email = org.admin.email.as_str();
    for node in [&app, &other] {
        me(node, email, PASSWORD).await.status(200);
    }
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    org.admin.with_basic().post("/api/auth/change-password", body.clone()).await.status(204);
    for node in [&app, &other] {
        refused(&me(node, email, PASSWORD).await);
        me(node, email, NEW).await.status(200);
    }
    // All sessions have ended: none of them is the caller's own.
    assert_eq!(org.admin.with_cookie().get(ME).await.status, 401);
    let body = json!({ "current_password": NEW, "new_password": PASSWORD });
    let answer = by(&app, email, NEW).post("/api/change-password", body).await.status(200);
    assert_eq!(answer.json(), json!({ "status": "success" }));
    me(&other, email, PASSWORD).await.status(200);
    refused(&me(&other, email, NEW).await);
}

#[tokio::test]
async fn a_reset_and_disabling_count_at_once_on_every_node() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let other = app.another_node().await;
    for node in [&app, &other] {
        me(node, ANA, PASSWORD).await.status(200);
    }
    let hash = app.hash(NEW).await;
    operate(&app, async |write, user| users::reset_password(write, user, hash).await.unwrap()).await;
    for node in [&other, &app] {
        refused(&me(node, ANA, PASSWORD).await);
        me(node, ANA, NEW).await.status(200);
    }
    operate(&app, async |write, user| disabling::disable(write, user).await.unwrap()).await;
    for node in [&other, &app] {
        assert_eq!(me(node, ANA, NEW).await.status(403).code(), "user_disabled");
        // Whoever does not know the password does not learn it.
        refused(&me(node, ANA, PASSWORD).await);
    }
    operate(&app, async |write, user| disabling::enable(write, user).await.unwrap()).await;
    me(&other, ANA, NEW).await.status(200);
}

#[tokio::test]
async fn a_removed_member_is_out_at_once() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let other = app.another_node().await;
    let path = format!("{}/members", org.path);
    for node in [&app, &other] {
        by(node, &org.member.email, PASSWORD).get(&path).await.status(200);
    }
    let demoted = json!({ "role": "viewer" });
    let target = format!("{path}/{}", org.member.user_id);
    org.admin.with_basic().patch(&target, demoted).await.status(200);
    by(&other, &org.member.email, PASSWORD).get(&format!("{}/keys", org.path)).await.status(403);
    org.admin.with_basic().delete(&target).await.status(204);
    for node in [&app, &other] {
        by(node, &org.member.email, PASSWORD).get(&path).await.status(404);
        me(node, &org.member.email, PASSWORD).await.status(200);
    }
}

#[tokio::test]
async fn a01_the_path_alone_says_which_organisation() {
    let app = TestApp::start().await;
    let (acme, other) = (app.organisation("Acme").await, app.organisation("Other").await);
    let actor = Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let user = acme.admin.user_id.parse().unwrap();
    members::add(&write, other.id.parse().unwrap(), user, Role::Viewer).await.unwrap();
    write.commit().await.unwrap();
    let both = acme.admin.with_basic();
    both.get(&format!("{}/keys", acme.path)).await.status(200);
    both.get(&format!("{}/members", other.path)).await.status(200);
    assert_eq!(both.get(&format!("{}/keys", other.path)).await.status(403).code(), "permission_denied");
    let elsewhere = other.admin.with_basic().get(&format!("{}/members", acme.path)).await.status(404);
    let nowhere = other.admin.with_basic().get("/api/orgs/nowhere/members").await.status(404);
    assert_eq!(elsewhere.json()["detail"], nowhere.json()["detail"]);
    let implied = both.get("/api/verify?org=other").await.status(200);
    assert_eq!(implied.header("x-auth-role"), "viewer");
}

#[tokio::test]
async fn every_password_that_signs_in_is_good() {
    let app = TestApp::start().await;
    let (twin, other) = (format!("{}a", varied(71)), format!("{}b", varied(71)));
    for (place, password) in
        [twin.as_str(), "with:some:colons:", "pässwörd 🔑🐎🔋", " spaces around ", &varied(256)]
            .iter()
            .enumerate()
    {
        let email = format!("u{place}@acme.example");
        let body = json!({ "email": email, "password": password, "username": format!("user{place}") });
        app.anonymous().post("/api/auth/register", body).await.status(201);
        me(&app, &email, password).await.status(200);
        me(&app, &email.to_uppercase(), password).await.status(200);
        me(&app, &format!("user{place}"), password).await.status(200);
    }
    // Not cut off, as some hashes do with what is behind 72 bytes.
    refused(&me(&app, "u0@acme.example", &other).await);
    refused(&me(&app, "u0@acme.example", &format!("{twin}a")).await);
    refused(&me(&app, "u0@acme.example", "").await);
}

#[tokio::test]
async fn a48_what_is_malformed_is_refused_and_costs_nothing() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let right = basic(&org.admin.email, PASSWORD);
    let key = org.key("live", "admin", None).await.secret;
    let encoded = right.strip_prefix("Basic ").unwrap();
    let ask = async |authorization: &str| {
        app.anonymous().call_with(Method::GET, ME, &[("authorization", authorization)], None).await
    };
    for bad in [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic eA==",
        "Basic AAA",
        "Basic //79:x",
        encoded,
        &format!("Basic {encoded} {encoded}"),
        &format!("Basic {}", &encoded[1..]),
        &format!("Basic \"{encoded}\""),
        &format!("Basic:{encoded}"),
        &format!("Basic {}", basic(&org.admin.email, &"x".repeat(1025)).replace("Basic ", "")),
    ] {
        refused(&ask(bad).await);
    }
    // A22: an API key is no name and no password.
    for (name, password) in
        [(key.as_str(), ""), ("", &key), ("x", &key), (&key, &key), (&org.admin.email, &key)]
    {
        refused(&me(&app, name, password).await);
    }
    ask(&right.replace("Basic", "bAsIc")).await.status(200);
}

#[tokio::test]
async fn a49_it_decides_alone_beside_a_cookie_and_not_at_all_beside_a_key() {
    let app = TestApp::start().await;
    let (acme, other) = (app.organisation("Acme").await, app.organisation("Other").await);
    let cookie = format!("oskar_session={}", other.admin.cookie);
    let (right, wrong) = (basic(&acme.admin.email, PASSWORD), basic(&acme.admin.email, "wrong"));
    let ask =
        async |headers: &[(&str, &str)]| app.anonymous().call_with(Method::GET, ME, headers, None).await;
    let found = ask(&[("cookie", &cookie), ("authorization", &right)]).await.status(200).json();
    assert_eq!(found["user"]["email"], json!(acme.admin.email));
    refused(&ask(&[("cookie", &cookie), ("authorization", &wrong)]).await);
    let key = acme.key("live", "admin", None).await.secret;
    let both = ask(&[("x-api-key", &key), ("authorization", &right)]).await.status(400);
    assert_eq!(both.code(), "ambiguous_credentials");
    refused(&ask(&[("authorization", &right), ("authorization", &right)]).await);
}

#[tokio::test]
async fn a44_a_page_of_another_site_cannot_use_it() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.example.com")]).await;
    let org = app.organisation("Acme").await;
    let authorization = basic(&org.admin.email, PASSWORD);
    let ask = async |name: &str, value: &str| {
        let headers = [("authorization", authorization.as_str()), (name, value)];
        let body = json!({ "name": "Made by it" });
        app.anonymous().call_with(Method::POST, "/api/orgs", &headers, Some(body)).await
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "https://app.example.com.evil"),
    ] {
        assert_eq!(ask(name, value).await.status(403).code(), "cross_site", "{name}: {value}");
    }
    ask("origin", "https://app.example.com").await.status(201);
    ask("sec-fetch-site", "same-origin").await.status(201);
}

#[tokio::test]
async fn a55_wrong_ones_draw_on_the_budgets_of_the_sign_in() {
    let app = TestApp::with(PROXIED).await;
    app.register(ANA, None).await;
    for _ in 0..5 {
        refused(&me_from(&app, "198.51.100.1", "wrong").await);
    }
    let closed = me_from(&app, "198.51.100.1", PASSWORD).await.status(429);
    assert_eq!((closed.code().as_str(), closed.header("retry-after")), ("too_many_attempts", "300"));
    // The account's budget is spent too, for every door.
    let body = json!({ "email": ANA, "password": PASSWORD });
    let headers = [("x-forwarded-for", "198.51.100.2")];
    app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, Some(body)).await.status(429);
    me_from(&app, "198.51.100.3", PASSWORD).await.status(429);
    app.advance(TimeDelta::minutes(5));
    me_from(&app, "198.51.100.1", PASSWORD).await.status(200);
}

#[tokio::test]
async fn being_remembered_gives_no_free_guess() {
    let app = TestApp::with(PROXIED).await;
    app.register(ANA, None).await;
    let wrong = |place: u32| format!("wrong {place}");
    me_from(&app, "192.0.2.1", PASSWORD).await.status(200);
    for place in 0..5 {
        refused(&me_from(&app, &format!("198.51.100.{place}"), &wrong(place)).await);
    }
    // The owner goes on, but the right one among the guesses from elsewhere is told no more.
    me_from(&app, "192.0.2.1", PASSWORD).await.status(200);
    me_from(&app, "198.51.100.9", PASSWORD).await.status(429);
    // Nor from the owner's own address: the first wrong one there has it forgotten, and they draw on the budget there.
    for place in 0..5 {
        refused(&me_from(&app, "192.0.2.1", &wrong(place)).await);
    }
    me_from(&app, "192.0.2.1", PASSWORD).await.status(429);
}

#[tokio::test]
async fn a60_known_and_unknown_names_are_refused_alike() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let mut seen = Vec::new();
    for name in [ANA, "nobody@acme.example", "nobody", ""] {
        let checks = app.app.remembered.checks();
        let answer = me(&app, name, "wrong").await;
        refused(&answer);
        let mut body = answer.json();
        body["request_id"].take();
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        seen.push((body, headers, app.app.remembered.checks() - checks));
    }
    assert!(seen.iter().all(|each| *each == seen[0]), "{seen:?}");
    assert_eq!(seen[0].2, 1, "each was hashed");
}

#[tokio::test]
async fn an_unproven_address_gets_the_answer_to_a_wrong_password_as_at_the_sign_in() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    me(&app, ANA, PASSWORD).await.status(200);
    let strict = app.another_node_with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    for _ in 0..2 {
        refused(&me(&strict, ANA, PASSWORD).await);
        refused(&me(&strict, ANA, "wrong").await);
    }
}

#[tokio::test]
async fn one_check_is_good_for_a_minute() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    for expected in [1, 2] {
        for seconds in [0, 30, 29] {
            app.advance(TimeDelta::seconds(seconds));
            me(&app, ANA, PASSWORD).await.status(200);
            assert_eq!(
                app.app.remembered.checks(),
                expected,
                "counted from the check, not from the last use"
            );
        }
        app.advance(TimeDelta::seconds(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_are_hashed_once() {
    let app = Arc::new(TestApp::start().await);
    app.register(ANA, None).await;
    let all = (0..50).map(|_| {
        let app = app.clone();
        async move { me(&app, ANA, PASSWORD).await.status }
    });
    assert_eq!(at_once(all).await, [200; 50]);
    assert_eq!(app.app.remembered.checks(), 1);
    // Wrong ones are each a guess.
    let all = (0..20).map(|_| {
        let app = app.clone();
        async move { me(&app, ANA, "wrong").await.status }
    });
    let answers = at_once(all).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 15, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_raced_with_a_new_password_is_not_remembered() {
    let app = Arc::new(TestApp::start().await);
    let org = Arc::new(app.organisation("Acme").await);
    let other = Arc::new(app.another_node().await);
    let mut current = PASSWORD.to_owned();
    for round in 0..6 {
        let new = format!("phrase number {round} of many");
        let ask = |node: &Arc<TestApp>, password: &str| {
            let (node, email, password) = (node.clone(), org.admin.email.clone(), password.to_owned());
            tokio::spawn(async move { me(&node, &email, &password).await.status })
        };
        let body = json!({ "current_password": current, "new_password": new });
        let client = by(&app, &org.admin.email, &current);
        let asked: Vec<_> = (0..8).flat_map(|_| [ask(&app, &current), ask(&other, &current)]).collect();
        client.post("/api/auth/change-password", body).await.status(204);
        for one in asked {
            assert!([200, 401, 429].contains(&one.await.unwrap()));
        }
        for node in [&app, &other] {
            assert_ne!(me(node, &org.admin.email, &current).await.status, 200, "the old one is over");
        }
        app.advance(TimeDelta::hours(25));
        me(&app, &org.admin.email, &new).await.status(200);
        current = new;
    }
}

#[tokio::test]
async fn an_invitation_can_be_accepted_with_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let bob = app.register("bob@other.example", None).await;
    let body = json!({ "emails": [bob.email], "role": "viewer" });
    org.admin.with_basic().post(&format!("{}/invitations", org.path), body).await.status(201);
    let token = app.mailed_secret(&bob.email).await;
    bob.with_basic().post("/api/invitations/accept", json!({ "invitation": token })).await.status(200);
    bob.with_basic().get(&org.path).await.status(200);
}

#[tokio::test]
async fn the_document_offers_it_wherever_users_come_in() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!((&schemes["basic"]["type"], &schemes["basic"]["scheme"]), (&json!("http"), &json!("basic")));
    for (name, kind) in [("cookie", "apiKey"), ("bearer", "http"), ("api_key", "apiKey")] {
        assert_eq!(schemes[name]["type"], json!(kind));
    }
    assert!(document.to_string().contains(r#"{"basic":[]}"#));
}
