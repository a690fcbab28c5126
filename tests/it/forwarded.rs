//! What gateways ask about: foreign sites' requests, statuses that nginx understands, and gateways that say too little.

use axum::http::Method;

use crate::process::Installation;
use crate::support::{Answer, PASSWORD, TestApp, TestOrganisation, basic};

const OWN: &str = "https://app.example.com";
const FOREIGN: &str = "https://evil.example";

/// With the test client's address as a gateway that is known, or not.
async fn behind(gateway: &str) -> (TestApp, TestOrganisation) {
    let settings =
        [("OSKAR_TRUSTED_PROXIES", gateway), ("OSKAR_ALLOWED_ORIGINS", "https://shop.example.com")];
    let app = TestApp::with(&settings).await;
    let org = app.organisation("Acme").await;
    (app, org)
}

const KNOWN: &str = "203.0.113.7";
const UNKNOWN: &str = "192.0.2.1";

/// A request by cookie, as a gateway in front of [`OWN`] repeats it.
async fn ask(app: &TestApp, org: &TestOrganisation, method: &str, more: &[(&str, &str)]) -> Answer {
    let cookie = format!("oskar_session={}", org.admin.cookie);
    let mut headers = vec![
        ("cookie", cookie.as_str()),
        ("x-forwarded-host", "app.example.com"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-for", "198.51.100.1"),
    ];
    if !method.is_empty() {
        headers.push(("x-forwarded-method", method));
    }
    headers.extend(more);
    app.anonymous().call_with(Method::GET, "/api/verify", &headers, None).await
}

#[tokio::test]
async fn a_foreign_site_changes_nothing_behind_a_known_gateway() {
    let (app, org) = behind(KNOWN).await;
    for (headers, unsafe_status) in [
        (&[][..], 200),
        (&[("origin", OWN)], 200),
        (&[("origin", "https://APP.example.com")], 200),
        (&[("origin", "https://shop.example.com")], 200),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("sec-fetch-site", "none")], 200),
        (&[("sec-fetch-site", "cross-site"), ("origin", "https://shop.example.com")], 200),
        (&[("origin", FOREIGN)], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "")], 403),
        (&[("origin", "http://app.example.com")], 403),
        (&[("origin", "https://app.example.com:443")], 403),
        (&[("origin", "https://app.example.com:8443")], 403),
        (&[("origin", "https://app.example.com.evil.example")], 403),
        (&[("origin", "https://localhost:8675")], 403),
        (&[("origin", OWN), ("origin", FOREIGN)], 403),
        (&[("origin", "https://shop.example.com, https://evil.example")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "cross-site"), ("origin", OWN)], 403),
        (&[("sec-fetch-site", "Same-Origin")], 403),
    ] {
        for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE", "post"] {
            let answer = ask(&app, &org, method, headers).await;
            assert_eq!(answer.status, unsafe_status, "{method} {headers:?}");
            if unsafe_status == 403 {
                assert_eq!(answer.code(), "cross_site");
                assert!(!answer.headers.contains_key("x-auth-user-id"));
            }
        }
        for method in ["GET", "HEAD", "OPTIONS"] {
            ask(&app, &org, method, headers).await.status(200);
        }
        // A socket is opened by GET, and is no mere look.
        let socket = [headers, &[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")]].concat();
        ask(&app, &org, "GET", &socket).await.status(unsafe_status);
    }
}

#[tokio::test]
async fn keys_and_tokens_are_sent_by_those_who_know_them_and_passwords_are_not() {
    let (app, org) = behind(KNOWN).await;
    let key = org.key("live", "viewer", None).await.secret;
    let bearer = format!("Bearer {}", org.admin.access_token);
    let password = basic(&org.admin.email, PASSWORD);
    for (name, value, status) in
        [("x-api-key", &key, 200), ("authorization", &bearer, 200), ("authorization", &password, 403)]
    {
        for path in ["/api/verify", "/api/verify/tasks"] {
            let headers = [(name, value.as_str()), ("origin", FOREIGN), ("x-forwarded-method", "POST")];
            let answer = app.anonymous().call_with(Method::GET, path, &headers, None).await;
            assert_eq!(answer.status, status, "{name}: {value}");
        }
    }
    // Without a good credential that is what is told.
    let headers = [("origin", FOREIGN), ("x-forwarded-method", "POST")];
    let answer = app.anonymous().call_with(Method::GET, "/api/verify", &headers, None).await.status(401);
    assert_eq!(answer.code(), "unauthenticated");
}

#[tokio::test]
async fn envoy_keeps_method_and_host() {
    for gateway in [KNOWN, UNKNOWN] {
        let (app, org) = behind(gateway).await;
        let cookie = format!("oskar_session={}", org.admin.cookie);
        for (origin, status) in [(OWN, 200), (FOREIGN, 403)] {
            // Some clients write a port that goes without saying.
            for host in ["app.example.com", "app.example.com:443"] {
                let headers = [("cookie", cookie.as_str()), ("host", host), ("origin", origin)];
                for method in [Method::POST, Method::DELETE] {
                    let answer =
                        app.anonymous().call_with(method, "/api/verify/tasks/1", &headers, None).await;
                    assert_eq!(answer.status, status, "{origin} at {host}");
                }
            }
        }
    }
}

/// What it says of the request is not believed, so nothing is known but what browsers say by themselves.
#[tokio::test]
async fn behind_an_unknown_gateway_the_judgement_is_on_the_safe_side() {
    let (app, org) = behind(UNKNOWN).await;
    for method in ["", "GET", "POST"] {
        for headers in
            [&[][..], &[("sec-fetch-site", "same-origin"), ("origin", OWN)], &[("sec-fetch-site", "none")]]
        {
            ask(&app, &org, method, headers).await.status(200);
        }
        // Following a link from elsewhere.
        ask(&app, &org, method, &[("sec-fetch-site", "cross-site")]).await.status(200);
        ask(&app, &org, method, &[("origin", "https://shop.example.com")]).await.status(200);
        for headers in [
            &[("origin", FOREIGN)][..],
            &[("origin", "null")],
            &[("origin", OWN)],
            &[("sec-fetch-site", "cross-site"), ("origin", FOREIGN)],
        ] {
            let refused = ask(&app, &org, method, headers).await.status(403);
            assert_eq!(refused.code(), "cross_site", "{method} {headers:?}");
            assert!(refused.text().contains("`trusted_proxies`"), "{}", refused.text());
        }
    }
    // Nor is a known one that does not say the method taken to mean GET.
    let (app, org) = behind(KNOWN).await;
    ask(&app, &org, "", &[("origin", FOREIGN)]).await.status(403);
    ask(&app, &org, "", &[("origin", OWN)]).await.status(200);
    ask(&app, &org, "", &[]).await.status(200);
}

/// Whose status is 403 at most, and what it would be.
async fn by_nginx(app: &TestApp, query: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
    let path = format!("/api/verify?compat=nginx{query}");
    let answer = app.anonymous().call_with(Method::GET, &path, headers, None).await;
    let header = |name| answer.header(name).to_owned();
    (answer.status, header("x-auth-status"), header("retry-after"))
}

#[tokio::test]
async fn nginx_gets_statuses_that_it_understands() {
    let settings = [
        ("OSKAR_LIMITS__RATE_PER_SECOND", "1"),
        ("OSKAR_LIMITS__RATE_BURST", "2"),
        ("OSKAR_TRUSTED_PROXIES", KNOWN),
    ];
    let app = TestApp::with(&settings).await;
    let org = app.another_node_with(&[]).await.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await.secret;
    let told =
        |status: u16, true_status: &str, retry: &str| (status, true_status.to_owned(), retry.to_owned());
    let good = ("x-api-key", key.as_str());
    assert_eq!(by_nginx(&app, "", &[good]).await, told(200, "200", ""));
    assert_eq!(by_nginx(&app, "&role=admin", &[good]).await, told(403, "403", ""));
    assert_eq!(by_nginx(&app, "", &[]).await, told(401, "401", ""));
    let two = [good, ("authorization", "Bearer x")];
    assert_eq!(by_nginx(&app, "", &two).await, told(403, "400", ""));
    let bad = [("x-api-key", "osk_live_x")];
    for _ in 0..2 {
        assert_eq!(by_nginx(&app, "", &bad).await, told(401, "401", ""));
    }
    assert_eq!(by_nginx(&app, "", &bad).await, told(403, "429", "1"));
    let guess = basic("nobody@acme.example", "guess");
    let guess = [("authorization", guess.as_str()), ("x-forwarded-for", "192.0.2.9")];
    let mut last = told(401, "401", "");
    for _ in 0..6 {
        last = by_nginx(&app, "", &guess).await;
    }
    assert_eq!((last.0, last.1.as_str(), last.2.is_empty()), (403, "429", false));
    // The header tells the gateway's own mistakes from a visitor's 403.
    for query in ["&permission=no:such", "&role=boss", "&role=admin&role=viewer", "&colour=red"] {
        assert_eq!(by_nginx(&app, query, &[good]).await, told(403, "422", ""), "{query}");
    }
    app.app.db.clone().close().await;
    let (status, true_status, retry) = by_nginx(&app, "", &[good]).await;
    assert!(status == 403 && true_status.starts_with('5'), "{true_status}");
    assert_eq!(true_status == "503", retry == "1");
}

#[tokio::test]
async fn what_is_no_gateway_is_refused_at_once() {
    let (app, org) = behind(KNOWN).await;
    for query in
        ["compat=caddy", "compat=", "compat=NGINX", "compat=nginx&compat=nginx", "compat=nginx&compat=x"]
    {
        for path in [format!("/api/verify?{query}"), format!("/api/verify/tasks?{query}")] {
            for client in [app.anonymous(), org.admin.with_bearer()] {
                let refused = client.get(&path).await.status(422);
                assert_eq!(
                    (refused.code(), refused.pointer()),
                    ("validation_failed".into(), "/compat".into())
                );
                assert!(!refused.headers.contains_key("x-auth-user-id"));
            }
        }
    }
    // Elsewhere it means nothing.
    app.anonymous().get("/livez?compat=x").await.status(200);
    assert_eq!(app.anonymous().get("/api/auth/me?compat=nginx").await.header("x-auth-status"), "");
}

#[tokio::test]
async fn a_gateway_that_names_no_client_is_told_of_once() {
    let installation = Installation::new().await;
    let client = reqwest::Client::new();
    let told = "without X-Forwarded-For";
    let server = installation.serve(&[]).await;
    server.terminate().await;
    let (_, log) = server.ended().await;
    assert!(log.contains("no gateway is named in `trusted_proxies`"), "{log}");

    // Only warnings: the rest would fill the pipe.
    let settings = [("OSKAR_LOG__LEVEL", "warn"), ("OSKAR_TRUSTED_PROXIES", "127.0.0.1")];
    let server = installation.serve(&settings).await;
    for number in 0..800 {
        let mut request = client.get(format!("{}/api/verify", server.url));
        if number < 200 {
            request = request.header("x-forwarded-for", "192.0.2.1");
        }
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    server.terminate().await;
    let (_, log) = server.ended().await;
    assert_eq!(log.matches(told).count(), 1, "{log}");
    assert!(log.contains("127.0.0.1"), "{log}");
}

/// The document says what the answers are.
#[tokio::test]
async fn the_document_names_every_header() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.json();
    let headers = &document["paths"]["/api/verify"]["get"]["responses"]["200"]["headers"];
    let org = app.organisation("Acme").await;
    let answer = org.admin.with_bearer().get("/api/verify").await;
    let sent = answer.headers.keys().filter(|name| name.as_str().starts_with("x-auth-"));
    let documented: Vec<_> = headers.as_object().unwrap().keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(sent.filter(|name| !documented.contains(&name.to_string())).count(), 0, "{documented:?}");
    assert_eq!(documented.iter().filter(|name| name.starts_with("x-auth-")).count(), 11);
}
