//! What `/api/verify` tells of where to sign in, and whom it sends there.

use axum::http::Method;

use crate::support::{Answer, TestApp};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
const KNOWN: &str = "203.0.113.7";
const SIGN_IN: &str = "https://auth.example.com/sign-in";
/// `https://app.example.com/tasks?a=1,2&b=%20`
const BACK: &str = "https://auth.example.com/sign-in?return_to=https%3A%2F%2Fapp.example.com%2Ftasks%3Fa%3D1%2C2%26b%3D%2520";

/// With the test client's address as a gateway that is known, or not.
async fn behind(gateway: &str) -> TestApp {
    TestApp::with(&[
        ("OSKAR_TRUSTED_PROXIES", gateway),
        ("OSKAR_PUBLIC_URL", "https://auth.example.com"),
        ("OSKAR_SESSIONS__COOKIE_DOMAIN", "example.com"),
        ("OSKAR_ALLOWED_ORIGINS", "https://app.example.com,http://dev.example.com,https://app.example.org"),
        ("OSKAR_PRODUCT_URL", "https://www.example.com/start"),
    ])
    .await
}

/// As a gateway repeats it, without a good credential.
async fn ask(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    app.anonymous().call_with(Method::GET, path, headers, None).await
}

fn told<'h>(proto: &'h str, host: &'h str, uri: &'h str) -> Vec<(&'h str, &'h str)> {
    vec![
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", proto),
        ("x-forwarded-host", host),
        ("x-forwarded-uri", uri),
    ]
}

fn original() -> Vec<(&'static str, &'static str)> {
    told("https", "app.example.com", "/tasks?a=1,2&b=%20")
}

#[tokio::test]
async fn every_401_tells_the_way_to_the_sign_in_and_back() {
    let app = behind(KNOWN).await;
    let refused = ask(&app, "/api/verify", &original()).await.status(401);
    assert_eq!((refused.header("x-auth-redirect"), refused.header("location")), (BACK, ""));
    assert_eq!((refused.code().as_str(), refused.header("cache-control")), ("unauthenticated", "no-store"));
    assert!(refused.header("www-authenticate").starts_with("Bearer realm"));
    let bad = [original(), vec![("x-api-key", "osk_live_x")]].concat();
    assert_eq!(ask(&app, "/api/verify", &bad).await.status(401).header("x-auth-redirect"), BACK);
    // nginx redirects by itself.
    for path in ["/api/verify?compat=nginx", "/api/verify?compat=nginx&redirect"] {
        let refused = ask(&app, path, &[original(), vec![HTML]].concat()).await.status(401);
        assert_eq!((refused.header("x-auth-redirect"), refused.header("x-auth-status")), (BACK, "401"));
    }
}

#[tokio::test]
async fn a_browser_that_asks_for_a_page_is_sent_there_if_the_gateway_wishes() {
    let app = behind(KNOWN).await;
    let page = [original(), vec![HTML]].concat();
    for path in ["/api/verify?redirect", "/api/verify?redirect=true&permission=tasks:write"] {
        let sent = ask(&app, path, &page).await.status(302);
        assert_eq!((sent.header("location"), sent.header("x-auth-redirect")), (BACK, BACK), "{path}");
        assert_eq!((sent.header("cache-control"), sent.text().as_str()), ("no-store", ""));
    }
    let by_header = [page.clone(), vec![("x-oskar-on-deny", "redirect")]].concat();
    assert_eq!(ask(&app, "/api/verify", &by_header).await.status(302).header("location"), BACK);
    ask(&app, "/api/verify", &page).await.status(401);
    for more in [
        &[][..],
        &[("accept", "*/*")],
        &[("accept", "application/json")],
        &[("accept", "application/json, text/html;q=0.5")],
        &[HTML, ("x-forwarded-method", "POST")],
    ] {
        // The last word of a method that is told twice is none.
        let refused = ask(&app, "/api/verify?redirect", &[original(), more.to_vec()].concat()).await;
        assert_eq!((refused.status, refused.header("x-auth-redirect")), (401, BACK), "{more:?}");
    }
    for method in ["POST", "PUT", "HEAD", "DELETE", "get", ""] {
        let headers: Vec<_> = original()
            .into_iter()
            .map(|(name, value)| (name, if name == "x-forwarded-method" { method } else { value }))
            .chain([HTML])
            .collect();
        assert_eq!(ask(&app, "/api/verify?redirect", &headers).await.status, 401, "{method}");
    }
    assert_eq!(ask(&app, "/api/verify?redirect=false", &page).await.status, 401);
    for path in
        ["/api/verify?redirect=false&redirect", "/api/verify?redirect&redirect", "/api/verify?redirect=on"]
    {
        assert_eq!(ask(&app, path, &page).await.status(422).pointer(), "/redirect", "{path}");
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_known_leads_back_to_nowhere() {
    let app = behind("192.0.2.1").await;
    for headers in [original(), [original(), vec![HTML]].concat()] {
        let refused = ask(&app, "/api/verify?redirect", &headers).await.status(401);
        assert_eq!(refused.header("x-auth-redirect"), SIGN_IN);
    }
}

#[tokio::test]
async fn people_come_back_to_known_sites_alone() {
    let app = behind(KNOWN).await;
    let back = async |headers: &[(&str, &str)], path: &str| {
        let refused = ask(&app, path, headers).await.status(401);
        let there = refused.header("x-auth-redirect").parse::<reqwest::Url>().unwrap();
        assert_eq!(there.as_str().split('?').next(), Some(SIGN_IN));
        there.query_pairs().next().map(|(_, value)| value.into_owned())
    };
    for (proto, host, uri, page) in [
        ("https", "www.example.com", "/a", "https://www.example.com/a"),
        ("https", "APP.example.com:443", "/", "https://app.example.com/"),
        // Another gateway in front ends TLS.
        ("http", "app.example.com", "/x", "https://app.example.com/x"),
        // What is served beside the pages.
        ("https", "auth.example.com", "/x?y", "/x?y"),
    ] {
        assert_eq!(back(&told(proto, host, uri), "/api/verify").await.as_deref(), Some(page));
    }
    for (proto, host, uri) in [
        ("https", "evil.example", "/"),
        ("https", "app.example.com.evil.example", "/"),
        ("https", "app.example.com:8443", "/"),
        ("https", "dev.example.com", "/"),
        ("https", "app.example.com@evil.example", "/"),
        ("https", "app.example.com, evil.example", "/"),
        ("https", "evil.example/", "/"),
        ("https", "app.example.com", "@evil.example/"),
        ("https", "app.example.com", ".evil.example/"),
        ("https", "app.example.com", "\\evil"),
        ("javascript", "app.example.com", "/"),
        ("https", "", "//app.example.com"),
        ("https", "auth.example.com", "//evil.example/"),
        // No cookie opens a page there: its visitors would be sent here again, without end.
        ("https", "app.example.org", "/"),
        ("http", "dev.example.com", "/"),
    ] {
        assert_eq!(back(&told(proto, host, uri), "/api/verify").await, None, "{proto} {host} {uri}");
    }
    let twice = [original(), vec![("x-forwarded-host", "evil.example")]].concat();
    assert_eq!(back(&twice, "/api/verify").await, None);
    // Envoy's `path_prefix` tells the path by ours, and some tell none: then it is the site.
    let without_uri = &original()[..3];
    let (path, site) = ("https://app.example.com/tasks/1", "https://app.example.com/");
    assert_eq!(back(without_uri, "/api/verify/tasks/1").await.as_deref(), Some(path));
    assert_eq!(back(without_uri, "/api/verify").await.as_deref(), Some(site));
}

/// On plain http, where a service of the same host gets the cookie at any port.
async fn beside() -> TestApp {
    let settings = [
        ("OSKAR_TRUSTED_PROXIES", KNOWN),
        ("OSKAR_ALLOWED_ORIGINS", "http://localhost:5173,http://127.0.0.1"),
    ];
    TestApp::with(&settings).await
}

const BESIDE: &str = "http://localhost:8675/sign-in?return_to=http%3A%2F%2Flocalhost%3A5173%2Fx";

#[tokio::test]
async fn on_plain_http_the_ports_of_one_host_share_the_cookie() {
    let app = beside().await;
    for (host, address) in [("localhost:5173", BESIDE), ("127.0.0.1", "http://localhost:8675/sign-in")] {
        let refused = ask(&app, "/api/verify", &told("http", host, "/x")).await.status(401);
        assert_eq!(refused.header("x-auth-redirect"), address);
    }
}

#[tokio::test]
async fn who_is_known_is_sent_nowhere() {
    let app = beside().await;
    let org = app.organisation("Acme").await;
    let bearer = format!("Bearer {}", org.viewer.access_token);
    let headers = [told("http", "localhost:5173", "/x"), vec![HTML, ("authorization", &bearer)]].concat();
    for (path, status) in [("/api/verify?redirect", 200), ("/api/verify?redirect&role=admin", 403)] {
        assert_eq!(ask(&app, path, &headers).await.status(status).header("x-auth-redirect"), "");
    }
}

#[tokio::test]
async fn who_was_signed_out_of_one_organisation_signs_in_again() {
    let app = beside().await;
    let org = app.organisation("Acme").await;
    let sessions = format!("{}/members/{}/sessions", org.path, org.member.user_id);
    org.admin.with_cookie().delete(&sessions).await.status(204);
    let bearer = format!("Bearer {}", org.member.access_token);
    let headers = [told("http", "localhost:5173", "/x"), vec![HTML, ("authorization", &bearer)]].concat();
    let sent = ask(&app, "/api/verify?org=acme&redirect", &headers).await.status(302);
    assert_eq!(sent.header("location"), format!("{BESIDE}&again=true"));
}
