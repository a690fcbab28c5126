//! `OneDB` turned on by name: its document, row by row.

use axum::body::Body;
use axum::http::{Method, Request};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::forge::{Forge, decode, is_accepted, is_refused, parts};
use crate::process::Installation;
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp};

const NAME: &str = "ana@acme.example";
const ON: (&str, &str) = ("OSKAR_COMPAT__ONEDB", "on");
const PATH: &str = "/api/authenticate";
const LIFETIME: i64 = 5 * 3600;

fn login(password: &str) -> Value {
    json!({ "username": NAME, "password": password })
}

async fn authenticate(app: &TestApp, body: Value) -> Answer {
    app.anonymous().post(PATH, body).await
}

async fn token(app: &TestApp) -> String {
    authenticate(app, login(PASSWORD)).await.status(200).json()["token"].as_str().unwrap().to_owned()
}

/// A failure in its shape: exactly these members, of these types.
#[track_caller]
fn is_failure(answer: &Answer, status: u16, message: &str) -> u64 {
    let body = answer.json();
    let id = body["id"].as_u64().unwrap_or_else(|| panic!("{body}"));
    let expected = json!({ "id": id, "message": message, "success": false });
    assert_eq!((answer.status, &body), (status, &expected), "{}", answer.asked);
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.asked);
    id
}

#[tokio::test]
async fn a_sign_in_answers_a_token_with_the_documented_claims() {
    let app = TestApp::with(&[ON]).await;
    let ana = app.register(NAME, Some("Acme")).await;
    for id in [1, 2] {
        let answer = authenticate(&app, login(PASSWORD)).await;
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        let expected =
            json!({ "id": id, "message": "Token has been generated!", "success": true, "token": token });
        assert_eq!((answer.status, answer.json()), (200, expected));
        let [header, claims, _] = parts(&token).map(str::to_owned);
        let claims = decode(&claims);
        assert_eq!(decode(&header)["alg"], "HS512");
        assert_eq!(
            (&claims["sub"], &claims["iat"]),
            (&json!(ana.user_id), &json!(app.app.now().timestamp()))
        );
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), LIFETIME);
        is_accepted(&app, &token).await;
    }
    assert_eq!(is_failure(&authenticate(&app, login("wrong")).await, 401, "Invalid username or password"), 3);
    // Our own tokens are as they were.
    assert_eq!(decode(parts(&app.sign_in(NAME).await.access_token)[0])["alg"], "ES256");
}

#[tokio::test]
async fn five_hours_after_its_making_it_is_over_whatever_was_done() {
    let app = TestApp::with(&[ON]).await;
    app.register(NAME, Some("Acme")).await;
    let answer = authenticate(&app, login(PASSWORD)).await;
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let cookie = Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")));
    let bearer = Client::new(app.router.clone(), Credential::Bearer(token.clone()));
    for _ in 0..4 {
        app.advance(TimeDelta::minutes(74));
        bearer.get("/api/auth/me").await.status(200);
        cookie.get("/api/auth/me").await.status(200);
    }
    // What it is exchanged for ends with it.
    let another = bearer.post("/api/auth/token", json!({ "org": "acme" })).await.status(200).json();
    let another = another["token"].as_str().unwrap().to_owned();
    assert_eq!(decode(parts(&another)[1])["exp"], decode(parts(&token)[1])["exp"]);
    app.advance(TimeDelta::minutes(5));
    for token in [&token, &another] {
        is_refused(&app, token, "after five hours").await;
    }
    cookie.get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn a_session_that_is_ended_before_takes_its_token_along() {
    let app = TestApp::with(&[ON]).await;
    app.register(NAME, None).await;
    let token = token(&app).await;
    let bearer = Client::new(app.router.clone(), Credential::Bearer(token.clone()));
    bearer.post("/api/auth/logout", json!({})).await.status(204);
    is_refused(&app, &token, "signed out").await;
}

#[tokio::test]
async fn every_failure_has_its_shape_whatever_refuses() {
    // Off and on: the shape is not only for those who turn it on.
    for settings in [&[][..], &[ON]] {
        let limit = ("OSKAR_LIMITS__BODY_BYTES", "2000");
        let app = TestApp::with(&[settings, &[limit]].concat()).await;
        app.register(NAME, None).await;
        let raw = async |content_type: &str, body: &str| {
            let request = Request::post(PATH).header("content-type", content_type);
            app.anonymous().send(request.body(Body::from(body.to_owned())).unwrap()).await
        };
        let mut last = 0;
        for (status, message, answer) in [
            (401, "Invalid username or password", authenticate(&app, login("not the password")).await),
            (
                401,
                "Invalid username or password",
                authenticate(&app, json!({ "username": "nobody", "password": "x" })).await,
            ),
            (422, "password: this is required", authenticate(&app, json!({ "username": NAME })).await),
            (422, "email: give `email` or `username`", authenticate(&app, json!({ "password": "x" })).await),
            (422, "nonsense: there is no such member", authenticate(&app, json!({ "nonsense": 1 })).await),
            (422, "the body is an object", authenticate(&app, json!([NAME, "x"])).await),
            (
                415,
                "Send `Content-Type: application/json`.",
                raw("application/x-www-form-urlencoded", "username=a").await,
            ),
            (
                413,
                "The body is larger than this server accepts.",
                raw("application/json", &" ".repeat(3000)).await,
            ),
            (405, "This path does not have that method.", app.anonymous().get(PATH).await),
        ] {
            let id = is_failure(&answer, status, message);
            assert_eq!(id, last + 1, "{message}");
            last = id;
        }
        for malformed in ["", "{", "{\"username\":", "nonsense", "{} {}"] {
            let answer = raw("application/json", malformed).await;
            let told = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(told.starts_with("The body is not JSON: "), "{malformed}: {told}");
            is_failure(&answer, 400, &told);
        }
        let foreign = [("origin", "https://evil.example")];
        let answer = app.anonymous().call_with(Method::POST, PATH, &foreign, Some(login(PASSWORD))).await;
        let told = "The request came from another site. Add its origin to `allowed_origins` if it may.";
        is_failure(&answer, 403, told);
        // Five wrong ones close the door of the address.
        for _ in 0..4 {
            authenticate(&app, login("not the password")).await;
        }
        let answer = authenticate(&app, login("not the password")).await;
        is_failure(&answer, 429, "There were too many wrong attempts. Wait before the next one.");
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
        app.advance(TimeDelta::minutes(6));
        app.app.db.clone().close().await;
        let answer = authenticate(&app, login(PASSWORD)).await;
        let told = "The database cannot be reached, or cannot read or write. Try again in a moment.";
        is_failure(&answer, 503, told);
        assert_eq!(answer.header("retry-after"), "1");
    }
}

#[tokio::test]
async fn the_limit_of_requests_has_its_shape() {
    let settings = [ON, ("OSKAR_LIMITS__RATE_PER_SECOND", "1"), ("OSKAR_LIMITS__RATE_BURST", "1")];
    let app = TestApp::with(&settings).await;
    is_failure(&authenticate(&app, login(PASSWORD)).await, 401, "Invalid username or password");
    let answer = authenticate(&app, login(PASSWORD)).await;
    is_failure(&answer, 429, "Too many requests from this address. Slow down.");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn the_log_has_the_number_of_the_answer_beside_the_request_s_id() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]).await;
    let answer = reqwest::Client::new().post(format!("{}{PATH}", server.url)).json(&login(PASSWORD));
    let answer = answer.send().await.unwrap();
    let request = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    server.terminate().await;
    let (_, log) = server.ended().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered = |line: &&Value| line["message"] == "answered" && line["span"]["answer"] == body["id"];
    let line = lines.iter().find(answered).unwrap();
    assert_eq!((&line["span"]["id"], &line["code"]), (&json!(request), &json!("invalid_login")));
    assert_eq!(body["id"], 1);
}

#[tokio::test]
async fn its_tokens_are_refused_once_it_is_turned_off_and_its_door_is_gone() {
    let app = TestApp::with(&[ON]).await;
    app.register(NAME, Some("Acme")).await;
    let token = token(&app).await;
    let off = app.another_node_with(&[("OSKAR_COMPAT__ONEDB", "off")]).await;
    for node in [&off, &app.another_node_with(&[]).await] {
        is_refused(node, &token, "it is turned off").await;
    }
    assert_eq!(authenticate(&off, login(PASSWORD)).await.status(404).code(), "not_found");
    is_accepted(&app, &token).await;
}

#[tokio::test]
async fn its_key_signs_with_its_own_algorithm_alone() {
    let app = TestApp::with(&[ON, ("OSKAR_COMPAT__OSMEDEUS", "on")]).await;
    let mut ana = app.register(NAME, Some("Acme")).await;
    let osmedeus = app.anonymous().post("/osm/api/login", login(PASSWORD)).await.status(200).json();
    ana.access_token = osmedeus["token"].as_str().unwrap().to_owned();
    let hs256 = Forge::of(&app, &ana).await;
    ana.access_token = token(&app).await;
    let hs512 = Forge::of(&app, &ana).await;
    is_accepted(&app, &hs512.sign(&hs512.header, &hs512.claims)).await;
    is_refused(&app, &hs512.with_header("alg", &json!("HS256")), "the shorter digest").await;
    is_refused(&app, &hs256.sign(&hs512.header, &hs512.claims), "another key").await;
}
