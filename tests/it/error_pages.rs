//! Errors as browsers get them: pages. Whoever does not ask for HTML gets JSON, as ever.

use axum::body::Body;
use axum::http::{Method, Request};
use oskar::error::Error;
use oskar::http::{PageTable, at};
use oskar::permission::Permission;
use serde_json::{Value, json};

use crate::pages_in_a_browser::{RULES, server};
use crate::support::{Answer, Client, Tab, TestApp, browser};

/// What Chromium sends for a page.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const FORM: &str = "application/x-www-form-urlencoded";

async fn ok() -> &'static str {
    "fine"
}

fn fail(error: Error) -> std::future::Ready<Result<(), Error>> {
    std::future::ready(Err(error))
}

#[expect(clippy::panic, reason = "to see what is answered")]
async fn broken() {
    panic!("of the page for trial");
}

/// Pages that fail where those that there are cannot be made to.
async fn with_failing_pages(settings: &[(&str, &str)]) -> TestApp {
    let mut app = TestApp::with(settings).await;
    let pages = PageTable::new(app.app.clone())
        .public([
            at("/trial/panic").get(broken),
            at("/trial/busy").get(|| fail(Error::Busy)),
            at("/trial/gone").get(|| fail(Error::LinkInvalid)),
        ])
        .user([at("/trial/user").get(ok)])
        .operator([at("/trial/operator").get(ok)])
        .org(Permission::KeysManage, [at("/trial/{org}/keys").get(ok)]);
    app.add_pages(pages);
    app
}

async fn ask(client: &Client, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// The same error as JSON and as a page: only the form differs. The page.
#[track_caller]
fn both_forms(json: &Answer, page: &Answer, status: u16, title: &str) {
    assert_eq!((json.status, page.status), (status, status), "{}: {}", page.asked, page.text());
    assert_eq!(json.header("content-type"), "application/problem+json", "{}", json.asked);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{}", page.asked);
    let headers = |answer: &Answer| -> Vec<(String, String)> {
        let of_the_form = [
            "content-type",
            "content-length",
            "content-security-policy",
            "referrer-policy",
            "x-request-id",
            "ratelimit",
        ];
        let headers = answer.headers.iter().filter(|(name, _)| !of_the_form.contains(&name.as_str()));
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
    };
    assert_eq!(headers(json), headers(page), "{}", page.asked);
    assert_eq!(page.header("cache-control"), "no-store", "{}", page.asked);
    assert!(page.header("content-security-policy").contains("style-src 'self'"), "{}", page.asked);
    assert!(!page.header("content-security-policy").contains("unsafe"), "{}", page.asked);
    assert_eq!(page.header("referrer-policy"), "same-origin", "{}", page.asked);
    let text = page.text();
    assert!(text.contains(&format!("<h1>{title}</h1>")), "{}: {text}", page.asked);
    assert!(text.contains(r#"<header class="brand">"#), "in the layout of the others: {text}");
    assert!(text.contains(&format!("Status {status} ·")), "{text}");
    assert!(text.contains(&format!("Request <code>{}<", page.header("x-request-id"))), "{text}");
    assert_eq!(json.json()["status"], json!(status));
}

#[tokio::test]
async fn a_browser_gets_a_page_for_every_error_and_everybody_else_the_same_error_as_json() {
    let app = with_failing_pages(&[]).await;
    let org = app.organisation("Acme").await;
    let (anonymous, viewer) = (app.anonymous(), org.viewer.with_cookie());
    let form = ("content-type", FORM);
    let large = "x".repeat(70_000);
    let keys = format!("/trial/{}/keys", org.slug);
    for (client, method, path, headers, body, status, title) in [
        // Pages
        (
            &anonymous,
            "POST",
            "/setup",
            &[form, ("sec-fetch-site", "cross-site")][..],
            "",
            403,
            "Cross-site request",
        ),
        (&viewer, "GET", &keys, &[], "", 403, "Permission denied"),
        (&viewer, "GET", "/trial/operator", &[], "", 403, "Operator required"),
        (&viewer, "GET", "/trial/nowhere/keys", &[], "", 404, "Not found"),
        (&anonymous, "GET", "/dev/mail/none", &[], "", 404, "Not found"),
        (&anonymous, "PUT", "/setup", &[], "", 405, "Method not allowed"),
        (&anonymous, "GET", "/trial/gone", &[], "", 410, "Link no longer valid"),
        (&anonymous, "POST", "/setup", &[form], &large, 413, "Body too large"),
        (&anonymous, "POST", "/setup", &[], "", 415, "Unsupported media type"),
        (&anonymous, "POST", "/setup", &[form], "link=a&link=b", 422, "Invalid input"),
        (&anonymous, "GET", "/trial/panic", &[], "", 500, "Something went wrong"),
        (&anonymous, "GET", "/trial/busy", &[], "", 503, "Busy"),
        // No path
        (&anonymous, "POST", "/no/where", &[], "", 404, "Not found"),
        // The API
        (&anonymous, "GET", "/api/nothing", &[], "", 404, "Not found"),
        (&anonymous, "GET", "/api/auth/me", &[], "", 401, "Not signed in"),
        (&viewer, "GET", "/api/orgs/acme/events", &[], "", 403, "Permission denied"),
        (&viewer, "GET", "/api/orgs/nowhere", &[], "", 404, "Not found"),
        (&anonymous, "GET", "/api/auth/login", &[], "", 405, "Method not allowed"),
        (
            &anonymous,
            "POST",
            "/api/auth/login",
            &[("content-type", "application/json")],
            "{}",
            422,
            "Invalid input",
        ),
        (
            &anonymous,
            "POST",
            "/api/auth/login",
            &[("content-type", "application/json")],
            "{",
            400,
            "Malformed body",
        ),
    ] {
        let json = ask(client, method, path, headers, body).await;
        let as_browser = [headers, &[("accept", BROWSER)]].concat();
        let page = ask(client, method, path, &as_browser, body).await;
        both_forms(&json, &page, status, title);
        for (status, header, value) in
            [(503, "retry-after", "1"), (401, "www-authenticate", r#"Bearer realm="oskar""#)]
        {
            assert_eq!(page.header(header), if page.status == status { value } else { "" }, "{}", page.asked);
        }
        assert_eq!(page.headers.contains_key("allow"), status == 405, "{}", page.asked);
    }
}

#[tokio::test]
async fn a_browser_that_asks_too_often_is_told_so_on_a_page() {
    let settings = [("OSKAR_LIMITS__RATE_PER_SECOND", "1"), ("OSKAR_LIMITS__RATE_BURST", "1")];
    let app = with_failing_pages(&settings).await;
    ask(&app.anonymous(), "GET", "/setup", &[], "").await.status(200);
    let json = ask(&app.anonymous(), "GET", "/setup", &[], "").await;
    let page = ask(&app.anonymous(), "GET", "/setup", &[("accept", BROWSER)], "").await;
    both_forms(&json, &page, 429, "Too many requests");
    assert_eq!(page.header("retry-after"), "1");
}

#[tokio::test]
async fn the_header_accept_decides_and_json_is_for_all_who_do_not_ask_for_html() {
    let app = TestApp::start().await;
    for (accept, html) in [
        (&[][..], false),
        (&[""], false),
        (&["*/*"], false),
        (&["application/json"], false),
        (&["application/problem+json, application/json"], false),
        (&["application/json, text/plain, */*"], false),
        (&["image/png"], false),
        (&["text/plain"], false),
        (&["text/htmlx"], false),
        (&["html"], false),
        (&["text/html;q=0"], false),
        (&["text/html;q=0.000, */*"], false),
        (&["text/html, application/json"], false),
        (&["text/html;q=0.5, application/json"], false),
        (&["text/html;q=0.5, application/problem+json;q=0.6"], false),
        (&["text/html;q=0.5, */*;q=0.6"], false),
        (&["text/*, text/html;q=0"], false),
        (&["text/*, text/html;q=0.3, application/json;q=0.5"], false),
        (&["*/*, application/json;q=0.5"], false),
        (&["application/*, text/html;q=0.9"], false),
        // What Java's HttpURLConnection sends by itself is no well-formed header.
        (&["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], false),
        (&["text/html;q=2"], false),
        (&["text/html;q=1.001"], false),
        (&["text/html;q=-1"], false),
        (&["text/html;q=0.1234"], false),
        (&["text/html;q=nan"], false),
        (&["text/html;q="], false),
        (&["text/html"], true),
        (&["TEXT/HTML"], true),
        (&["text/html;charset=utf-8"], true),
        (&["text/html ; q=0.001"], true),
        (&["text/html;Q=1.000, application/json;q=0.999"], true),
        (&["application/json;q=0.2, text/html;q=0.3"], true),
        (&["text/html, */*"], true),
        (&["*/*;q=0.8,text/html"], true),
        (&["text/*"], true),
        (&["text/html, application/json;q=0, application/problem+json;q=0"], true),
        (&["application/json;q=0.5", "text/html"], true),
        (&["text/html;q=0.5", "application/json"], false),
        (&[BROWSER], true),
        // Firefox, Safari
        (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], true),
    ] {
        let headers: Vec<_> = accept.iter().map(|value| ("accept", *value)).collect();
        for path in ["/nowhere", "/dev/mail/none", "/api/orgs", "/api/nothing"] {
            let answer = ask(&app.anonymous(), "GET", path, &headers, "").await;
            let expected = if html { "text/html; charset=utf-8" } else { "application/problem+json" };
            assert_eq!(answer.header("content-type"), expected, "{path}: {accept:?}");
        }
        // What is no error has one form.
        let answer = ask(&app.anonymous(), "GET", "/livez", &headers, "").await.status(200);
        assert_eq!(answer.header("content-type"), "application/json", "{accept:?}");
    }
    let garbled = [("accept", "\u{fe}text/html")];
    let answer = app.anonymous().call_with(Method::GET, "/nowhere", &garbled, None).await;
    assert_eq!(answer.status(404).code(), "not_found");
}

#[tokio::test]
async fn gateways_and_older_clients_get_what_they_got_whatever_their_visitors_accept() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let comparable = |answer: &Answer| {
        let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
        let headers: Vec<_> =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let mut body: Value = answer.json();
        if let Some(body) = body.as_object_mut() {
            body.remove("request_id");
        }
        (answer.status, headers, body)
    };
    for (client, method, path, status) in [
        (app.anonymous(), "GET", "/api/verify", 401),
        (app.anonymous(), "GET", "/api/verify/some/where", 401),
        (app.anonymous(), "GET", "/api/verify?compat=nginx", 401),
        (org.viewer.with_cookie(), "GET", "/api/verify?org=acme&permission=keys:manage", 403),
        (org.viewer.with_cookie(), "GET", "/api/verify?compat=nginx&permission=no:such", 403),
        (app.anonymous(), "GET", "/api/verify?compat=apache", 422),
        (app.anonymous(), "TRACE", "/api/verify", 405),
        (app.anonymous(), "GET", "/osm/api/some/where", 401),
    ] {
        let plain = ask(&client, method, path, &[], "").await.status(status);
        let visited = ask(&client, method, path, &[("accept", BROWSER)], "").await.status(status);
        assert_eq!(comparable(&plain), comparable(&visited), "{path}");
    }
}

#[tokio::test]
async fn a_page_has_no_body_for_head_and_shows_what_was_sent_as_text() {
    let app = TestApp::start().await;
    let head = ask(&app.anonymous(), "HEAD", "/nowhere", &[("accept", BROWSER)], "").await.status(404);
    assert_eq!((head.header("content-type"), head.body.len()), ("text/html; charset=utf-8", 0));
    let headers = [("accept", BROWSER), ("content-type", "application/json")];
    let sent = json!({ "<script>alert(1)</script>": 1 }).to_string();
    let page = ask(&app.anonymous(), "POST", "/api/auth/login", &headers, &sent).await.status(422);
    assert!(page.text().contains("alert(1)"), "{}", page.text());
    assert!(!page.text().contains("<script>"), "{}", page.text());
}

#[tokio::test]
async fn a_real_browser_shows_the_page_with_its_styles() {
    let Some(program) = browser() else { return };
    let (_app, url) = server().await;
    let mut tab = Tab::open(&program, RULES).await;
    for path in ["/nowhere", "/dev/mail/none", "/api/nothing"] {
        tab.visit(&format!("{url}{path}")).await;
        assert_eq!(tab.status().await, 404, "{path}");
        assert_eq!(tab.evaluate("document.querySelector('h1').innerText").await, "Not found", "{path}");
        assert_eq!(tab.evaluate("document.title").await, "Not found · Oskar");
        let style = "getComputedStyle(document.querySelector('.front')).maxWidth";
        assert_eq!(tab.evaluate(style).await, "480px", "the stylesheet is allowed");
        let id = tab.evaluate("document.querySelector('.request > code').innerText").await;
        assert_eq!(id.as_str().unwrap().len(), 32);
    }
}

/// Of pages alone: what programs ask for keeps its 401, and a form that was sent leads back to the page that it was on.
#[tokio::test]
async fn a_browser_without_a_session_is_led_to_the_sign_in_and_told_where_to_come_back_to() {
    let mut app = TestApp::start().await;
    let pages =
        PageTable::new(app.app.clone()).user([at("/trial/form").get(ok).post(ok), at("/trial/act").post(ok)]);
    app.add_pages(pages);
    let anonymous = app.anonymous();
    let browser = [("accept", BROWSER), ("content-type", FORM)];
    for (method, path, location) in [
        ("GET", "/trial/form?a=b&c=%20d", "/sign-in?next=%2Ftrial%2Fform%3Fa%3Db%26c%3D%2520d"),
        ("POST", "/trial/form?a=b", "/sign-in?next=%2Ftrial%2Fform"),
        ("POST", "/trial/act", "/sign-in"),
    ] {
        let answer = ask(&anonymous, method, path, &browser, "").await.status(303);
        assert_eq!(answer.header("location"), location, "{method} {path}");
        let program = ask(&anonymous, method, path, &[("content-type", FORM)], "").await;
        assert_eq!(program.status(401).code(), "unauthenticated", "{method} {path}");
    }
    let api = ask(&anonymous, "GET", "/api/auth/me", &browser, "").await;
    assert_eq!(api.status, 401, "the API has no sign-in page");
}

#[tokio::test]
async fn an_error_page_speaks_the_visitor_s_language() {
    let app = TestApp::start().await;
    let german = [("accept", BROWSER), ("accept-language", "de-AT,de;q=0.9,en;q=0.5")];
    let page = ask(&app.anonymous(), "GET", "/nowhere", &german, "").await.status(404).text();
    assert!(page.contains(r#"<html lang="de">"#) && page.contains("<h1>Nicht gefunden</h1>"), "{page}");
    let chosen = [("accept", BROWSER), ("accept-language", "de"), ("cookie", "oskar_language=en")];
    let page = ask(&app.anonymous(), "GET", "/nowhere", &chosen, "").await.status(404).text();
    assert!(page.contains(r#"<html lang="en">"#) && page.contains("<h1>Not found</h1>"), "{page}");
}
