//! What may be kept of an answer: nothing, unless it is the same for everybody.

use axum::http::Method;

use crate::browser::assert_hardened;
use crate::support::{Client, TestApp, without_targets};

/// Documents, keys and what pages are made of.
const FOR_EVERYBODY: [&str; 4] = [
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/api/openapi.json",
];

#[tokio::test]
async fn no_answer_may_be_kept_unless_it_says_so_and_all_carry_the_security_headers() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let routes = oskar::api::recorded_routes(&app.app);
    assert!(routes.len() > 50, "{}", routes.len());
    // Last, those that end the session or the organisation.
    let (ending, others): (Vec<_>, Vec<_>) = routes.into_iter().partition(|route| {
        route.method == Method::DELETE || route.path.contains("logout") || route.path.contains("password")
    });
    for route in others.iter().chain(&ending) {
        let path = route.path.replace("{org}", "acme").replace("{*rest}", "some/where");
        let path = without_targets(&path);
        let kept = FOR_EVERYBODY.contains(&route.path.as_str());
        let expected = if kept { "public, max-age=300" } else { "no-store" };
        let callers: [Client; 3] = [org.admin.with_cookie(), org.viewer.with_basic(), app.anonymous()];
        for caller in callers {
            let sends = [Method::POST, Method::PATCH].contains(&route.method);
            let body = sends.then(|| serde_json::json!({}));
            let answer = caller.call(route.method.clone(), &path, body).await;
            assert_eq!(answer.header("cache-control"), expected, "{}: {}", answer.asked, answer.status);
            assert_eq!(answer.headers.get_all("cache-control").iter().count(), 1, "{}", answer.asked);
            assert_hardened(&answer);
        }
    }
}

#[tokio::test]
async fn pages_errors_and_what_is_not_there_are_not_kept_and_assets_are() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.example")]).await;
    let anonymous = app.anonymous();
    for (path, status) in [("/nothing", 404), ("/setup", 200), ("/reset/x", 303), ("/docs/nothing", 404)] {
        let answer = anonymous.get(path).await.status(status);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let wrong = anonymous.call(Method::PUT, "/.well-known/jwks.json", None).await.status(405);
    assert_eq!(wrong.header("cache-control"), "no-store");
    let preflight = [("origin", "https://app.example"), ("access-control-request-method", "POST")];
    let preflight = anonymous.call_with(Method::OPTIONS, "/api/auth/login", &preflight, None).await;
    assert_eq!(preflight.header("cache-control"), "no-store");
    let head = anonymous.call(Method::HEAD, "/api/auth/me", None).await.status(401);
    assert_eq!(head.header("cache-control"), "no-store");
    for path in ["/docs/", "/docs/swagger-ui.css"] {
        let answer = anonymous.get(path).await.status(200);
        assert!(answer.header("cache-control").starts_with("public, max-age="), "{path}");
    }
}

/// The address that a page has of a file changes with the file, so a browser need not ask for it again.
#[tokio::test]
async fn files_of_pages_are_kept_for_good_and_asked_for_by_their_digest() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let page = anonymous
        .call_with(Method::GET, "/problems", &[("accept", "text/html")], None)
        .await
        .status(200)
        .text();
    let addresses: Vec<_> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    assert!(addresses.len() > 2, "{addresses:?}");
    for address in addresses {
        let answer = anonymous.get(address).await.status(200);
        assert_eq!(answer.header("cache-control"), "max-age=31536000, immutable", "{address}");
        let tag = [("if-none-match", answer.header("etag"))];
        anonymous.call_with(Method::GET, address, &tag, None).await.status(304);
        anonymous.get(&address.replace('.', ".0")).await.status(404);
    }
}
