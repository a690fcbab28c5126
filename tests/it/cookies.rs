//! The cookies of a sign-in: how long browsers keep them, which hosts get them, and who is told that they are dropped.

use axum::http::Method;
use serde_json::{Value, json};

use crate::mail_pages::look;
use crate::support::{Answer, PASSWORD, TestApp};

fn login(remember: Option<bool>) -> Value {
    let mut body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    if let Some(remember) = remember {
        body["remember"] = remember.into();
    }
    body
}

/// The attributes of a cookie that is set once.
#[track_caller]
fn attributes<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let [cookie] = answer.cookies(name)[..] else { panic!("{}: {name}", answer.asked) };
    cookie.split("; ").skip(1).collect()
}

fn max_age<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    attributes(answer, name).into_iter().find_map(|attribute| attribute.strip_prefix("Max-Age="))
}

#[tokio::test]
async fn a_browser_keeps_the_cookie_as_long_as_the_session_may_live() {
    let app = TestApp::with(&[("OSKAR_SESSIONS__ABSOLUTE", "10d"), ("OSKAR_SESSIONS__IDLE", "6d")]).await;
    let person = app.register("ana@acme.example", None).await;
    for body in [login(None), login(Some(true))] {
        let answer = app.anonymous().post("/api/auth/login", body).await.status(200);
        assert_eq!(max_age(&answer, "oskar_session"), Some("864000"));
        assert_eq!(max_age(&answer, "oskar_device"), Some("31536000"));
    }
    for _ in 0..2 {
        person.with_cookie().get("/api/auth/me").await.status(200);
        oskar::worker::usage::tick(&app.app).await.unwrap();
        app.advance(chrono::TimeDelta::days(5) - chrono::TimeDelta::minutes(1));
    }
    person.with_cookie().get("/api/auth/me").await.status(200);
    app.advance(chrono::TimeDelta::minutes(2));
    person.with_cookie().get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn a_browser_of_others_forgets_when_it_is_closed_by_every_door() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.register("ana@acme.example", None).await;
    let mut answers = Vec::new();
    for path in ["/api/auth/login", "/api/login", "/osm/api/login", "/api/authenticate"] {
        answers.push(app.anonymous().post(path, login(Some(false))).await.status(200));
    }
    let new = json!({ "email": "eve@acme.example", "password": PASSWORD, "remember": false });
    answers.push(app.anonymous().post("/api/auth/register", new).await.status(201));
    let invite = async |email: &str| {
        let body = json!({ "emails": [email], "role": "member" });
        org.admin.with_bearer().post(&format!("{}/invitations", org.path), body).await.status(201);
        app.mailed_secret(email).await
    };
    let body =
        json!({ "invitation": invite("bob@acme.example").await, "password": PASSWORD, "remember": false });
    answers.push(app.anonymous().post("/api/invitations/accept", body).await.status(200));
    let body = json!({ "email": "cid@acme.example", "password": PASSWORD, "remember": false,
        "invitation": invite("cid@acme.example").await });
    answers.push(app.anonymous().post("/api/auth/register", body).await.status(201));
    for answer in answers {
        for name in ["oskar_session", "oskar_device"] {
            assert_eq!(max_age(&answer, name), None, "{}", answer.asked);
            assert!(attributes(&answer, name).contains(&"HttpOnly"), "{}", answer.asked);
        }
    }
    // A form sends a box only if it is ticked.
    for (form, kept) in [("", false), ("&remember=true", true)] {
        let email = format!("dan{}@acme.example", form.len());
        let path = format!("/invite#{}", invite(&email).await);
        let page = look(&app, &path).await.status(200).text();
        assert!(page.contains(r#"name="remember" type="checkbox" value="true" checked"#), "{page}");
        let form = format!("password={}{form}", PASSWORD.replace(' ', "+"));
        let joined = app.anonymous().send(crate::setup::form(&path, form.clone())).await.status(200);
        assert_eq!(max_age(&joined, "oskar_session").is_some(), kept, "{form:?}", form = joined.asked);
    }
    for bad in [json!(null), json!("false"), json!(0)] {
        let mut body = login(None);
        body["remember"] = bad;
        assert_eq!(app.anonymous().post("/api/auth/login", body).await.status(422).pointer(), "/remember");
    }
}

#[tokio::test]
async fn all_hosts_of_a_domain_get_the_cookies_if_that_is_asked_for() {
    let app = TestApp::with(&[
        ("OSKAR_PUBLIC_URL", "https://auth.example.com"),
        ("OSKAR_SESSIONS__COOKIE_DOMAIN", "example.com"),
        ("OSKAR_SESSIONS__COOKIE_NAME", "acme_session"),
    ])
    .await;
    let new = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let answer = app.anonymous().post("/api/auth/register", new).await.status(201);
    for name in ["acme_session", "acme_device"] {
        assert!(answer.cookies(name)[0].starts_with(&format!("__Secure-{name}=")), "{name}");
        let given = attributes(&answer, name);
        for attribute in ["Domain=example.com", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(given.contains(&attribute), "{name}: {given:?}");
        }
    }
    let value = answer.cookies("acme_session")[0].split(['=', ';']).nth(1).unwrap().to_owned();
    let device = answer.cookies("acme_device")[0].split(['=', ';']).nth(1).unwrap().to_owned();
    let me = async |name: &str| {
        let cookie = format!("{name}={value}");
        let headers = [("cookie", cookie.as_str()), ("host", "api.example.com")];
        app.anonymous().call_with(Method::GET, "/api/verify", &headers, None).await.status
    };
    assert_eq!(me("__Secure-acme_session").await, 200);
    for other in ["acme_session", "__Host-acme_session", "oskar_session", "__Secure-oskar_session"] {
        assert_eq!(me(other).await, 401, "{other}");
    }
    // The device is known again by its own name, and the session before is replaced.
    let cookies = format!("__Secure-acme_session={value}; __Secure-acme_device={device}");
    let headers = [("cookie", cookies.as_str())];
    let again = app
        .anonymous()
        .call_with(Method::POST, "/api/auth/login", &headers, Some(login(None)))
        .await
        .status(200);
    assert!(again.cookies("acme_device")[0].contains(&device[..42]), "the device stays the same");
    assert_eq!(me("__Secure-acme_session").await, 401);
    // A browser gives up only a cookie of the same name and domain.
    let value = again.cookies("acme_session")[0].split(['=', ';']).nth(1).unwrap().to_owned();
    let cookie = format!("__Secure-acme_session={value}");
    let out = [("cookie", cookie.as_str())];
    let out = app.anonymous().call_with(Method::POST, "/api/auth/logout", &out, None).await.status(204);
    assert!(out.cookies("acme_session")[0].starts_with("__Secure-acme_session=;"));
    let given = attributes(&out, "acme_session");
    assert!(given.contains(&"Domain=example.com") && given.contains(&"Max-Age=0"), "{given:?}");
    assert!(!out.headers.contains_key("clear-site-data"));
    let document = app.anonymous().get("/api/openapi.json").await.json();
    assert_eq!(document["components"]["securitySchemes"]["cookie"]["name"], "__Secure-acme_session");
}

#[tokio::test]
async fn pages_whose_browsers_drop_the_cookie_are_told() {
    let app = TestApp::with(&[
        ("OSKAR_PUBLIC_URL", "https://auth.example.com"),
        ("OSKAR_ALLOWED_ORIGINS", "https://app.example.com,https://shop.example.org,http://app.example.com"),
    ])
    .await;
    let new = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let answer = app.anonymous().post("/api/auth/register", new).await.status(201);
    assert_eq!(answer.json()["cookie"], "set");
    for (origin, outcome) in [
        ("https://auth.example.com", "set"),
        ("https://app.example.com", "set"),
        ("https://shop.example.org", "dropped_by_browsers"),
        ("http://app.example.com", "dropped_by_browsers"),
    ] {
        let headers = [("origin", origin), ("host", "auth.example.com")];
        let answer = app
            .anonymous()
            .call_with(Method::POST, "/api/auth/login", &headers, Some(login(None)))
            .await
            .status(200);
        assert_eq!(answer.json()["cookie"], outcome, "{origin}");
    }
    // Refreshing sets none.
    let body = json!({ "refresh_token": answer.json()["refresh_token"] });
    let refreshed = app.anonymous().post("/api/auth/refresh", body).await.status(200).json();
    assert_eq!(refreshed.get("cookie"), None);
}
