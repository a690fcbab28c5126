//! What browsers are told and what is taken from them: foreign sites, other origins, framing, odd methods.

use axum::http::Method;
use serde_json::{Value, json};

use crate::operator::setup_link;
use crate::production::GOOD;
use crate::setup::{opening, runs_our_scripts_alone};
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp, TestOrganisation};

const APP: &str = "https://app.example.com";
/// What is like [`APP`] and is not.
const OTHERS: &[&str] = &[
    "https://evil.example",
    "null",
    "https://app.example.com.evil.example",
    "https://app.example.com.evil",
    "https://evilapp.example.com",
    "https://sub.app.example.com",
    "https://example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com:443",
    "https://app.example.com/",
    "https://app.example.com@evil.example",
    "https://app.example.com https://evil.example",
    "https://evil.example,https://app.example.com",
    "HTTPS://APP.EXAMPLE.COM",
    "app.example.com",
    "file://",
    "*",
];

async fn with_allowed_origins() -> TestApp {
    TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.example.com,http://localhost:3000")]).await
}

fn login() -> Value {
    json!({ "email": "admin@acme.example", "password": PASSWORD })
}

async fn organisations(org: &TestOrganisation) -> usize {
    let list = org.admin.with_cookie().get("/api/orgs").await.status(200).json();
    list["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn a44_a_foreign_site_can_change_nothing_with_the_user_s_cookie() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (cookie, bearer) = (org.admin.with_cookie(), org.admin.with_bearer());
    let key = org.key("live", "viewer", None).await;
    let key_path = format!("{}/keys/{}", org.path, key.id);
    for foreign in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "https://localhost")],
        &[("origin", "http://localhost:8675.evil.example")],
        &[("origin", "http://localhost:3000")],
        &[("origin", "chrome-extension://abcdefgh")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "Same-Origin")],
        &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8675")],
    ] {
        let refused = async |client: &Client, method: Method, path: &str, body: Option<Value>| {
            let answer = client.call_with(method, path, foreign, body).await.status(403);
            assert_eq!(answer.code(), "cross_site", "{foreign:?}");
            assert!(answer.headers.get("set-cookie").is_none(), "{foreign:?}");
        };
        refused(&cookie, Method::POST, "/api/orgs", Some(json!({ "name": "Planted" }))).await;
        refused(&cookie, Method::POST, "/api/auth/logout", None).await;
        refused(&cookie, Method::DELETE, "/api/auth/sessions", None).await;
        refused(&cookie, Method::PATCH, "/api/account", Some(json!({ "name": "Planted" }))).await;
        refused(&cookie, Method::DELETE, &org.path, None).await;
        refused(&cookie, Method::DELETE, &key_path, None).await;
        refused(&cookie, Method::PUT, "/api/auth/me", None).await;
        // A page that cannot read a token has no business sending one.
        refused(&bearer, Method::POST, "/api/auth/logout", None).await;
        // Signing the victim in as somebody else is an attack too.
        refused(&app.anonymous(), Method::POST, "/api/auth/login", Some(login())).await;
        let new = json!({ "email": "new@acme.example", "password": PASSWORD });
        refused(&app.anonymous(), Method::POST, "/api/auth/register", Some(new)).await;
        refused(&app.anonymous(), Method::POST, "/api/auth/refresh", None).await;
        let link = setup_link(&app).await;
        refused(&app.anonymous(), Method::POST, &link, None).await;
    }
    assert_eq!(organisations(&org).await, 1);
    let me = cookie.get("/api/auth/me").await.status(200).json();
    assert_eq!(me["user"]["name"], json!("admin"), "nothing was changed");
    key.with_x_api_key().get("/api/auth/me").await.status(200);
    let unknown = json!({ "email": "new@acme.example", "password": PASSWORD });
    app.anonymous().post("/api/auth/login", unknown).await.status(401);
}

#[tokio::test]
async fn our_own_pages_and_programs_without_a_browser_pass() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for own in [
        &[][..],
        &[("origin", "http://localhost:8675")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8675")],
        &[("sec-fetch-site", "none")],
    ] {
        let client = app.anonymous();
        client.call_with(Method::POST, "/api/auth/login", own, Some(login())).await.status(200);
        let update = Some(json!({}));
        org.admin.with_cookie().call_with(Method::PATCH, "/api/account", own, update).await.status(200);
    }
    // A link on a foreign site leads here, and looking changes nothing.
    let followed = &[("sec-fetch-site", "cross-site")];
    org.admin.with_cookie().call_with(Method::GET, "/api/orgs", followed, None).await.status(200);
}

#[tokio::test]
async fn a_form_cannot_pass_for_json() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let headers = [("content-type", kind)];
        let body = Some(json!({ "name": "Planted" }));
        let answer =
            org.admin.with_cookie().call_with(Method::POST, "/api/orgs", &headers, body).await.status(415);
        assert_eq!(answer.code(), "unsupported_media_type", "{kind}");
    }
    assert_eq!(organisations(&org).await, 1);
}

/// Proxies repeat there what a client told the sites that they protect.
#[tokio::test]
async fn verification_takes_forwarded_browser_headers_and_its_neighbours_do_not() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_bearer();
    let foreign = &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    for path in ["/api/verify", "/api/verify/some/where", "/api/verify/../auth/logout"] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            client.call_with(method, path, foreign, None).await.status(200);
        }
    }
    for path in ["/api/verifyx", "/api/verification", "/API/verify", "//api/verify", "/api/auth/logout"] {
        assert_eq!(
            client.call_with(Method::POST, path, foreign, None).await.status(403).code(),
            "cross_site"
        );
    }
    client.get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn an_allowed_origin_may_read_and_write_with_credentials() {
    let app = with_allowed_origins().await;
    let org = app.organisation("Acme").await;
    for origin in [APP, "http://localhost:3000"] {
        let headers = [("origin", origin), ("sec-fetch-site", "cross-site")];
        let client = org.admin.with_cookie();
        let created = Some(json!({ "name": "Made by a page" }));
        let answers = [
            client.call_with(Method::GET, "/api/auth/me", &headers, None).await.status(200),
            client.call_with(Method::POST, "/api/orgs", &headers, created).await.status(201),
            app.anonymous()
                .call_with(Method::POST, "/api/auth/login", &headers, Some(login()))
                .await
                .status(200),
            // Errors must be readable too.
            app.anonymous().call_with(Method::GET, "/api/auth/me", &headers, None).await.status(401),
            client.call_with(Method::GET, "/api/orgs/nowhere", &headers, None).await.status(404),
            client.call_with(Method::GET, "/nowhere", &headers, None).await.status(404),
            client.call_with(Method::DELETE, "/health", &headers, None).await.status(405),
            client.call_with(Method::POST, "/api/orgs", &headers, Some(json!({}))).await.status(422),
        ];
        for answer in answers {
            assert_eq!(answer.header("access-control-allow-origin"), origin, "{}", answer.asked);
            assert_eq!(answer.header("access-control-allow-credentials"), "true", "{}", answer.asked);
            assert!(varies_by_origin(&answer), "{}: {:?}", answer.asked, answer.headers);
            let exposed = answer.header("access-control-expose-headers");
            for name in ["x-request-id", "retry-after", "www-authenticate", "link"] {
                assert!(exposed.split(',').any(|exposed| exposed.trim() == name), "{name}: {exposed}");
            }
        }
    }
}

/// Else a cache would hand one origin's answer to another.
fn varies_by_origin(answer: &Answer) -> bool {
    let values = answer.headers.get_all("vary").iter().flat_map(|value| value.to_str().unwrap().split(','));
    values.map(str::trim).any(|name| name.eq_ignore_ascii_case("origin"))
}

#[tokio::test]
async fn a52_no_other_origin_may_read_or_write() {
    let app = with_allowed_origins().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    for origin in OTHERS {
        let headers = [("origin", *origin)];
        let preflight =
            [("origin", *origin), ("access-control-request-method", "POST"), ("sec-fetch-mode", "cors")];
        let body = Some(json!({ "name": "Planted" }));
        let written = client.call_with(Method::POST, "/api/orgs", &headers, body).await.status(403);
        assert_eq!(written.code(), "cross_site", "{origin}");
        for answer in [
            written,
            client.call_with(Method::GET, "/api/auth/me", &headers, None).await.status(200),
            app.anonymous().call_with(Method::GET, "/api/auth/me", &headers, None).await.status(401),
            app.anonymous().call_with(Method::GET, "/.well-known/jwks.json", &headers, None).await,
            app.anonymous().call_with(Method::OPTIONS, "/api/orgs", &preflight, None).await,
        ] {
            let allowed = answer.headers.get("access-control-allow-origin");
            assert!(allowed.is_none(), "{origin}: {}: {allowed:?}", answer.asked);
            assert!(varies_by_origin(&answer), "{origin}: {}", answer.asked);
        }
    }
    assert_eq!(organisations(&org).await, 1);
}

#[tokio::test]
async fn without_allowed_origins_no_origin_is() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for origin in [APP, "http://localhost:8675", "null"] {
        for method in [Method::GET, Method::OPTIONS] {
            let headers = [("origin", origin), ("access-control-request-method", "GET")];
            let answer = org.admin.with_cookie().call_with(method, "/api/auth/me", &headers, None).await;
            assert!(answer.headers.get("access-control-allow-origin").is_none(), "{}", answer.asked);
        }
    }
}

#[tokio::test]
async fn a_preflight_names_all_methods_and_headers_and_does_nothing() {
    let app = TestApp::with(&[
        ("OSKAR_ALLOWED_ORIGINS", APP),
        ("OSKAR_CORS__ALLOWED_HEADERS", "b3, X-Datadog-Trace-Id"),
    ])
    .await;
    let org = app.organisation("Acme").await;
    let mut methods: Vec<_> =
        oskar::api::recorded_routes(&app.app).iter().map(|route| route.method.to_string()).collect();
    methods.sort_unstable();
    methods.dedup();
    for method in methods {
        let headers = [
            ("origin", APP),
            ("access-control-request-method", method.as_str()),
            ("access-control-request-headers", "authorization,content-type,x-api-key,traceparent"),
        ];
        // Browsers send no credential along, and need none here; one that is there does nothing either.
        for client in [app.anonymous(), org.admin.with_cookie()] {
            let answer = client.call_with(Method::OPTIONS, &org.path, &headers, None).await.status(200);
            assert_eq!(answer.header("access-control-allow-origin"), APP);
            assert_eq!(answer.header("access-control-allow-credentials"), "true");
            assert_eq!(answer.header("access-control-max-age"), "600");
            let has = |name: &str, wanted: &str| {
                answer.header(name).split(',').any(|given| given.trim().eq_ignore_ascii_case(wanted))
            };
            assert!(has("access-control-allow-methods", &method), "{method}");
            let tracing =
                ["traceparent", "tracestate", "baggage", "sentry-trace", "b3", "x-datadog-trace-id"];
            for name in
                ["authorization", "content-type", "x-api-key", "idempotency-key"].iter().chain(&tracing)
            {
                assert!(has("access-control-allow-headers", name), "{name}");
            }
            assert!(varies_by_origin(&answer) && answer.body.is_empty());
        }
    }
    assert_eq!(organisations(&org).await, 1);
}

/// A gateway that keeps the method would let `OPTIONS` through to what it protects.
#[tokio::test]
async fn verification_needs_a_credential_for_options_too() {
    for app in [TestApp::start().await, with_allowed_origins().await] {
        let org = app.organisation("Acme").await;
        for path in ["/api/verify", "/api/verify/some/where"] {
            for headers in [&[][..], &[("origin", APP), ("access-control-request-method", "GET")]] {
                let answer = app.anonymous().call_with(Method::OPTIONS, path, headers, None).await;
                assert_eq!(answer.status(401).code(), "unauthenticated");
                let client = org.viewer.with_bearer();
                let answer = client.call_with(Method::OPTIONS, path, headers, None).await.status(200);
                assert_eq!(answer.header("x-auth-user-id"), org.viewer.user_id);
                let asking = format!("{path}?permission=keys:manage");
                client.call_with(Method::OPTIONS, &asking, headers, None).await.status(403);
            }
        }
    }
}

/// Nobody may frame, sniff, or learn of the address by a referrer.
#[track_caller]
pub fn assert_hardened(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action"] {
        assert!(policy.contains(part), "{}: {policy}", answer.asked);
    }
    assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1, "{}", answer.asked);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        assert_eq!(answer.header(name), value, "{}: {name}", answer.asked);
    }
    let kind = answer.header("content-type");
    assert!(!kind.starts_with("text/") || kind.ends_with("; charset=utf-8"), "{}: {kind}", answer.asked);
    // Neither tells another site anything; with the stricter one, forms could not be sent on plain http.
    let page = answer.header("content-type").starts_with("text/html") && !answer.asked.contains("/docs");
    let referrer = if page { "same-origin" } else { "no-referrer" };
    assert_eq!(answer.header("referrer-policy"), referrer, "{}", answer.asked);
    assert!(answer.headers.get("server").is_none() && answer.headers.get("x-powered-by").is_none());
    assert_eq!(answer.header("x-request-id").len(), 32, "{}", answer.asked);
}

#[tokio::test]
async fn a51_every_answer_carries_the_security_headers() {
    for (url, hsts) in [("http://localhost:8675", ""), ("https://auth.example", "max-age=31536000")] {
        let app = TestApp::with(&[("OSKAR_PUBLIC_URL", url)]).await;
        let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "organisation_name": "Acme" });
        let registered = app.anonymous().post("/api/auth/register", body).await.status(201);
        let token = registered.json()["access_token"].as_str().unwrap().to_owned();
        let ana = Client::new(app.router.clone(), Credential::Bearer(token));
        let cross_site = [("origin", "https://evil.example")];
        let link = setup_link(&app).await;
        for answer in [
            registered,
            ana.get("/api/auth/me").await.status(200),
            app.anonymous().get("/health").await.status(200),
            app.anonymous().get("/.well-known/jwks.json").await.status(200),
            app.anonymous().get("/assets/oskar.css").await.status(200),
            app.anonymous().send(opening(&link)).await.status(200),
            app.anonymous().send(opening("/setup#x")).await.status(410),
            app.anonymous().get("/setup").await.status(200),
            app.anonymous().get("/setup/x").await.status(303),
            app.anonymous().get("/docs").await.status(303),
            app.anonymous().get("/docs/").await.status(200),
            ana.post("/api/auth/logout", json!({})).await.status(204),
            app.anonymous().post("/api/auth/login", json!("x")).await.status(422),
            app.anonymous().call_with(Method::POST, "/api/auth/register", &[], None).await.status(400),
            app.anonymous().get("/api/auth/me").await.status(401),
            app.anonymous().call_with(Method::POST, "/api/auth/login", &cross_site, None).await.status(403),
            app.anonymous().get("/nowhere").await.status(404),
            app.anonymous().delete("/health").await.status(405),
            app.anonymous().post("/api/auth/login", json!("x".repeat(70_000))).await.status(413),
            app.anonymous().call(Method::POST, "/api/auth/register", None).await.status(415),
            app.anonymous().call(Method::OPTIONS, "/api/auth/login", None).await,
            app.anonymous().call(Method::HEAD, "/api/auth/me", None).await.status(401),
        ] {
            assert_hardened(&answer);
            assert_eq!(answer.header("strict-transport-security"), hsts, "{}", answer.asked);
        }
    }
}

#[tokio::test]
async fn the_documentation_loads_from_this_server_alone() {
    let app = TestApp::start().await;
    let page = app.anonymous().get("/docs/").await.status(200);
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.header("content-type"));
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("script-src 'self';"), "no inline script, none from elsewhere: {policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{policy}");
    let text = page.text();
    assert!(!text.contains("<script>"), "the policy would stop it: {text}");
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    let mut loaded = 0;
    for (attribute, kind) in [("src=\"", "javascript"), ("href=\"", "")] {
        for rest in text.split(attribute).skip(1) {
            let path = rest.split('"').next().unwrap().trim_start_matches("./");
            let asset = app.anonymous().get(&format!("/docs/{path}")).await.status(200);
            assert!(asset.header("content-type").contains(kind), "{path}: {}", asset.header("content-type"));
            assert_hardened(&asset);
            loaded += 1;
        }
    }
    assert!(loaded >= 4, "scripts, styles and icons: {text}");
    app.anonymous().get("/docs/no-such-file.js").await.status(404);
}

#[tokio::test]
async fn the_documentation_keeps_no_credential_in_the_browser() {
    let app = TestApp::start().await;
    let settings = app.anonymous().get("/docs/swagger-initializer.js").await.status(200);
    assert!(settings.text().contains("/api/openapi.json"), "{}", settings.text());
    assert!(!settings.text().contains("persistAuthorization"), "{}", settings.text());
}

#[tokio::test]
async fn the_documentation_can_be_turned_off() {
    let app = TestApp::with(&[("OSKAR_DOCS", "false")]).await;
    for path in ["/docs", "/docs/", "/docs/swagger-initializer.js"] {
        assert_eq!(app.anonymous().get(path).await.status(404).code(), "not_found");
    }
    app.anonymous().get("/api/openapi.json").await.status(200);
}

#[tokio::test]
async fn production_shows_the_documentation_only_if_it_is_asked_for() {
    for (asked_for, status) in [(None, 404), (Some("false"), 404), (Some("true"), 200)] {
        let mut settings = GOOD.to_vec();
        settings.extend(asked_for.map(|docs| ("OSKAR_DOCS", docs)));
        let app = TestApp::with(&settings).await;
        for path in ["/docs/", "/docs/swagger-initializer.js", "/docs/swagger-ui.css"] {
            app.anonymous().get(path).await.status(status);
        }
        app.anonymous().get("/docs").await.status(if status == 200 { 303 } else { 404 });
    }
}

#[tokio::test]
async fn pages_run_our_scripts_alone_and_post_only_here() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    for (path, status) in [(link.as_str(), 200), ("/setup#x", 410)] {
        let answer = app.anonymous().send(opening(path)).await.status(status);
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(runs_our_scripts_alone(&answer.text()) && !answer.text().contains(" style="), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn a88_trace_and_unknown_methods_are_not_served_and_echo_nothing() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for path in ["/health", "/api/auth/me", "/api/auth/login", "/api/verify", &org.path, "/docs/", "/setup/x"]
    {
        for method in ["TRACE", "CONNECT", "PROPFIND", "get", "X"] {
            let client = org.admin.with_cookie();
            let headers = [("x-echo", "do-not-echo")];
            let answer = client.call_with(method.parse().unwrap(), path, &headers, None).await.status(405);
            assert_eq!(answer.code(), "method_not_allowed");
            assert!(!answer.text().contains("do-not-echo") && !answer.text().contains(&org.admin.cookie));
            assert!(
                answer.header("allow").contains("GET") || answer.header("allow").contains("POST"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_head_request_gets_the_headers_alone() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_bearer();
    for path in ["/health", "/livez", "/api/auth/me", "/api/verify", "/docs/", "/assets/oskar.css"] {
        let answer = client.call(Method::HEAD, path, None).await.status(200);
        assert!(answer.body.is_empty(), "{path}");
        assert_eq!(answer.header("content-type"), client.get(path).await.header("content-type"), "{path}");
    }
    for (path, status) in [("/api/orgs/nowhere", 404), ("/nowhere", 404), ("/api/auth/login", 405)] {
        let answer = client.call(Method::HEAD, path, None).await.status(status);
        assert!(answer.body.is_empty(), "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn a88_what_is_not_there_is_a_problem_like_any_other() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    for path in [
        "/nowhere",
        "/api",
        "/api/",
        "/api/nowhere",
        "/api/auth/me/",
        "/API/auth/me",
        "/api//auth/me",
        "/.git/config",
        "/.env",
        "/debug",
        "/metrics",
        "/admin",
        "/api/system",
        "/server-status",
        "/assets/../Cargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/docs/../health",
        "/%00",
        "/%ff",
        "/caf%C3%A9",
    ] {
        for client in [app.anonymous(), org.admin.with_cookie(), key.with_x_api_key()] {
            let answer = client.get(path).await.status(404);
            assert_eq!(answer.code(), "not_found", "{path}");
            let problem = answer.json();
            assert_eq!(problem["request_id"], json!(answer.header("x-request-id")));
            assert_eq!(problem["type"], json!("http://localhost:8675/problems/not_found"));
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
}
