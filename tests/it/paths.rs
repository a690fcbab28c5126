//! Paths and methods that nobody serves.

use axum::http::Method;

use crate::support::TestApp;

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_have_the_same_shape() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for path in [
        "/",
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
