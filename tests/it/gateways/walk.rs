//! A person with a real browser in front of a gateway: from a protected page to the sign-in, and back to that very page.

use serde_json::json;

use super::protected::Protected;
use super::proxies::{Gateway, HOST};
use crate::support::{PASSWORD, Tab, browser};

/// With what programs on the way like to change.
const PATH: &str = "/tasks/1%2F2?a=1,2&q=%20%26&return_to=/elsewhere";

/// The address that the tab shows.
async fn address(tab: &mut Tab) -> String {
    tab.evaluate("location.href").await.as_str().unwrap().to_owned()
}

/// Types into the form and sends it.
async fn sign_in(tab: &mut Tab, name: &str, password: &str) {
    let form = "document.querySelector('main form')";
    for (field, value) in [("name", name), ("password", password)] {
        tab.evaluate(&format!("{form}.elements['{field}'].value = {}", json!(value))).await;
    }
    tab.follow(&format!("{form}.querySelector('button[type=submit]').click()")).await;
}

async fn comes_back(program: &str, gateway: Gateway, protected: Protected) {
    let mut tab = Tab::open(program, &format!("MAP {HOST} 127.0.0.1")).await;
    let page = format!("http://{HOST}:{}{PATH}", gateway.port);
    let sign_in_page = format!("{}/sign-in?return_to=", protected.public_url);
    tab.visit(&page).await;
    assert!(address(&mut tab).await.starts_with(&sign_in_page), "{}", address(&mut tab).await);
    // A mistake on the way loses nothing.
    sign_in(&mut tab, "ana@acme.example", "not her password").await;
    assert!(address(&mut tab).await.starts_with(&protected.public_url));
    sign_in(&mut tab, "ana@acme.example", PASSWORD).await;
    let shown = tab.evaluate("document.body.innerText").await;
    assert_eq!(address(&mut tab).await, page, "{shown}");
    for part in ["\"service\":true", "ana@acme.example", PATH] {
        assert!(shown.as_str().unwrap().contains(part), "{part} is not in {shown}");
    }
    // Signed in, the page opens at once, and the sign-in leads straight back.
    tab.visit(&page).await;
    assert_eq!((address(&mut tab).await, tab.status().await), (page.clone(), 200));
    let back = format!("http://{HOST}:{}/tasks?b=2", gateway.port);
    tab.visit(&format!("{sign_in_page}{}", back.replace('?', "%3F").replace('=', "%3D"))).await;
    assert_eq!(address(&mut tab).await, back);
    gateway.stop().await;
}

#[tokio::test]
async fn behind_nginx_people_sign_in_and_come_back_to_the_very_page() {
    let Some(program) = browser() else { return };
    let protected = Protected::new().await;
    if let Some(gateway) = Gateway::nginx(protected.addresses()).await {
        comes_back(&program, gateway, protected).await;
    }
}

#[tokio::test]
async fn behind_caddy_people_sign_in_and_come_back_to_the_very_page() {
    let Some(program) = browser() else { return };
    for variable in ["OSKAR_TEST_CADDY", "OSKAR_TEST_CADDY_DEBIAN"] {
        let protected = Protected::new().await;
        if let Some(gateway) = Gateway::caddy(variable, protected.addresses()).await {
            comes_back(&program, gateway, protected).await;
        }
    }
}
