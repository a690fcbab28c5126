//! Sessions that the tokens alone carry: `"session": "tokens"`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::forge;
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp};

const ANA: &str = "ana@acme.example";
const BOB: &str = "bob@new.example";
const NEW_PASSWORD: &str = "another battery horse staple";

/// There is no cookie, and the tokens work.
async fn is_tokens_alone(app: &TestApp, answer: &Answer, body: &Value) -> Client {
    assert!(!answer.headers.contains_key("set-cookie"), "{}", answer.asked);
    assert_eq!(body.get("cookie"), None, "{}: {body}", answer.asked);
    let refresh = json!({ "refresh_token": body["refresh_token"] });
    let refreshed = app.anonymous().post("/api/auth/refresh", refresh).await.status(200).json();
    let bearer = Credential::Bearer(refreshed["access_token"].as_str().unwrap().to_owned());
    let client = Client::new(app.router.clone(), bearer);
    client.get("/api/auth/me").await.status(200);
    client
}

#[tokio::test]
async fn every_door_that_answers_tokens_can_be_asked_for_the_tokens_alone() {
    let app = TestApp::start().await;
    let new = json!({ "email": ANA, "password": PASSWORD, "organisation_name": "Acme", "session": "tokens" });
    let answer = app.anonymous().post("/api/auth/register", new).await.status(201);
    let ana = is_tokens_alone(&app, &answer, &answer.json()).await;

    let login = json!({ "email": ANA, "password": PASSWORD, "session": "tokens" });
    let answer = app.anonymous().post("/api/auth/login", login).await.status(200);
    is_tokens_alone(&app, &answer, &answer.json()).await;

    let invite = json!({ "emails": [BOB], "role": "member" });
    ana.post("/api/orgs/acme/invitations", invite).await.status(201);
    let accept =
        json!({ "invitation": app.mailed_secret(BOB).await, "password": PASSWORD, "session": "tokens" });
    let answer = app.anonymous().post("/api/invitations/accept", accept).await.status(200);
    is_tokens_alone(&app, &answer, &answer.json()["tokens"]).await;

    for (path, mut asked) in [
        ("/api/auth/reauthenticate", json!({ "password": PASSWORD })),
        ("/api/auth/change-password", json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD })),
    ] {
        asked["session"] = json!("tokens");
        let answer = app.sign_in(BOB).await.with_bearer().post(path, asked).await.status(200);
        is_tokens_alone(&app, &answer, &answer.json()).await;
    }
}

#[tokio::test]
async fn both_is_what_is_given_without_asking() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let login = json!({ "email": ANA, "password": PASSWORD });
    let unasked = app.anonymous().post("/api/auth/login", login.clone()).await.status(200);
    let mut both = login;
    both["session"] = json!("both");
    let asked = app.anonymous().post("/api/auth/login", both).await.status(200);
    for answer in [unasked, asked] {
        assert!(answer.cookie("oskar_session").starts_with("oss_"));
        assert!(answer.json()["access_token"].is_string());
    }
}

#[tokio::test]
async fn a_sign_in_for_tokens_leaves_the_browser_s_session_as_it_is() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let login = json!({ "email": ANA, "password": PASSWORD, "session": "tokens" });
    ana.with_cookie().post("/api/auth/login", login.clone()).await.status(200);
    ana.with_cookie().get("/api/auth/me").await.status(200);
    ana.with_bearer().get("/api/auth/me").await.status(200);
    // With the cookie the new session takes the place of the one before.
    let mut both = login;
    both["session"] = json!("both");
    ana.with_cookie().post("/api/auth/login", both).await.status(200);
    ana.with_cookie().get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn a_session_that_the_cookie_carries_alone_is_not_lost_by_asking_for_tokens() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let login = json!({ "email": ANA, "password": PASSWORD, "session": "cookie" });
    let answer = app.anonymous().post("/api/auth/login", login).await.status(200);
    let ana = Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")));
    let again = json!({ "password": PASSWORD, "session": "tokens" });
    let renewed = ana.post("/api/auth/reauthenticate", again).await.status(200);
    assert_eq!(renewed.json().get("refresh_token"), None);
    let cookie = Credential::Cookie(renewed.cookie("oskar_session"));
    Client::new(app.router.clone(), cookie).get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn an_answer_says_when_its_tokens_expire() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await;
    let time = |said: &Value| said.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let of_token = |body: &Value| {
        let claims = forge::decode(forge::parts(body["access_token"].as_str().unwrap())[1]);
        DateTime::from_timestamp(claims["exp"].as_i64().unwrap(), 0).unwrap()
    };
    let body = &ana.signed_in;
    assert_eq!(time(&body["expires_at"]), of_token(body));
    let end = time(&body["refresh_expires_at"]);
    let refresh = async || {
        let body = json!({ "refresh_token": body["refresh_token"] });
        app.anonymous().post("/api/auth/refresh", body).await
    };
    let other = ana.with_bearer().post("/api/auth/token", json!({ "org": "acme" })).await.status(200).json();
    assert_eq!(time(&other["expires_at"]), of_token(&other));
    app.advance(end - app.app.now() - chrono::TimeDelta::seconds(1));
    let successor = refresh().await.status(200).json();
    app.advance(time(&successor["refresh_expires_at"]) - app.app.now() + chrono::TimeDelta::seconds(1));
    let late = json!({ "refresh_token": successor["refresh_token"] });
    app.anonymous().post("/api/auth/refresh", late).await.status(401);
}
