//! Paths and methods that nobody serves.

use axum::http::Method;

use serde_json::json;

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_have_the_same_shape() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for path in [
        "/api",
        "/api/",
        "/api/auth",
        "/api/nothing",
        "/api/orgs/acme/nothing",
        "/.git/config",
        "/.env",
        "/debug",
        "/api/auth/me/",
        "//api/auth/me",
        "/API/auth/me",
    ] {
        let answer = org.admin.with_cookie().get(path).await.status(404);
        assert_eq!(answer.code(), "not_found", "{path}");
    }
    for (method, path) in [
        (Method::DELETE, "/api/auth/login"),
        (Method::GET, "/api/auth/register"),
        (Method::PUT, "/api/auth/me"),
        (Method::TRACE, "/api/auth/me"),
        (Method::POST, "/livez"),
    ] {
        let answer = org.admin.with_cookie().call(method, path, None).await.status(405);
        assert_eq!(answer.code(), "method_not_allowed", "{path}");
        assert!(!answer.header("allow").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_leads_nowhere() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    for (method, path) in [
        (Method::GET, "/api/orgs/%ff".to_owned()),
        (Method::GET, "/api/orgs/%ff/members".to_owned()),
        (Method::DELETE, "/api/auth/sessions/%ff".to_owned()),
        (Method::GET, format!("{}/keys/%ff", org.path)),
    ] {
        let answer = client.call(method.clone(), &path, None).await.status(404);
        assert_eq!(answer.code(), "not_found", "{path}");
        let answer = app.anonymous().call(method, &path, None).await.status(401);
        assert_eq!(answer.code(), "unauthenticated", "{path}");
    }
    client.get("/api/verify/%ff").await.status(200);
    app.anonymous().get("/api/verify/%ff").await.status(401);
    assert_eq!(app.anonymous().get("/setup/%ff").await.status(404).code(), "not_found");
}

#[tokio::test]
async fn a_name_with_a_nul_is_nobody_s() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for body in [
        json!({ "email": "admin\0@acme.example", "password": PASSWORD }),
        json!({ "email": "admin@acme.example\0", "password": PASSWORD }),
        json!({ "username": "ad\0min", "password": PASSWORD }),
    ] {
        let answer = app.anonymous().post("/api/auth/login", body).await.status(401);
        assert_eq!(answer.code(), "invalid_login");
    }
    for client in [org.admin.with_cookie(), org.admin.with_bearer()] {
        client.get("/api/orgs/%00").await.status(404);
        client.get("/api/orgs/acme%00").await.status(404);
        client.get("/api/verify?org=acme%00").await.status(403);
        let body = json!({ "org": "acme\0" });
        client.post("/api/auth/token", body).await.status(404);
    }
}
