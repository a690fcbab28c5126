//! The pages of a user's own account.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::TimeDelta;
use oskar::entity::credential;
use oskar::worker;
use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::support::{Answer, Client, Credential, PASSWORD, Person, TestApp};

const ANA: &str = "ana@acme.example";
const NEW_PASSWORD: &str = "seven unrelated words of spring";

/// A page, as a browser asks for it.
pub async fn open(client: &Client, path: &str) -> Answer {
    client.send(Request::get(path).header("accept", "text/html").body(Body::empty()).unwrap()).await
}

/// A form, as a browser sends it.
pub async fn submit(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    client.send(request.body(Body::from(fields)).unwrap()).await
}

fn with_cookie(app: &TestApp, answer: &Answer) -> Client {
    Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")))
}

async fn session_id(person: &Person) -> String {
    let me = person.with_bearer().get("/api/auth/me").await.status(200).json();
    me["session_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_sensitive_page_asks_for_the_password_once_more_and_leads_back() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await;
    app.advance(TimeDelta::hours(1));
    let client = ana.with_cookie();
    let led = open(&client, "/account/username").await.status(303);
    assert_eq!(led.header("location"), "/account/confirm?next=%2Faccount%2Fusername");
    let asked = open(&client, led.header("location")).await.status(200);
    assert!(asked.text().contains("value=\"/account/username\""), "{}", asked.text());

    let wrong = [("password", "not this one"), ("next", "/account/username")];
    let wrong = submit(&client, "/account/confirm", &wrong).await.status(403);
    assert!(wrong.text().contains("id=\"password-problem\""), "{}", wrong.text());
    assert!(wrong.text().contains("value=\"/account/username\""), "where it goes on is kept");

    let right = [("password", PASSWORD), ("next", "/account/username")];
    let right = submit(&client, "/account/confirm", &right).await.status(303);
    assert_eq!(right.header("location"), "/account/username");
    open(&with_cookie(&app, &right), "/account/username").await.status(200);
    let led = open(&client, "/account/username").await.status(303);
    assert!(led.header("location").starts_with("/sign-in"), "the session before is over");
    // With a proof that is recent there is nothing to ask.
    let on = open(&with_cookie(&app, &right), "/account/confirm?next=/account/username").await.status(303);
    assert_eq!(on.header("location"), "/account/username");
}

#[tokio::test]
async fn the_way_back_is_an_own_path_only() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    for next in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
        let again = app.sign_in(ANA).await.with_cookie();
        let answer = submit(&again, "/account/confirm", &[("password", PASSWORD), ("next", next)]).await;
        assert_eq!(answer.status(303).header("location"), "/account", "{next}");
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let shown = open(&ana.with_cookie(), &format!("/account/confirm?{query}")).await.status(200);
        assert!(shown.text().contains("name=\"next\" value=\"\""), "{next}: {}", shown.text());
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_told_on_a_page() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await.with_cookie();
    for path in [
        "/account/confirm?next=/account&next=/",
        "/account/security/unlink?issuer=a&issuer=b",
        "/orgs/acme/first-steps?until=soon",
    ] {
        let told = open(&ana, path).await.status(422);
        assert!(told.header("content-type").starts_with("text/html"), "{path}: {}", told.text());
    }
}

#[tokio::test]
async fn a_user_without_a_password_is_told_what_to_do() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let client = ana.with_cookie();
    credential::Entity::delete_many().exec(&app.outside().await).await.unwrap();
    app.advance(TimeDelta::hours(1));
    let text = open(&client, "/account/confirm?next=/account").await.status(200).text();
    assert!(!text.contains("type=\"password\"") && text.contains("href=\"/sign-out\""), "{text}");
}

#[tokio::test]
async fn the_profile_is_changed_and_says_so_once() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await;
    let client = ana.with_cookie();
    let text = open(&client, "/account").await.status(200).text();
    assert!(text.contains(&ana.user_id) && text.contains(ANA) && text.contains("not confirmed"), "{text}");
    let name = "\u{5d3}\u{5d5}\u{5d3} <b>";
    let saved = submit(&client, "/account", &[("name", name)]).await.status(303);
    assert_eq!(saved.header("location"), "/account");
    assert_eq!(client.get("/api/account").await.json()["name"], name);
    assert!(!open(&client, "/account").await.text().contains("<b>"), "names are escaped");
    let refused = submit(&client, "/account", &[("name", "  ")]).await.status(422);
    assert!(refused.text().contains("id=\"name-problem\""), "{}", refused.text());

    submit(&client, "/account/username", &[("username", "ana")]).await.status(303);
    app.register("bob@acme.example", None).await;
    let bob = app.sign_in("bob@acme.example").await.with_cookie();
    let taken = submit(&bob, "/account/username", &[("username", "ana")]).await.status(409);
    assert!(taken.text().contains("value=\"ana\"") && taken.text().contains("id=\"username-problem\""));
    submit(&client, "/account/username", &[("username", "")]).await.status(303);
    assert!(client.get("/api/account").await.json()["username"].is_null());
}

#[tokio::test]
async fn the_mail_that_proves_an_address_is_sent_again_once_however_often_the_form_is_sent() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    app.deliver().await;
    let before = app.subjects(ANA).await.len();
    app.advance(TimeDelta::minutes(30));
    for _ in 0..2 {
        submit(&ana.with_cookie(), "/account/resend", &[("form_id", "one")]).await.status(303);
    }
    app.deliver().await;
    assert_eq!(app.subjects(ANA).await.len(), before + 1);
}

#[tokio::test]
async fn what_others_of_the_network_ask_for_does_not_use_up_the_mail_that_an_own_device_asks_for() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    app.deliver().await;
    let before = app.subjects(ANA).await.len();
    app.advance(TimeDelta::minutes(30));
    let mut asked = 0;
    let forgot = |number: u32| json!({ "email": format!("somebody{number}@elsewhere.example") });
    while app.anonymous().post("/api/auth/forgot-password", forgot(asked)).await.status == 202 {
        asked += 1;
        assert!(asked < 200, "there is no cap");
    }
    submit(&ana.with_cookie(), "/account/resend", &[("form_id", "one")]).await.status(303);
    app.deliver().await;
    assert_eq!(app.subjects(ANA).await.len(), before + 1);
}

#[tokio::test]
async fn another_address_of_the_same_network_is_no_new_device() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let sign_in_from = async |address: [u8; 4]| {
        let body = Body::from(json!({ "email": ANA, "password": PASSWORD }).to_string());
        let request = Request::post("/api/auth/login").header("content-type", "application/json").body(body);
        let mut request = request.unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 4711))));
        app.anonymous().send(request).await.status(200);
        open(&ana.with_cookie(), "/account/security").await.status(200).text()
    };
    let quiet = sign_in_from([203, 0, 113, 99]).await;
    assert!(quiet.contains("Nothing unusual"), "{quiet}");
    let told = sign_in_from([198, 51, 100, 1]).await;
    assert!(told.contains("Sign-ins from a new device") && told.contains("198.51.100.1"), "{told}");
}

#[tokio::test]
async fn a_session_is_ended_by_its_own_user_only() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let other = app.sign_in(ANA).await;
    let bob = app.register("bob@acme.example", None).await;
    let path = format!("/account/sessions/{}/end", session_id(&other).await);
    open(&bob.with_cookie(), &path).await.status(404);
    submit(&bob.with_cookie(), &path, &[]).await.status(404);
    other.with_cookie().get("/api/auth/me").await.status(200);

    let list = open(&ana.with_cookie(), "/account/sessions").await.status(200).text();
    assert!(list.contains(&path) && list.contains("/account/sessions/end-others"), "{list}");
    open(&ana.with_cookie(), &path).await.status(200);
    submit(&ana.with_cookie(), &path, &[]).await.status(303);
    other.with_cookie().get("/api/auth/me").await.status(401);
    let list = open(&ana.with_cookie(), "/account/sessions").await.status(200).text();
    assert!(list.contains("You are signed in on this device only."), "{list}");
    assert!(!list.contains("/account/sessions/end-others"), "{list}");
}

#[tokio::test]
async fn an_old_proof_does_not_end_another_session() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    app.advance(TimeDelta::hours(1));
    let other = app.sign_in(ANA).await;
    let path = format!("/account/sessions/{}/end", session_id(&other).await);
    let led = submit(&ana.with_cookie(), &path, &[]).await.status(303);
    assert!(led.header("location").starts_with("/account/confirm?next="), "{}", led.header("location"));
    other.with_cookie().get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn signing_out_everywhere_else_keeps_this_session() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let other = app.sign_in(ANA).await;
    open(&ana.with_cookie(), "/account/sessions/end-others").await.status(200);
    other.with_cookie().get("/api/auth/me").await.status(200);
    app.advance(TimeDelta::hours(1));
    let led = submit(&ana.with_cookie(), "/account/sessions/end-others", &[]).await.status(303);
    assert!(led.header("location").starts_with("/account/confirm?next="), "{}", led.header("location"));
    let ana = app.sign_in(ANA).await;
    other.with_cookie().get("/api/auth/me").await.status(200);
    submit(&ana.with_cookie(), "/account/sessions/end-others", &[]).await.status(303);
    other.with_cookie().get("/api/auth/me").await.status(401);
    ana.with_cookie().get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn a_device_is_told_in_words() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let body = json!({ "email": ANA, "password": PASSWORD });
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let request = Request::post("/api/auth/login")
        .header("content-type", "application/json")
        .header("user-agent", agent)
        .body(Body::from(body.to_string()));
    app.anonymous().send(request.unwrap()).await.status(200);
    let list = open(&ana.with_cookie(), "/account/sessions").await.text();
    assert!(list.contains("Firefox on Linux") && list.contains("203.0.113.7"), "{list}");
    let security = open(&ana.with_cookie(), "/account/security").await.text();
    assert!(
        security.contains("Sign-ins from a new device or address") && security.contains("Firefox on Linux")
    );
}

#[tokio::test]
async fn wrong_passwords_are_told_with_their_number_and_where_they_came_from() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await;
    ana.with_cookie().post("/api/orgs", json!({ "name": "Beta" })).await.status(201);
    let quiet = open(&ana.with_cookie(), "/account/security").await.status(200).text();
    assert!(quiet.contains("Nothing unusual"), "{quiet}");
    for _ in 0..3 {
        let wrong = json!({ "email": ANA, "password": "wrong wrong wrong" });
        app.anonymous().post("/api/auth/login", wrong).await.status(401);
    }
    worker::tally::tick(&app.app).await.unwrap();
    let told = open(&ana.with_cookie(), "/account/security").await.status(200).text();
    // Once, though the log of each of the two organisations has them.
    assert!(told.contains("3 failed sign-ins since ") && told.contains("from 203.0.113."), "{told}");
    assert_eq!(told.matches("3 × ").count(), 1, "{told}");
    let bob = app.register("bob@acme.example", None).await;
    assert!(!open(&bob.with_cookie(), "/account/security").await.text().contains("failed sign-ins"));
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_goes_on_with_a_new_one() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let other = app.sign_in(ANA).await;
    let path = "/account/security/password";
    let wrong = [("current_password", "not this one"), ("new_password", NEW_PASSWORD)];
    let refused = submit(&ana.with_cookie(), path, &wrong).await.status(403).text();
    assert!(refused.contains("id=\"current_password-problem\""), "{refused}");
    let weak = [("current_password", PASSWORD), ("new_password", "aaaaaaaaaaaaaaaa")];
    let refused = submit(&ana.with_cookie(), path, &weak).await.status(422).text();
    assert!(refused.contains("id=\"new_password-problem\"") && !refused.contains("aaaaaaaaaaaaaaaa"));

    let good = [("current_password", PASSWORD), ("new_password", NEW_PASSWORD)];
    let changed = submit(&ana.with_cookie(), path, &good).await.status(303);
    assert_eq!(changed.header("location"), "/account/security");
    open(&with_cookie(&app, &changed), "/account/security").await.status(200);
    for over in [ana.with_cookie(), other.with_cookie()] {
        over.get("/api/auth/me").await.status(401);
    }
}

#[tokio::test]
async fn another_address_counts_once_its_link_is_used() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let client = ana.with_cookie();
    let wrong = submit(&client, "/account/security/email", &[("email", "nothing")]).await.status(422);
    assert!(wrong.text().contains("id=\"email-problem\"") && wrong.text().contains("value=\"nothing\""));
    for _ in 0..2 {
        let fields = [("email", "ana@new.example"), ("form_id", "one")];
        submit(&client, "/account/security/email", &fields).await.status(303);
    }
    app.deliver().await;
    assert_eq!(app.subjects("ana@new.example").await.len(), 1);
    assert!(open(&client, "/account").await.text().contains(ANA), "nothing has changed yet");
    app.advance(TimeDelta::hours(1));
    let old = submit(&client, "/account/security/email", &[("email", "ana@third.example")]).await.status(303);
    assert!(old.header("location").starts_with("/account/confirm"), "it asks for a recent proof");
}

#[tokio::test]
async fn the_last_admin_is_told_where_and_others_are_deleted_by_their_password() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await;
    let refused =
        submit(&ana.with_cookie(), "/account/delete", &[("password", PASSWORD)]).await.status(409).text();
    assert!(refused.contains("/orgs/acme/members") && refused.contains("last admin"), "{refused}");
    let bob = app.register("bob@acme.example", None).await;
    let wrong = submit(&bob.with_cookie(), "/account/delete", &[("password", "not this one")]).await;
    assert!(wrong.status(403).text().contains("id=\"password-problem\""));
    open(&bob.with_cookie(), "/account/delete").await.status(200);
    let gone = submit(&bob.with_cookie(), "/account/delete", &[("password", PASSWORD)]).await.status(303);
    assert_eq!(gone.header("location"), "/sign-in");
    let body = json!({ "email": "bob@acme.example", "password": PASSWORD });
    app.anonymous().post("/api/auth/login", body).await.status(401);
}
