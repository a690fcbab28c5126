//! How many requests an address may send.

use axum::http::Method;
use chrono::TimeDelta;

use crate::support::{Answer, TestApp};

async fn limited(more: &[(&str, &str)]) -> TestApp {
    let mut settings =
        vec![("OSKAR_LIMITS__RATE_PER_SECOND", "20"), ("OSKAR_TRUSTED_PROXIES", "203.0.113.7")];
    settings.extend(more);
    TestApp::with(&settings).await
}

async fn ask(app: &TestApp, address: &str, path: &str) -> Answer {
    app.anonymous().call_with(Method::GET, path, &[("x-forwarded-for", address)], None).await
}

#[tokio::test]
async fn an_address_has_60_requests_at_once_and_20_a_second() {
    let app = limited(&[]).await;
    for left in (0..60).rev() {
        let answer = ask(&app, "192.0.2.1", "/livez").await.status(200);
        assert_eq!(answer.header("ratelimit-policy"), r#""default";q=60;w=3"#);
        assert!(answer.header("ratelimit").starts_with(&format!(r#""default";r={left};t="#)));
    }
    for path in ["/livez", "/api/auth/me", "/nowhere", "/api/openapi.json"] {
        let refused = ask(&app, "192.0.2.1", path).await.status(429);
        assert_eq!(refused.code(), "rate_limited");
        assert_eq!(
            (refused.header("retry-after"), refused.header("ratelimit")),
            ("1", r#""default";r=0;t=3"#)
        );
        assert_eq!(refused.header("x-content-type-options"), "nosniff");
    }
    ask(&app, "192.0.2.2", "/livez").await.status(200);
    app.advance(TimeDelta::seconds(1));
    for _ in 0..20 {
        ask(&app, "192.0.2.1", "/api/auth/me").await.status(401);
    }
    ask(&app, "192.0.2.1", "/livez").await.status(429);
}

#[tokio::test]
async fn a57_an_ipv6_customer_has_one_bucket() {
    let app = limited(&[]).await;
    for place in 0..60 {
        ask(&app, &format!("2001:db8:1:2:{place:x}::1"), "/livez").await.status(200);
    }
    ask(&app, "2001:DB8:1:2::ffff", "/livez").await.status(429);
    ask(&app, "2001:db8:1:3::ffff", "/livez").await.status(200);
}

#[tokio::test]
async fn exempt_networks_and_a_limit_of_0_are_not_counted() {
    let app = limited(&[("OSKAR_LIMITS__EXEMPT", "192.0.2.0/24"), ("OSKAR_LIMITS__RATE_BURST", "1")]).await;
    for _ in 0..5 {
        let answer = ask(&app, "192.0.2.77", "/livez").await.status(200);
        assert!(!answer.headers.contains_key("ratelimit"));
    }
    ask(&app, "198.51.100.1", "/livez").await.status(200);
    ask(&app, "198.51.100.1", "/livez").await.status(429);
    let app = TestApp::start().await;
    for _ in 0..100 {
        ask(&app, "198.51.100.1", "/livez").await.status(200);
    }
}

#[tokio::test]
async fn an_exempt_gateway_asks_on_behalf_of_its_clients() {
    let app = limited(&[("OSKAR_LIMITS__EXEMPT", "203.0.113.7"), ("OSKAR_LIMITS__RATE_BURST", "1")]).await;
    for _ in 0..5 {
        ask(&app, "198.51.100.1", "/api/verify").await.status(401);
    }
    ask(&app, "198.51.100.1", "/livez").await.status(200);
    ask(&app, "198.51.100.1", "/livez").await.status(429);
}
