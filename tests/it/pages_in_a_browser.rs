//! The pages with a form in a real browser, on plain http under a name that is not localhost: there browsers send no
//! `Sec-Fetch-Site`, and of where a form comes from `Origin` alone tells.

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Html;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::operator::setup_link;
use crate::support::{PASSWORD, Tab, TestApp, browser};

const BOB: &str = "bob@new.example";
pub const RULES: &str = "MAP oskar.test 127.0.0.1,MAP elsewhere.test 127.0.0.1";

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A server that browsers know as `http://oskar.test:…`.
pub async fn server() -> (TestApp, String) {
    let (listener, port) = listener().await;
    let url = format!("http://oskar.test:{port}");
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", &url)]).await;
    let serving = app.app.clone();
    tokio::spawn(async move { oskar::server::serve(&serving, listener, None, std::future::pending()).await });
    (app, url)
}

/// Fills the form in and presses its button; what the next page is called.
async fn submit(tab: &mut Tab, fields: &[(&str, &str)], status: u64) -> String {
    for (name, value) in fields {
        tab.evaluate(&format!("document.forms[0].elements['{name}'].value = {}", json!(value))).await;
    }
    tab.follow("document.querySelector('form button:not([type=button])').click()").await;
    let shown = tab.evaluate("document.body.innerText").await;
    assert_eq!(tab.status().await, status, "{shown}");
    tab.evaluate("document.querySelector('h1').innerText").await.as_str().unwrap().to_owned()
}

/// Neither the address bar nor the history has the secret of the link that led here.
async fn is_out_of_sight(tab: &mut Tab, path: &str) {
    assert_eq!(tab.evaluate("location.pathname + location.search + location.hash").await, path);
    let entries = tab.evaluate("performance.getEntries().map(entry => entry.name).join(' ')").await;
    assert!(
        !["osu_", "osi_", "osp_", "osv_"].iter().any(|kind| entries.as_str().unwrap().contains(kind)),
        "{entries}"
    );
    let secret = tab.evaluate("document.forms[0].elements.link.value").await;
    assert!(secret.as_str().unwrap().starts_with("os"), "{secret}");
}

#[tokio::test]
async fn every_form_can_be_sent_on_plain_http_under_any_name() {
    let Some(program) = browser() else { return };
    let (app, url) = server().await;
    let mut tab = Tab::open(&program, RULES).await;

    tab.open_link(&format!("{url}{}", setup_link(&app).await)).await;
    is_out_of_sight(&mut tab, "/setup").await;
    assert_eq!(tab.evaluate("isSecureContext").await, json!(false), "or browsers would send Sec-Fetch-Site");
    let fields = [("email", "ana@acme.example"), ("organisation", "Acme"), ("password", PASSWORD)];
    assert_eq!(submit(&mut tab, &fields, 201).await, "Your first key");

    let ana = app.sign_in("ana@acme.example").await.with_bearer();
    let invitation = json!({ "emails": [BOB], "role": "member" });
    ana.post("/api/orgs/acme/invitations", invitation).await.status(201);
    // Another browser: Ana's cookie would say that she is not invited.
    let mut tab = Tab::open(&program, RULES).await;
    tab.open_link(&app.mailed_link(BOB).await).await;
    is_out_of_sight(&mut tab, "/invite").await;
    assert_eq!(submit(&mut tab, &[("name", "Bob"), ("password", "short")], 422).await, "Join Acme");
    assert_eq!(submit(&mut tab, &[("password", PASSWORD)], 200).await, "Welcome to Acme");

    app.anonymous().post("/api/auth/forgot-password", json!({ "email": BOB })).await.status(202);
    tab.open_link(&app.mailed_link(BOB).await).await;
    is_out_of_sight(&mut tab, "/reset").await;
    let fields = [("password", "another long phrase of Bob")];
    assert_eq!(submit(&mut tab, &fields, 200).await, "Password changed");

    app.register("eve@new.example", None).await;
    tab.open_link(&app.mailed_link("eve@new.example").await.replace('#', "/")).await;
    is_out_of_sight(&mut tab, "/verify").await;
    assert_eq!(submit(&mut tab, &[], 200).await, "Address confirmed");
}

#[tokio::test]
async fn a69_no_other_site_learns_the_address_of_a_link() {
    let Some(program) = browser() else { return };
    let (app, _) = server().await;
    let (told, mut visits) = mpsc::unbounded_channel();
    let elsewhere = Router::new().fallback(async move |headers: HeaderMap| {
        told.send(headers).unwrap();
        Html("<h1>Elsewhere</h1>")
    });
    let (listener, port) = listener().await;
    tokio::spawn(async move { axum::serve(listener, elsewhere).await });

    app.register(BOB, None).await;
    let link = app.mailed_link(BOB).await;
    let mut tab = Tab::open(&program, RULES).await;
    tab.open_link(&link).await;
    tab.follow(&format!("location.href = 'http://elsewhere.test:{port}/'")).await;
    let headers = visits.recv().await.unwrap();
    assert!(headers["host"].to_str().unwrap().starts_with("elsewhere.test"));
    assert_eq!(headers.get("referer"), None);
    assert_eq!(tab.evaluate("document.referrer").await, json!(""));
}

#[tokio::test]
async fn without_scripts_the_secret_is_pasted_and_another_link_in_the_same_tab_opens_too() {
    let Some(program) = browser() else { return };
    let (app, url) = server().await;
    app.register(BOB, None).await;
    let link = app.mailed_link(BOB).await;
    let mut tab = Tab::open(&program, RULES).await;
    tab.run_scripts(false).await;
    tab.visit(&link).await;
    let shown = tab.evaluate("document.body.innerText").await;
    assert!(shown.as_str().unwrap().contains("Scripts are turned off in this browser"), "{shown}");
    assert_eq!(submit(&mut tab, &[("link", &link)], 200).await, "Confirm your address");
    assert_eq!(submit(&mut tab, &[], 200).await, "Address confirmed");

    tab.run_scripts(true).await;
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": BOB })).await.status(202);
    let secret = app.mailed_secret(BOB).await;
    tab.visit(&format!("{url}/reset")).await;
    assert_eq!(tab.evaluate("document.querySelector('h1').innerText").await, "Open your link");
    tab.follow(&format!("location.hash = '{secret}'")).await;
    is_out_of_sight(&mut tab, "/reset").await;
    let fields = [("password", "another long phrase of Bob")];
    assert_eq!(submit(&mut tab, &fields, 200).await, "Password changed");
}
