//! Signing in and out, and tokens for one organisation or another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::operator;
use crate::support::{Answer, Client, Credential, PASSWORD, Person, TestApp};

async fn login(app: &TestApp, body: Value) -> Answer {
    app.anonymous().post("/api/auth/login", body).await
}

fn bearer(app: &TestApp, token: &str) -> Client {
    Client::new(app.router.clone(), Credential::Bearer(token.to_owned()))
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Registers Ana, who has a username too.
async fn ana(app: &TestApp) -> Person {
    let person = app.register("Ana@acme.example", Some("Acme")).await;
    let named = json!({ "username": "ana.ruiz", "name": "Ana Ruiz" });
    person.with_cookie().patch("/api/account", named).await.status(200);
    person
}

#[tokio::test]
async fn either_field_takes_either_name_in_any_case() {
    let app = TestApp::start().await;
    let person = ana(&app).await;
    for field in ["email", "username"] {
        for name in ["ana@acme.example", "ANA@ACME.EXAMPLE", "ana.ruiz", "Ana.Ruiz", " ana.ruiz "] {
            let answer = login(&app, json!({ field: name, "password": PASSWORD })).await.status(200).json();
            assert_eq!(answer["user"]["id"], json!(person.user_id), "{field}: {name}");
        }
    }
    let neither = login(&app, json!({ "password": PASSWORD })).await.status(422);
    assert_eq!(neither.pointer(), "/email");
    let both = json!({ "email": "ana@acme.example", "username": "ana.ruiz", "password": PASSWORD });
    assert_eq!(login(&app, both).await.status(422).pointer(), "/username");
}

#[tokio::test]
async fn the_answer_has_exactly_these_members() {
    let app = TestApp::start().await;
    let person = ana(&app).await;
    let answer = login(&app, json!({ "email": "ana@acme.example", "password": PASSWORD })).await.status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.cookie("oskar_session").starts_with("oss_"));
    let body = answer.json();
    let expected = [
        "access_token",
        "cookie",
        "expires_at",
        "expires_in",
        "organisation",
        "refresh_expires_at",
        "refresh_token",
        "status",
        "success",
        "token",
        "token_type",
        "user",
    ];
    assert_eq!(members(&body), expected);
    assert_eq!((&body["success"], &body["token_type"]), (&json!(true), &json!("Bearer")));
    assert_eq!(body["expires_in"], json!(900));
    assert_eq!(body["token"], body["access_token"]);
    assert!(body["refresh_token"].as_str().unwrap().starts_with("osr_"));
    let user =
        json!({ "id": person.user_id, "email": "Ana@acme.example", "name": "Ana Ruiz", "role": "admin" });
    assert_eq!(body["user"], user);
    let organisation = json!({ "id": person.organisation_id(), "slug": "acme", "name": "Acme" });
    assert_eq!(body["organisation"], organisation);
}

#[tokio::test]
async fn the_access_token_tells_other_services_who_it_is() {
    let app = TestApp::start().await;
    let person = ana(&app).await;
    let header: Value = serde_json::from_slice(
        &URL_SAFE_NO_PAD.decode(person.access_token.split('.').next().unwrap()).unwrap(),
    )
    .unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    let said = claims(&person.access_token);
    let now = app.app.now().timestamp();
    assert_eq!(
        (&said["iss"], &said["aud"]),
        (&json!("http://localhost:8675"), &json!("http://localhost:8675"))
    );
    assert_eq!((&said["sub"], &said["org_id"]), (&json!(person.user_id), &json!(person.organisation_id())));
    assert_eq!(said["org_slug"], "acme");
    assert_eq!(
        (&said["role"], &said["type"], &said["amr"]),
        (&json!("admin"), &json!("access"), &json!(["pwd"]))
    );
    assert_eq!(
        (&said["iat"], &said["exp"], &said["auth_time"]),
        (&json!(now), &json!(now + 900), &json!(now))
    );
    let me = person.with_bearer().get("/api/auth/me").await.status(200).json();
    assert_eq!((&said["sid"], &said["permissions"]), (&me["session_id"], &me["permissions"]));
    assert!(said["permissions"].as_array().unwrap().contains(&json!("tasks:write")));
}

#[tokio::test]
async fn a60_an_unknown_user_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::start().await;
    ana(&app).await;
    let comparable = |answer: Answer| {
        let mut headers = answer.headers.clone();
        assert!(headers.remove("x-request-id").is_some());
        let id = answer.json()["request_id"].as_str().unwrap().to_owned();
        (answer.status, headers, answer.text().replace(&id, ""))
    };
    let wrong = "wrong horse battery staple";
    let known = comparable(login(&app, json!({ "email": "ana@acme.example", "password": wrong })).await);
    assert_eq!(known.0, 401);
    assert!(known.2.contains(r#""code":"invalid_login""#), "{}", known.2);
    for unknown in [
        json!({ "email": "nobody@acme.example", "password": wrong }),
        json!({ "email": "nobody@acme.example", "password": PASSWORD }),
        json!({ "username": "ana.ruiz", "password": wrong }),
        json!({ "username": "nobody", "password": wrong }),
        json!({ "email": "nobody@acme.example", "password": wrong, "org": "nowhere" }),
    ] {
        assert_eq!(comparable(login(&app, unknown.clone()).await), known, "{unknown}");
        app.advance(TimeDelta::minutes(5));
    }
}

#[tokio::test]
async fn a_disabled_account_is_told_so_only_by_its_password() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    operator::disable(&app, &org.member.user_id).await.unwrap();
    for client in [org.member.with_cookie(), org.member.with_bearer()] {
        client.get("/api/auth/me").await.status(401);
    }
    let right = json!({ "email": org.member.email, "password": PASSWORD });
    assert_eq!(login(&app, right.clone()).await.status(403).code(), "user_disabled");
    let wrong = json!({ "email": org.member.email, "password": "wrong horse battery staple" });
    assert_eq!(login(&app, wrong).await.status(401).code(), "invalid_login");
    operator::enable(&app, &org.member.user_id).await;
    login(&app, right).await.status(200);
    // What ended stays ended.
    org.member.with_cookie().get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn the_organisation_is_chosen_by_slug_or_id() {
    let app = TestApp::start().await;
    let person = ana(&app).await;
    let second = person.with_cookie().post("/api/orgs", json!({ "name": "Second" })).await.status(201).json();
    app.register("other@foreign.example", Some("Foreign")).await;
    let ask = async |organisation: Value| {
        let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "org": organisation });
        login(&app, body).await
    };
    for reference in [&second["slug"], &second["id"]] {
        let answer = ask(reference.clone()).await.status(200).json();
        assert_eq!(answer["organisation"]["id"], second["id"]);
        assert_eq!(claims(answer["token"].as_str().unwrap())["org_id"], second["id"]);
    }
    let first = ask(Value::Null).await.status(200).json();
    assert_eq!(first["organisation"]["id"], json!(person.organisation_id()), "the first by default");
    for foreign in ["foreign", "nowhere", "", "ACME", "org_00000000000000000000000000"] {
        let answer = ask(json!(foreign)).await.status(404);
        assert_eq!(answer.code(), "not_found", "{foreign}");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn every_sign_in_gets_a_cookie_of_its_own_and_replaces_the_browser_s_last() {
    let app = TestApp::start().await;
    let first = ana(&app).await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let second = first.with_cookie().post("/api/auth/login", body.clone()).await.status(200);
    assert_ne!(second.cookie("oskar_session"), first.cookie);
    first.with_cookie().get("/api/auth/me").await.status(401);
    first.with_bearer().get("/api/auth/me").await.status(401);

    // A value that somebody planted does not become the session.
    let planted = Client::new(app.router.clone(), Credential::Cookie(first.cookie.clone()));
    let third = planted.post("/api/auth/login", body).await.status(200);
    assert_ne!(third.cookie("oskar_session"), first.cookie);
    planted.get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn a34_signing_out_ends_cookie_access_token_and_refresh_chain() {
    let app = TestApp::start().await;
    ana(&app).await;
    for by_cookie in [true, false] {
        let (person, other) = (app.sign_in("ana@acme.example").await, app.sign_in("ana@acme.example").await);
        let client = if by_cookie { person.with_cookie() } else { person.with_bearer() };
        let answer = client.post("/api/auth/logout", json!({})).await.status(204);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(
            answer.header("clear-site-data"),
            "",
            "that would clear what other things on this host keep"
        );
        assert_eq!(answer.cookie("oskar_session"), "");
        assert!(answer.set_cookie().contains("Max-Age=0"), "{}", answer.set_cookie());
        for client in [person.with_cookie(), person.with_bearer()] {
            assert_eq!(client.get("/api/auth/me").await.status(401).code(), "invalid_credential");
        }
        let body = json!({ "refresh_token": person.refresh_token });
        app.anonymous().post("/api/auth/refresh", body).await.status(401);
        other.with_cookie().get("/api/auth/me").await.status(200);
    }
}

#[tokio::test]
async fn a_token_is_for_one_organisation_and_others_of_its_user_ask_for_their_own() {
    let app = TestApp::start().await;
    let person = ana(&app).await;
    let second = person.with_cookie().post("/api/orgs", json!({ "name": "Second" })).await.status(201).json();
    person.with_bearer().get("/api/orgs/nowhere").await.status(404);
    let bound = person.with_bearer().get("/api/orgs/second").await.status(403);
    assert_eq!(bound.code(), "organisation_denied");
    // The cookie is for all of them.
    person.with_cookie().get("/api/orgs/second").await.status(200);

    for reference in [&second["slug"], &second["id"]] {
        let body = json!({ "org": reference });
        let answer = person.with_bearer().post("/api/auth/token", body).await.status(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let answer = answer.json();
        assert_eq!((&answer["role"], &answer["organisation"]["id"]), (&json!("admin"), &second["id"]));
        assert_eq!((&answer["token"], &answer["expires_in"]), (&answer["access_token"], &json!(900)));
        let other = bearer(&app, answer["token"].as_str().unwrap());
        other.get("/api/orgs/second").await.status(200);
        other.get("/api/orgs/acme").await.status(403);
    }
    person.with_bearer().get("/api/orgs/acme").await.status(200);

    app.register("other@foreign.example", Some("Foreign")).await;
    for foreign in ["foreign", "nowhere"] {
        let answer = person.with_cookie().post("/api/auth/token", json!({ "org": foreign })).await;
        assert_eq!(answer.status(404).code(), "not_found");
    }
}
