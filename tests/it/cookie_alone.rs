//! Sessions that the cookie alone carries: `"session": "cookie"`.

use axum::http::Method;
use oskar::crypto::refresh_token::RefreshToken;
use oskar::entity::session::{self, RefreshUse};
use oskar::id::SessionId;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, FakeIssuer, PASSWORD, TestApp};

const ANA: &str = "ana@acme.example";
const NEW_PASSWORD: &str = "another battery horse staple";

fn cookie_client(app: &TestApp, answer: &Answer) -> Client {
    Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")))
}

/// There is a cookie that works, and nothing like a token in the body.
async fn is_cookie_alone(app: &TestApp, answer: Answer, body: &Value) -> Client {
    for member in [
        "token",
        "access_token",
        "token_type",
        "expires_in",
        "expires_at",
        "refresh_token",
        "refresh_expires_at",
    ] {
        assert_eq!(body.get(member), None, "{}: {body}", answer.asked);
    }
    assert!(!body.to_string().contains("osr_") && !body.to_string().contains("eyJ"), "{body}");
    assert_eq!(body["cookie"], "set");
    let client = cookie_client(app, &answer);
    client.get("/api/auth/me").await.status(200);
    client
}

/// The refresh token that the session would have, as only the server could make it.
async fn forged(app: &TestApp) -> Vec<String> {
    let all = session::Entity::find().all(app.app.db.read()).await.unwrap();
    let of = |id: SessionId| RefreshToken::first(id).sign(&app.app.keyring);
    all.iter().filter(|row| row.refresh_use == RefreshUse::Never).map(|row| of(row.id)).collect()
}

#[tokio::test]
async fn every_door_that_answers_tokens_can_be_asked_for_the_cookie_alone() {
    let app = TestApp::start().await;
    let new = json!({ "email": ANA, "password": PASSWORD, "organisation_name": "Acme", "session": "cookie" });
    let answer = app.anonymous().post("/api/auth/register", new).await.status(201);
    let body = answer.json();
    assert_eq!(body["user"]["email"], ANA);
    let ana = is_cookie_alone(&app, answer, &body).await;

    let login = json!({ "email": ANA, "password": PASSWORD, "session": "cookie" });
    let answer = app.anonymous().post("/api/auth/login", login).await.status(200);
    let body = answer.json();
    assert_eq!(body["organisation"]["slug"], "acme");
    is_cookie_alone(&app, answer, &body).await;

    let invite = json!({ "emails": ["bob@new.example", "cid@new.example"], "role": "member" });
    ana.post("/api/orgs/acme/invitations", invite).await.status(201);
    let token = app.mailed_secret("bob@new.example").await;
    let accept = json!({ "invitation": token, "password": PASSWORD, "session": "cookie" });
    let answer = app.anonymous().post("/api/invitations/accept", accept).await.status(200);
    let body = answer.json();
    is_cookie_alone(&app, answer, &body["tokens"]).await;
    let token = app.mailed_secret("cid@new.example").await;
    let register =
        json!({ "email": "cid@new.example", "password": PASSWORD, "invitation": token, "session": "cookie" });
    let answer = app.anonymous().post("/api/auth/register", register).await.status(201);
    let body = answer.json();
    is_cookie_alone(&app, answer, &body).await;

    for (path, proof) in [
        ("/api/auth/reauthenticate", json!({ "password": PASSWORD })),
        ("/api/auth/change-password", json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD })),
    ] {
        // A session with tokens gives them up.
        let mut asked = proof.clone();
        asked["session"] = json!("cookie");
        let with_tokens = app.sign_in("bob@new.example").await;
        let answer = with_tokens.with_bearer().post(path, asked).await.status(200);
        let body = answer.json();
        let after = is_cookie_alone(&app, answer, &body).await;
        with_tokens.with_bearer().get("/api/auth/me").await.status(401);
        // What began without them stays so, whether it is asked again or not.
        if path.ends_with("reauthenticate") {
            let answer = after.post(path, proof).await.status(200);
            let body = answer.json();
            is_cookie_alone(&app, answer, &body).await;
        }
    }
}

#[tokio::test]
async fn a_session_of_the_cookie_alone_cannot_be_refreshed_and_a_token_is_had_by_asking() {
    let app = TestApp::start().await;
    app.register(ANA, Some("Acme")).await;
    let login = json!({ "email": ANA, "password": PASSWORD, "session": "cookie" });
    let ana = cookie_client(&app, &app.anonymous().post("/api/auth/login", login).await.status(200));
    let forged = forged(&app).await;
    assert_eq!(forged.len(), 1);
    let body = json!({ "refresh_token": forged[0] });
    let refused = app.anonymous().post("/api/auth/refresh", body).await.status(401);
    assert_eq!(refused.code(), "invalid_refresh_token");
    let bearer = Client::new(app.router.clone(), Credential::Bearer(forged[0].clone()));
    bearer.get("/api/login/refresh").await.status(401);
    // No theft, or anybody could end sessions.
    ana.get("/api/auth/me").await.status(200);
    // A page that needs a token for another service asks for it, for minutes.
    let token = ana.post("/api/auth/token", json!({ "org": "acme" })).await.status(200).json();
    assert_eq!(token.get("refresh_token"), None);
    let bearer = Credential::Bearer(token["access_token"].as_str().unwrap().to_owned());
    Client::new(app.router.clone(), bearer).get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn another_issuer_s_token_gives_the_cookie_alone_too() {
    let issuer = FakeIssuer::start().await;
    let organisation = TestApp::start().await;
    organisation.organisation("Acme").await;
    let new_users = [("OSKAR_ISSUERS__0__CREATE_USERS", "true"), ("OSKAR_ISSUERS__0__ORGANISATION", "acme")];
    let app = organisation.another_node_with(&issuer.settings(&new_users)).await;
    let client = Client::new(app.router.clone(), Credential::Bearer(issuer.token(app.app.now(), "u-1", ANA)));
    let answer = client.post("/api/auth/login", json!({ "session": "cookie" })).await.status(200);
    let body = answer.json();
    is_cookie_alone(&app, answer, &body).await;
}

#[tokio::test]
async fn where_the_cookie_would_be_lost_or_tokens_are_the_answer_it_is_refused() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.elsewhere.example")]).await;
    let ana = app.register(ANA, Some("Acme")).await;
    let foreign = [("origin", "https://app.elsewhere.example")];
    let login = json!({ "email": ANA, "password": PASSWORD, "session": "cookie" });
    let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD, "session": "cookie" });
    let again = json!({ "password": PASSWORD, "session": "cookie" });
    for (client, path, body) in [
        (app.anonymous(), "/api/auth/login", &login),
        (
            app.anonymous(),
            "/api/auth/register",
            &json!({ "email": "b@acme.example", "password": PASSWORD, "session": "cookie" }),
        ),
        (ana.with_bearer(), "/api/auth/reauthenticate", &again),
        (ana.with_bearer(), "/api/auth/change-password", &change),
    ] {
        let answer = client.call_with(Method::POST, path, &foreign, Some(body.clone())).await.status(422);
        assert_eq!(answer.pointer(), "/session", "{path}");
    }
    for path in ["/osm/api/login", "/api/login", "/api/authenticate"] {
        let answer = app.anonymous().post(path, login.clone()).await;
        assert!([400, 422].contains(&answer.status), "{path}: {}", answer.text());
    }
    for bad in [json!("token"), json!(null), json!(true)] {
        let mut body = login.clone();
        body["session"] = bad;
        assert_eq!(app.anonymous().post("/api/auth/login", body).await.status(422).pointer(), "/session");
    }
    ana.with_bearer().get("/api/auth/me").await.status(200);
}
