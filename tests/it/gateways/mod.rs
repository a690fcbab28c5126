//! The recipes hold: each is run by the real program, in front of a service that tells what it received.

mod protected;
mod proxies;
mod walk;

use std::collections::BTreeMap;

use axum::Router;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::support::{PASSWORD, basic};
use protected::{Protected, Visitor};
use proxies::{Addresses, Gateway, recipe, spare_port};

/// Everything that must hold behind any gateway. Each visitor has an address of their own.
async fn holds(gateway: Gateway, protected: Protected) {
    identity_and_request_arrive(&gateway, &protected).await;
    nothing_of_the_client_s_passes_for_an_identity(&gateway, &protected).await;
    credentials_stay_in_front(&gateway, &protected).await;
    refusals_are_told(&gateway, &protected).await;
    browsers_are_sent_to_the_sign_in_page(&gateway, &protected).await;
    preflights_reach_the_service(&gateway).await;
    foreign_sites_change_nothing(&gateway, &protected).await;
    visitors_do_not_pay_for_each_other(&gateway, &protected).await;
    the_end_is_closed(gateway, protected).await;
}

async fn identity_and_request_arrive(gateway: &Gateway, protected: &Protected) {
    let visitor = Visitor::number(2, gateway);
    let (id, secret) = protected.key("member").await;
    let organisation = protected.admin["organisation"]["id"].as_str().unwrap();
    let of_key = [
        ("kind", "api_key"),
        ("org-id", organisation),
        ("org-slug", "acme"),
        ("role", "member"),
        ("permissions", "org:read members:read keys:read credentials:verify tasks:read tasks:write"),
        ("environment", "live"),
        ("key-id", &id),
    ];
    let of_key: BTreeMap<_, _> =
        of_key.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let path = "/tasks/1%2F2?role=owner&permission=x&compat=y&q=%20%26";
    for (name, value) in [("authorization", format!("Bearer {secret}")), ("x-api-key", secret.clone())] {
        let headers = [(name, value.as_str()), ("content-type", "text/plain")];
        let body = "ü".repeat(30_000);
        let received = visitor.send(Method::POST, path, &headers, &body).await.received();
        assert_eq!(received.identity(), of_key);
        assert_eq!(received.header("host"), visitor.site().strip_prefix("http://"));
        assert_eq!(received.header("x-forwarded-for"), Some("127.0.0.2"));
        assert_eq!((&received.told["method"], &received.told["uri"]), (&json!("POST"), &json!(path)));
        assert_eq!(received.told["body"], body);
        received.without_credentials(&[&secret]);
    }
    let bearer = format!("Bearer {}", protected.token());
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = visitor.send(method.clone(), "/tasks", &[("authorization", &bearer)], "").await;
        let identity = answer.received().without_credentials(&[protected.token()]).identity();
        assert_eq!(identity["user-name"], "Ana M%C3%BCller, 100 %25", "{method}");
        assert_eq!(identity["user-email"], "ana@acme.example");
        assert_eq!(identity["user-id"], protected.admin["user"]["id"].as_str().unwrap());
        assert!(identity["session-id"].starts_with("sess_") && !identity.contains_key("key-id"));
    }
}

async fn nothing_of_the_client_s_passes_for_an_identity(gateway: &Gateway, protected: &Protected) {
    let visitor = Visitor::number(3, gateway);
    let (_, secret) = protected.key("member").await;
    let honest = visitor.get(&[("x-api-key", &secret)]).await.received().identity();
    let names = [
        "Kind",
        "User-Id",
        "User-Email",
        "User-Name",
        "Org-Id",
        "Org-Slug",
        "Role",
        "Permissions",
        "Environment",
        "Session-Id",
        "Key-Id",
    ];
    for (between, within) in [("-", "-"), ("_", "_"), (".", "."), ("-", "_"), ("_", "-"), ("-", ".")] {
        for name in names {
            let name = format!("X{between}Auth{within}{}", name.replace('-', within));
            for value in ["admin", ""] {
                let claim = (name.as_str(), value);
                let received = visitor.get(&[claim, ("x-api-key", &secret)]).await.received();
                assert_eq!(received.identity(), honest, "{name}");
                visitor.get(&[claim]).await.status(401);
            }
        }
    }
    // Names that proxies take out on the way if the client asks for it.
    for hops in ["X-Auth-Role, X-Auth-Org-Id", "close, x-auth-role", "keep-alive, X-Auth-Key-Id, te"] {
        let answer = visitor.get(&[("connection", hops), ("x-api-key", &secret)]).await;
        if answer.status != 400 {
            assert_eq!(answer.received().identity(), honest, "Connection: {hops}");
        }
    }
}

async fn credentials_stay_in_front(gateway: &Gateway, protected: &Protected) {
    let visitor = Visitor::number(4, gateway);
    let ours = &protected.cookies;
    let (session, device) = ours.split_once("; ").unwrap();
    for cookies in [
        format!("theme=dark; {ours}; lang=de"),
        format!("{session}; theme=dark; {device}; lang=de"),
        format!("theme=dark; lang=de; {ours}"),
        format!("{ours}; theme=dark; __Host-oskar_session=oss_1; __Secure-oskar_device=x; lang=de"),
        format!("theme=dark;{session};lang=de;{device}"),
    ] {
        let received = visitor.get(&[("cookie", &cookies)]).await.received().without_credentials(&[]);
        assert_eq!(received.identity()["role"], "admin");
        let left = received.header("cookie").unwrap_or_default();
        if gateway.edits_cookies {
            assert!(left.contains("theme=dark") && left.contains("lang=de"), "{cookies}: {left}");
        }
    }
    let own = "my_oskar_session=1; oskar_sessions=2; x=oskar_session";
    let cookies = format!("{own}; {ours}");
    let received = visitor.get(&[("cookie", &cookies)]).await.received();
    assert!(!received.told.to_string().contains("oss_"));
    let left = received.header("cookie").unwrap_or_default().trim_end_matches([';', ' ']);
    assert_eq!(left, if gateway.edits_cookies { own } else { "" });
    // A good password passes, and stays.
    let password = basic("ana@acme.example", PASSWORD);
    let received = visitor.get(&[("authorization", &password)]).await.received();
    assert_eq!(received.without_credentials(&[PASSWORD, &password[6..]]).identity()["role"], "admin");
}

async fn refusals_are_told(gateway: &Gateway, protected: &Protected) {
    let visitor = Visitor::number(5, gateway);
    let (id, secret) = protected.key("member").await;
    let (_, viewer) = protected.key("viewer").await;
    // Its check sum does not fit.
    let wrong = secret.replace("osk_live_", "osk_test_");
    for headers in [&[][..], &[("x-api-key", wrong.as_str())], &[("cookie", "oskar_session=oss_1")]] {
        let refused = visitor.get(headers).await.status(401);
        assert_eq!(refused.header("content-type"), "application/problem+json", "{headers:?}");
        assert!(refused.header("www-authenticate").starts_with("Bearer realm=\"oskar\""), "{headers:?}");
        assert_eq!((refused.header("cache-control"), &refused.json()["status"]), ("no-store", &json!(401)));
    }
    let refused = visitor.get(&[("x-api-key", &viewer)]).await.status(403);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert!(refused.header("www-authenticate").is_empty());
    let both = [("x-api-key", secret.as_str()), ("authorization", "Bearer x")];
    visitor.get(&both).await.status(400);
    visitor.get(&[("x-api-key", &secret)]).await.status(200);
    protected.revoke(&id).await;
    visitor.get(&[("x-api-key", &secret)]).await.status(401);
}

async fn browsers_are_sent_to_the_sign_in_page(gateway: &Gateway, protected: &Protected) {
    let visitor = Visitor::number(12, gateway);
    let accept = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    let sign_in = format!("{}/sign-in", protected.public_url);
    let path = "/tasks/1%2F2?a=1,2&q=%20%26&role=owner&return_to=https://evil.example";
    let page = format!("{}{path}", visitor.site());
    let stale = ("cookie", "oskar_session=oss_1");
    let lies = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-uri", "/elsewhere"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-method", "POST"),
    ];
    for more in [&[][..], &[stale], &lies] {
        let answer = visitor.send(Method::GET, path, &[&[accept], more].concat(), "").await.status(302);
        let there = answer.header("location").parse::<reqwest::Url>().unwrap();
        let query: Vec<_> = there.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(there.as_str().split('?').next(), Some(sign_in.as_str()), "{more:?}");
        assert_eq!(query, [format!("return_to={page}")], "{more:?}");
    }
    // Programs, and what a redirect would lose.
    for (method, more) in [
        (Method::GET, &[][..]),
        (Method::GET, &[("accept", "application/json")]),
        (Method::GET, &[("accept", "*/*")]),
        (Method::POST, &[accept]),
        (Method::POST, &[accept, ("x-forwarded-method", "GET")]),
        (Method::DELETE, &[accept]),
    ] {
        let refused = visitor.send(method.clone(), path, more, "").await.status(401);
        let told = (refused.header("location"), refused.header("content-type"));
        assert_eq!(told, ("", "application/problem+json"), "{method} {more:?}");
    }
    // Who is signed in and may not is not sent round in circles.
    let (_, viewer) = protected.key("viewer").await;
    visitor.send(Method::GET, path, &[accept, ("x-api-key", &viewer)], "").await.status(403);
}

async fn preflights_reach_the_service(gateway: &Gateway) {
    let visitor = Visitor::number(6, gateway);
    let preflight = [("origin", "https://shop.example"), ("access-control-request-method", "POST")];
    let claims = [("x-auth-role", "admin"), ("x-auth-kind", "user"), ("cookie", "oskar_session=oss_1")];
    let received =
        visitor.send(Method::OPTIONS, "/tasks?x=1", &[&preflight[..], &claims].concat(), "").await.received();
    assert_eq!((&received.told["method"], &received.told["uri"]), (&json!("OPTIONS"), &json!("/tasks?x=1")));
    assert_eq!(received.identity(), BTreeMap::new());
    assert_eq!(received.header("origin"), Some("https://shop.example"));
    received.without_credentials(&[]);
    // What only looks like one.
    visitor.send(Method::OPTIONS, "/tasks", &[], "").await.status(401);
    visitor.send(Method::OPTIONS, "/tasks", &preflight[..1], "").await.status(401);
    visitor.send(Method::OPTIONS, "/tasks", &preflight[1..], "").await.status(401);
    visitor.send(Method::GET, "/tasks", &preflight, "").await.status(401);
    visitor.send(Method::POST, "/tasks", &preflight, "").await.status(401);
}

async fn foreign_sites_change_nothing(gateway: &Gateway, protected: &Protected) {
    let visitor = Visitor::number(7, gateway);
    let (cookie, own) = (("cookie", protected.cookies.as_str()), ("origin", visitor.site()));
    let foreign = ("origin", "http://evil.example");
    visitor.send(Method::POST, "/tasks", &[cookie, own], "x").await.status(200);
    visitor.send(Method::POST, "/tasks", &[cookie], "x").await.status(200);
    visitor.send(Method::POST, "/tasks", &[cookie, foreign], "x").await.status(403);
    visitor.send(Method::POST, "/tasks", &[cookie, ("origin", "null")], "x").await.status(403);
    visitor.send(Method::DELETE, "/tasks", &[cookie, ("sec-fetch-site", "cross-site")], "").await.status(403);
    visitor.send(Method::GET, "/tasks", &[cookie, ("sec-fetch-site", "cross-site")], "").await.status(200);
    visitor.send(Method::GET, "/tasks", &[cookie, foreign], "").await.status(200);
    let socket = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    visitor.send(Method::GET, "/tasks", &[cookie, socket, foreign], "").await.status(403);
    // Nobody but the gateway says what the request was.
    let lies = [cookie, foreign, ("x-forwarded-method", "GET"), ("x-forwarded-host", "evil.example")];
    visitor.send(Method::POST, "/tasks", &lies, "x").await.status(403);
    let bearer = format!("Bearer {}", protected.token());
    visitor.send(Method::POST, "/tasks", &[("authorization", &bearer), foreign], "x").await.status(200);
}

async fn visitors_do_not_pay_for_each_other(gateway: &Gateway, protected: &Protected) {
    let (_, secret) = protected.key("member").await;
    let good = ("x-api-key", secret.as_str());
    // By wrong passwords.
    let (wrong, right) = (Visitor::number(8, gateway), Visitor::number(9, gateway));
    let (guess, password) = (basic("eve@acme.example", "guess"), basic("ana@acme.example", PASSWORD));
    for _ in 0..5 {
        wrong.get(&[("authorization", &guess)]).await.status(401);
    }
    let refused = wrong.get(&[("authorization", &guess)]).await.status(429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 1);
    right.get(&[("authorization", &password)]).await.status(200);
    wrong.get(&[good]).await.status(200);
    // By many requests.
    let many = Visitor::number(10, gateway);
    let headers = [good];
    let statuses = futures_util::stream::iter(0..500).map(|_| many.get(&headers)).buffer_unordered(50);
    let refused = statuses.filter(|answer| std::future::ready(answer.status != 200)).count().await;
    assert_eq!(refused, 0, "of 500 good requests");
    // By bad keys.
    let (id, revoked) = protected.key("member").await;
    protected.revoke(&id).await;
    let bad = [("x-api-key", revoked.as_str())];
    let flood = futures_util::stream::iter(0..500).map(|_| many.get(&bad)).buffer_unordered(50);
    let flood: Vec<_> = flood.collect().await;
    assert!(flood.iter().all(|answer| [401, 429].contains(&answer.status)), "{flood:?}");
    let refused = flood.iter().find(|answer| answer.status == 429).unwrap();
    assert!(refused.header("retry-after").parse::<u32>().is_ok(), "{refused:?}");
    many.get(&headers).await.status(200);
    right.get(&bad).await.status(401);
}

async fn the_end_is_closed(gateway: Gateway, protected: Protected) {
    let visitor = Visitor::number(11, &gateway);
    let (_, secret) = protected.key("member").await;
    visitor.get(&[("x-api-key", &secret)]).await.status(200);
    protected.server.kill().await;
    for headers in [&[("x-api-key", secret.as_str())][..], &[]] {
        let answer = visitor.get(headers).await;
        assert!(answer.status >= 500, "{answer:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn nginx_holds() {
    let protected = Protected::new().await;
    if let Some(gateway) = Gateway::nginx(protected.addresses()).await {
        let (_, secret) = protected.key("member").await;
        let visitor = Visitor::number(13, &gateway);
        visitor.send(Method::GET, "/_oskar", &[("x-api-key", &secret)], "").await.status(404);
        holds(gateway, protected).await;
    }
}

#[tokio::test]
async fn nginx_tells_what_it_does_not_understand() {
    let protected = Protected::new().await;
    for (told, status) in
        [("503", 503), ("500", 503), ("429", 429), ("422", 500), ("400", 400), ("403", 403), ("421", 403)]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let oskar = listener.local_addr().unwrap().to_string();
        let refuse = async move || (StatusCode::FORBIDDEN, [("x-auth-status", told), ("retry-after", "7")]);
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(refuse)).await });
        let places = Addresses { oskar: &oskar, gateway: spare_port(), ..protected.addresses() };
        let Some(gateway) = Gateway::nginx(places).await else { return };
        let answer = Visitor::number(2, &gateway).get(&[]).await.status(status);
        assert_eq!((answer.header("retry-after"), answer.json()["service"].as_bool()), ("7", None));
    }
}

#[tokio::test]
async fn caddy_holds() {
    for variable in ["OSKAR_TEST_CADDY", "OSKAR_TEST_CADDY_DEBIAN"] {
        let protected = Protected::new().await;
        if let Some(gateway) = Gateway::caddy(variable, protected.addresses()).await {
            holds(gateway, protected).await;
        }
    }
}

#[tokio::test]
async fn traefik_holds() {
    let protected = Protected::new().await;
    if let Some(gateway) = Gateway::traefik(protected.addresses()).await {
        holds(gateway, protected).await;
    }
}

#[tokio::test]
async fn envoy_holds() {
    let protected = Protected::new().await;
    if let Some(gateway) = Gateway::envoy(protected.addresses()).await {
        holds(gateway, protected).await;
    }
}

#[test]
fn the_readme_shows_the_recipe() {
    let readme = include_str!("../../../README.md");
    let (_, block) = readme.split_once("```nginx\n").unwrap();
    assert_eq!(block.split_once("```").unwrap().0, recipe("nginx/oskar.conf"));
}
