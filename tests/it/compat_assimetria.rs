//! Assimetria OS turned on by name: its document, row by row.

use std::collections::BTreeSet;

use axum::http::Method;
use chrono::TimeDelta;
use oskar::entity::user_number;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::forge::{Forge, decode, is_accepted, is_refused, parts};
use crate::races::at_once;
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp};

const NAME: &str = "ana@acme.example";
const ON: (&str, &str) = ("OSKAR_COMPAT__ASSIMETRIA", "on");
const COOKIE: &str = "assimetria_jwt";

fn login() -> Value {
    json!({ "email": NAME, "password": PASSWORD })
}

async fn sign_in(app: &TestApp) -> Answer {
    app.anonymous().post("/api/auth/login", login()).await.status(200)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": token })).await
}

/// An access token as its document has it.
#[track_caller]
fn is_documented(token: &str) {
    let [header, claims, _] = parts(token);
    let (header, claims) = (decode(header), decode(claims));
    assert_eq!(header["alg"], "HS256");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 24 * 3600);
}

#[tokio::test]
async fn a_sign_in_answers_the_documented_members_and_cookie() {
    let app = TestApp::with(&[ON]).await;
    let registered = app.anonymous().post("/api/auth/register", login()).await.status(201).json();
    let answer = sign_in(&app).await;
    let body = answer.json();
    assert_eq!(body["success"], json!(true));
    is_documented(text(&body["token"]));
    assert!(text(&body["refresh_token"]).starts_with("osr_"));
    let user = &body["user"];
    assert_eq!((&user["email"], &user["role"]), (&json!(NAME), &Value::Null));
    // Our ids stay texts; the number is beside it, the same each time, and every reader of JSON has a type for it.
    assert!(text(&user["id"]).starts_with("user_"));
    let number = user["number"].as_i64().unwrap();
    assert!((1..=i64::from(i32::MAX)).contains(&number), "{number}");
    assert_eq!(registered["user"]["number"], user["number"]);
    assert_eq!(sign_in(&app).await.json()["user"]["number"], user["number"]);
    assert_eq!(
        app.another_node().await.anonymous().post("/api/auth/login", login()).await.json()["user"]["number"],
        user["number"]
    );
    // By plain http without `Secure`, or no browser would keep it.
    let cookie = answer.cookies(COOKIE)[0];
    assert!(
        cookie.starts_with("assimetria_jwt=oss_") && cookie.contains("; HttpOnly; SameSite=Lax; Path=/"),
        "{cookie}"
    );
    assert!(answer.cookies("oskar_session").is_empty());
    is_accepted(&app, text(&body["token"])).await;
    app.advance(TimeDelta::hours(24) + TimeDelta::seconds(31));
    is_refused(&app, text(&body["token"]), "after 24 hours").await;
}

#[tokio::test]
async fn its_cookie_has_no_prefix_by_https_and_opens_what_the_session_may() {
    let app = TestApp::with(&[ON, ("OSKAR_PUBLIC_URL", "https://auth.example.com")]).await;
    app.anonymous().post("/api/auth/register", login()).await.status(201);
    let answer = sign_in(&app).await;
    let all: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let cookie = all.iter().find(|cookie| cookie.starts_with("assimetria_jwt=")).unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{cookie}");
    assert!(!cookie.contains("Domain"), "{cookie}");
    // The device's has no document that names it.
    assert!(all.iter().any(|cookie| cookie.starts_with("__Host-oskar_device=")), "{all:?}");
    let pair = cookie.split(';').next().unwrap();
    let ask = async |method: Method, path: &str, cookie: &str| {
        let headers = [("cookie", cookie), ("sec-fetch-site", "same-origin")];
        app.anonymous().call_with(method, path, &headers, None).await
    };
    ask(Method::GET, "/api/auth/me", pair).await.status(200);
    let value = pair.split_once('=').unwrap().1;
    for other in ["oskar_session", "__Host-oskar_session", "__Host-assimetria_jwt"] {
        ask(Method::GET, "/api/auth/me", &format!("{other}={value}")).await.status(401);
    }
    // A second one, which a sibling host can plant, decides nothing.
    let planted = format!("{pair}; assimetria_jwt=oss_planted");
    assert_eq!(ask(Method::GET, "/api/auth/me", &planted).await.status(400).code(), "ambiguous_credentials");
    let ended = ask(Method::POST, "/api/auth/logout", pair).await.status(204);
    let cleared = ended.header("set-cookie");
    assert!(cleared.starts_with("assimetria_jwt=;") && cleared.contains("Max-Age=0"), "{cleared}");
    ask(Method::GET, "/api/auth/me", pair).await.status(401);
    // The document of the API names it.
    let document = app.anonymous().get("/api/openapi.json").await.json();
    assert_eq!(document["components"]["securitySchemes"]["cookie"]["name"], COOKIE);
}

#[tokio::test]
async fn each_refresh_token_is_good_for_one_request_whatever_the_grace_is() {
    let app = TestApp::with(&[ON, ("OSKAR_TOKENS__REFRESH_GRACE", "60s")]).await;
    app.anonymous().post("/api/auth/register", login()).await.status(201);
    let signed_in = sign_in(&app).await.json();
    let first = text(&signed_in["refresh_token"]).to_owned();
    let answer = refresh(&app, &first).await.status(200).json();
    assert_eq!(answer["success"], json!(true));
    is_documented(text(&answer["token"]));
    assert_eq!(answer["user"]["number"], signed_in["user"]["number"]);
    let second = text(&answer["refresh_token"]).to_owned();
    assert_ne!(first, second);
    let third = text(&refresh(&app, &second).await.status(200).json()["refresh_token"]).to_owned();
    // In the same breath: theft, which ends the session.
    assert_eq!(refresh(&app, &second).await.status(401).code(), "invalid_refresh_token");
    refresh(&app, &third).await.status(401);
    is_refused(&app, text(&answer["token"]), "the session was ended").await;
    assert_eq!(app.subjects(NAME).await[0], "A session was ended for your safety");
}

#[tokio::test]
async fn of_many_who_refresh_at_once_one_is_answered() {
    let app = TestApp::with(&[ON]).await;
    app.anonymous().post("/api/auth/register", login()).await.status(201);
    let token = text(&sign_in(&app).await.json()["refresh_token"]).to_owned();
    let node = app.another_node().await;
    let answers = at_once((0..8).map(|turn| {
        let client = if turn % 2 == 0 { app.anonymous() } else { node.anonymous() };
        let body = json!({ "refresh_token": token });
        async move { client.post("/api/auth/refresh", body).await.status }
    }));
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 7, "{answers:?}");
}

#[tokio::test]
async fn numbers_are_made_once_each_when_they_are_asked_for() {
    let before = TestApp::start().await;
    for name in ["ana", "bob", "cid"] {
        let person = before.register(&format!("{name}@acme.example"), None).await;
        assert_eq!(person.signed_in["user"].get("number"), None);
    }
    let rows = async || user_number::Entity::find().count(before.app.db.read()).await.unwrap();
    assert_eq!(rows().await, 0);
    // Sessions that began before get theirs by refreshing.
    let ana = before.sign_in(NAME).await;
    let app = before.another_node_with(&[ON]).await;
    let refreshed = refresh(&app, &ana.refresh_token).await.status(200).json();
    assert!(refreshed["user"]["number"].is_i64(), "{refreshed}");
    let node = before.another_node_with(&[ON]).await;
    let numbers = at_once((0..9).map(|turn| {
        let client = if turn % 2 == 0 { app.anonymous() } else { node.anonymous() };
        let email = format!("{}@acme.example", ["ana", "bob", "cid"][turn % 3]);
        async move {
            let body = json!({ "email": email, "password": PASSWORD });
            client.post("/api/auth/login", body).await.status(200).json()["user"]["number"].as_i64().unwrap()
        }
    }));
    let numbers: BTreeSet<_> = numbers.await.into_iter().collect();
    assert_eq!((numbers.len(), rows().await), (3, 3));
    assert!(numbers.contains(&refreshed["user"]["number"].as_i64().unwrap()));
    // The number goes with the account.
    let token =
        text(&app.anonymous().post("/api/auth/login", login()).await.status(200).json()["token"]).to_owned();
    let ana = Client::new(app.router.clone(), Credential::Bearer(token));
    let deleted = ana.call(Method::DELETE, "/api/account", Some(json!({ "password": PASSWORD }))).await;
    assert!(deleted.status < 300, "{}", deleted.text());
    assert_eq!(rows().await, 2);
}

#[tokio::test]
async fn registering_and_resetting_are_public_and_the_rest_is_for_those_who_are_signed_in() {
    let app = TestApp::with(&[ON]).await;
    let anonymous = app.anonymous();
    let body = json!({ "email": NAME, "password": PASSWORD, "organisation_name": "Acme" });
    let registered = anonymous.post("/api/auth/register", body).await.status(201).json();
    is_documented(text(&registered["token"]));
    assert_eq!(registered["user"]["role"], "admin");
    anonymous.post("/api/auth/forgot-password", json!({ "email": NAME })).await.status(202);
    let new = "another horse battery staple";
    let body = json!({ "link_secret": app.mailed_secret(NAME).await, "password": new });
    let reset = anonymous.post("/api/auth/reset-password", body).await;
    assert!(reset.status < 300, "{}", reset.text());
    for (method, path) in [(Method::POST, "/api/auth/logout"), (Method::GET, "/api/auth/me")] {
        anonymous.call(method, path, None).await.status(401);
    }
    let body = json!({ "email": NAME, "password": new });
    let token = anonymous.post("/api/auth/login", body).await.status(200).json();
    let bearer = Client::new(app.router.clone(), Credential::Bearer(text(&token["token"]).to_owned()));
    bearer.get("/api/auth/me").await.status(200);
    bearer.post("/api/auth/logout", json!({})).await.status(204);
    bearer.get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn keys_do_not_expire_until_they_are_revoked() {
    let app = TestApp::with(&[ON]).await;
    let body = json!({ "email": NAME, "password": PASSWORD, "organisation_name": "Acme" });
    let admin = app.anonymous().post("/api/auth/register", body).await.status(201).json();
    let admin = Client::new(app.router.clone(), Credential::Bearer(text(&admin["token"]).to_owned()));
    let mut keys = Vec::new();
    for environment in ["live", "test"] {
        let body = json!({ "name": environment, "environment": environment, "role": "member" });
        let key = admin.post("/api/orgs/acme/keys", body).await.status(201).json();
        assert_eq!(key["expires_at"], Value::Null);
        assert!(text(&key["secret"]).starts_with(&format!("osk_{environment}_")));
        keys.push(key);
    }
    let revoked = format!("/api/orgs/acme/keys/{}", text(&keys[1]["id"]));
    app.advance(TimeDelta::days(365 * 30));
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    for key in &keys {
        let bearer = Client::new(app.router.clone(), Credential::Bearer(text(&key["secret"]).to_owned()));
        bearer.get("/api/auth/me").await.status(200);
    }
    let again = text(&sign_in(&app).await.json()["token"]).to_owned();
    let admin = Client::new(app.router.clone(), Credential::Bearer(again));
    admin.delete(&revoked).await.status(204);
    let bearer = Client::new(app.router.clone(), Credential::Bearer(text(&keys[1]["secret"]).to_owned()));
    bearer.get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn roles_are_what_its_document_says() {
    let app = TestApp::with(&[ON]).await;
    let body = json!({ "email": NAME, "password": PASSWORD, "organisation_name": "Acme" });
    let made = app.anonymous().post("/api/auth/register", body).await.status(201).json();
    let organisation = text(&made["organisation"]["id"]).to_owned();
    for role in ["member", "viewer"] {
        app.create_user(&format!("{role}@acme.example"), &organisation, role.parse().unwrap()).await;
    }
    // `tasks:read` is every role's, `tasks:write` the member's; keys and members are the admin's.
    for (email, role, write, administer) in [
        (NAME, "admin", 200, 200),
        ("member@acme.example", "member", 200, 403),
        ("viewer@acme.example", "viewer", 403, 403),
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        let signed_in = app.anonymous().post("/api/auth/login", body).await.status(200).json();
        assert_eq!(signed_in["user"]["role"], role);
        let bearer =
            Client::new(app.router.clone(), Credential::Bearer(text(&signed_in["token"]).to_owned()));
        bearer.get("/api/verify?permission=tasks:read").await.status(200);
        bearer.get("/api/verify?permission=tasks:write").await.status(write);
        bearer.get("/api/orgs/acme/invitations").await.status(administer);
    }
}

#[tokio::test]
async fn turned_off_our_own_api_is_as_it_was() {
    let app = TestApp::with(&[ON]).await;
    app.anonymous().post("/api/auth/register", login()).await.status(201);
    let before = sign_in(&app).await;
    let body = before.json();
    let (token, refresh_token) = (text(&body["token"]), text(&body["refresh_token"]));
    for setting in [&[][..], &[("OSKAR_COMPAT__ASSIMETRIA", "off")]] {
        let off = app.another_node_with(setting).await;
        is_refused(&off, token, "its tokens count for nothing").await;
        let cookie = [("cookie", before.cookies(COOKIE)[0].split(';').next().unwrap())];
        off.anonymous().call_with(Method::GET, "/api/auth/me", &cookie, None).await.status(401);
        let ours = off.sign_in(NAME).await;
        assert_eq!(decode(parts(&ours.access_token)[0])["alg"], "ES256");
        assert_eq!(ours.signed_in["expires_in"], 900);
        assert_eq!(ours.signed_in["user"].get("number"), None);
    }
    // Refresh tokens are the same in both, and so is the session: it goes on with our own tokens.
    let off = app.another_node().await.another_node_with(&[]).await;
    let on_again = refresh(&off, refresh_token).await.status(200).json();
    assert_eq!(decode(parts(text(&on_again["token"]))[0])["alg"], "ES256");
}

#[tokio::test]
async fn its_key_signs_with_its_own_algorithm_alone() {
    let settings = [ON, ("OSKAR_COMPAT__ONEDB", "on")];
    let app = TestApp::with(&settings).await;
    app.anonymous().post("/api/auth/register", login()).await.status(201);
    let token = text(&sign_in(&app).await.json()["token"]).to_owned();
    let forge = Forge::of_token(&app, &token).await;
    is_accepted(&app, &forge.sign(&forge.header, &forge.claims)).await;
    let onedb = app.anonymous().post("/api/authenticate", login()).await.status(200).json();
    let other = Forge::of_token(&app, text(&onedb["token"])).await;
    assert_eq!(other.header["alg"], "HS512");
    for algorithm in ["none", "HS512", "ES256"] {
        is_refused(&app, &forge.with_header("alg", &json!(algorithm)), algorithm).await;
    }
    is_refused(&app, &other.sign(&forge.header, &forge.claims), "another key").await;
}
