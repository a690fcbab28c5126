//! Whose address a request counts for.

use axum::http::Method;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

/// The address that a session was started from, as its owner is told.
async fn seen(app: &TestApp, forwarded: &[&str]) -> String {
    let mut headers = vec![];
    headers.extend(forwarded.iter().map(|line| ("x-forwarded-for", *line)));
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let answer =
        app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, Some(body)).await.status(200);
    let cookie = crate::support::Credential::Cookie(answer.cookie("oskar_session"));
    let sessions =
        crate::support::Client::new(app.router.clone(), cookie).get("/api/auth/sessions").await.json();
    let current = sessions["data"].as_array().unwrap().iter().find(|session| session["current"] == true);
    current.unwrap()["ip"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a57_without_trusted_proxies_the_client_is_whoever_connects() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", None).await;
    assert_eq!(seen(&app, &["198.51.100.9"]).await, "203.0.113.7");
}

#[tokio::test]
async fn a57_behind_a_trusted_proxy_the_right_most_hop_that_is_not_ours_counts() {
    let app = TestApp::with(&[("OSKAR_TRUSTED_PROXIES", "203.0.113.0/24,10.1.2.3")]).await;
    app.register("ana@acme.example", None).await;
    assert_eq!(seen(&app, &[]).await, "203.0.113.7");
    assert_eq!(seen(&app, &["1.2.3.4, 198.51.100.9"]).await, "198.51.100.9", "the left part is forged");
    assert_eq!(seen(&app, &["1.2.3.4", "198.51.100.9, 10.1.2.3"]).await, "198.51.100.9", "two headers");
    assert_eq!(seen(&app, &["::FFFF:198.51.100.9"]).await, "198.51.100.9");
    assert_eq!(seen(&app, &["2001:DB8:0:0::1"]).await, "2001:db8::1");
    for junk in ["fe80::1%eth0", "unknown", "1.2.3.4.5", ",", "é"] {
        assert_eq!(seen(&app, &[&format!("1.2.3.4, {junk}")]).await, "203.0.113.7", "{junk}");
    }
}
