//! How many requests an address may send.

use axum::http::Method;
use chrono::TimeDelta;

use crate::support::{Answer, TestApp};

/// Anybody may ask for it.
const OPEN: &str = "/.well-known/jwks.json";

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
        let answer = ask(&app, "192.0.2.1", OPEN).await.status(200);
        assert_eq!(answer.header("ratelimit-policy"), r#""default";q=60;w=3"#);
        assert!(answer.header("ratelimit").starts_with(&format!(r#""default";r={left};t="#)));
    }
    for path in [OPEN, "/api/auth/me", "/nowhere", "/api/openapi.json"] {
        let refused = ask(&app, "192.0.2.1", path).await.status(429);
        assert_eq!(refused.code(), "rate_limited");
        assert_eq!(
            (refused.header("retry-after"), refused.header("ratelimit")),
            ("1", r#""default";r=0;t=3"#)
        );
        assert_eq!(refused.header("x-content-type-options"), "nosniff");
    }
    ask(&app, "192.0.2.2", OPEN).await.status(200);
    app.advance(TimeDelta::seconds(1));
    for _ in 0..20 {
        ask(&app, "192.0.2.1", "/api/auth/me").await.status(401);
    }
    ask(&app, "192.0.2.1", OPEN).await.status(429);
}

#[tokio::test]
async fn a57_an_ipv6_customer_has_one_bucket() {
    let app = limited(&[]).await;
    for place in 0..60 {
        ask(&app, &format!("2001:db8:1:2:{place:x}::1"), OPEN).await.status(200);
    }
    ask(&app, "2001:DB8:1:2::ffff", OPEN).await.status(429);
    ask(&app, "2001:db8:1:3::ffff", OPEN).await.status(200);
}

#[tokio::test]
async fn exempt_networks_and_a_limit_of_0_are_not_counted() {
    let app = limited(&[("OSKAR_LIMITS__EXEMPT", "192.0.2.0/24"), ("OSKAR_LIMITS__RATE_BURST", "1")]).await;
    for _ in 0..5 {
        let answer = ask(&app, "192.0.2.77", OPEN).await.status(200);
        assert!(!answer.headers.contains_key("ratelimit"));
    }
    ask(&app, "198.51.100.1", OPEN).await.status(200);
    ask(&app, "198.51.100.1", OPEN).await.status(429);
    let app = TestApp::start().await;
    for _ in 0..100 {
        ask(&app, "198.51.100.1", OPEN).await.status(200);
    }
}

#[tokio::test]
async fn what_watches_the_server_is_never_refused() {
    let app = limited(&[("OSKAR_LIMITS__RATE_BURST", "1")]).await;
    ask(&app, "192.0.2.1", OPEN).await.status(200);
    ask(&app, "192.0.2.1", OPEN).await.status(429);
    for path in ["/livez", "/readyz", "/health", "/api/health"] {
        for _ in 0..100 {
            let answer = ask(&app, "192.0.2.1", path).await.status(200);
            assert!(!answer.headers.contains_key("ratelimit"));
        }
    }
    // Nor do they use up what others have.
    ask(&app, "192.0.2.2", "/livez").await.status(200);
    ask(&app, "192.0.2.2", OPEN).await.status(200);
}

#[tokio::test]
async fn credentials_are_not_guessed_at_health() {
    let app = limited(&[("OSKAR_LIMITS__RATE_BURST", "2"), ("OSKAR_LIMITS__RATE_PER_SECOND", "1")]).await;
    let admin = app.register("ana@acme.example", Some("Acme")).await.with_cookie();
    let details = async || admin.get("/health").await.status(200).json().get("advisories").is_some();
    assert!(details().await, "registering took one, this takes the other");
    assert!(!details().await, "status and version are told all the same");
    app.advance(TimeDelta::seconds(2));
    assert!(details().await);
}

async fn verify(app: &TestApp, address: &str, key: &str) -> Answer {
    let headers = [("x-forwarded-for", address), ("x-api-key", key)];
    app.anonymous().call_with(Method::GET, "/api/verify", &headers, None).await
}

#[tokio::test]
async fn good_credentials_are_never_too_many_at_verify() {
    let app = limited(&[("OSKAR_LIMITS__RATE_BURST", "2")]).await;
    let org = app.another_node_with(&[]).await.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await.secret;
    let bearer = format!("Bearer {}", org.admin.access_token);
    let cookie = format!("oskar_session={}", org.admin.cookie);
    for _ in 0..50 {
        for credential in [("x-api-key", key.as_str()), ("authorization", &bearer), ("cookie", &cookie)] {
            let answer =
                app.anonymous().call_with(Method::GET, "/api/verify", &[credential], None).await.status(200);
            assert!(!answer.headers.contains_key("ratelimit"));
            let denied = "/api/verify?role=admin&org=nowhere";
            app.anonymous().call_with(Method::GET, denied, &[credential], None).await.status(403);
        }
        // Who sends none guesses nothing.
        ask(&app, "203.0.113.7", "/api/verify").await.status(401);
    }
    ask(&app, "203.0.113.7", OPEN).await.status(200);
}

#[tokio::test]
async fn bad_credentials_count_for_the_client_and_not_for_the_gateway() {
    let app = limited(&[("OSKAR_LIMITS__RATE_BURST", "3")]).await;
    let org = app.another_node_with(&[]).await.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let good = org.key("live", "viewer", None).await.secret;
    org.admin.with_cookie().delete(&format!("{}/keys/{}", org.path, key.id)).await.status(204);
    for _ in 0..3 {
        verify(&app, "192.0.2.1", &key.secret).await.status(401);
    }
    for bad in [key.secret.as_str(), &key.secret[..40]] {
        let refused = verify(&app, "192.0.2.1", bad).await.status(429);
        assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("rate_limited", "1"));
    }
    ask(&app, "192.0.2.1", OPEN).await.status(429);
    verify(&app, "192.0.2.1", &good).await.status(200);
    verify(&app, "192.0.2.2", &key.secret).await.status(401);
    // An exempt gateway does not lend that to its clients.
    let node = app.another_node_with(&[
        ("OSKAR_LIMITS__RATE_PER_SECOND", "20"),
        ("OSKAR_LIMITS__RATE_BURST", "1"),
        ("OSKAR_TRUSTED_PROXIES", "203.0.113.7"),
        ("OSKAR_LIMITS__EXEMPT", "203.0.113.7"),
    ]);
    let node = node.await;
    verify(&node, "192.0.2.1", &key.secret).await.status(401);
    verify(&node, "192.0.2.1", &key.secret).await.status(429);
}
