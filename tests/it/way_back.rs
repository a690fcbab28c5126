//! The way back to a product that hands its users over to pages of the account and of organisations.

use axum::http::Method;

use crate::support::{Answer, Person, TestApp};

const PAGE: &str = "/account/organisations";

async fn app() -> TestApp {
    TestApp::with(&[
        ("OSKAR_BRANDING__NAME", "Acme <Cloud>"),
        ("OSKAR_PRODUCT_URL", "https://www.example.com/start"),
        ("OSKAR_ALLOWED_ORIGINS", "https://app.example.com:8443"),
    ])
    .await
}

/// A page, with the cookie of the way back or without it.
async fn page(app: &TestApp, person: &Person, path: &str, kept: &str) -> Answer {
    let cookie = format!("oskar_session={}; {kept}", person.cookie);
    let headers = [("cookie", cookie.as_str()), ("accept", "text/html")];
    app.anonymous().call_with(Method::GET, path, &headers, None).await.status(200)
}

/// By a link of the product: it leads on to the page itself.
async fn arrive(app: &TestApp, person: &Person, path: &str) -> Answer {
    person.with_cookie().on(&app.router).get(path).await.status(303)
}

#[tokio::test]
async fn the_product_that_sent_its_user_is_one_link_away_on_every_page() {
    let app = app().await;
    let ana = app.register("ana@acme.example", None).await;
    for (given, address, name) in [
        (
            "https%3A%2F%2Fwww.example.com%2Ftasks%3Fa%3D1%26b%3D2",
            "https://www.example.com/tasks?a=1&#38;b=2",
            "Acme &#60;Cloud&#62;",
        ),
        ("https://app.example.com:8443/x", "https://app.example.com:8443/x", "app.example.com:8443"),
    ] {
        let link = format!("<a class=\"back\" href=\"{address}\" rel=\"noreferrer\">");
        let handed_over = arrive(&app, &ana, &format!("{PAGE}?limit=5&return_to={given}")).await;
        let kept = handed_over.cookies("oskar_back")[0];
        assert!(kept.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600"), "{kept}");
        let kept = kept.split(';').next().unwrap();
        assert_eq!(handed_over.header("location"), format!("{PAGE}?limit=5"));
        for path in [handed_over.header("location"), "/organisations/new"] {
            let shown = page(&app, &ana, path, kept).await.text();
            assert!(shown.contains(&link), "{shown}");
            let words = shown.split(&link).nth(1).unwrap().split("</a>").next().unwrap();
            // Fluent sets apart what is filled in.
            let words = words.replace(['\u{2068}', '\u{2069}'], "");
            assert!(words.ends_with(&format!("Back to {name}")), "{words}");
        }
    }
}

#[tokio::test]
async fn no_other_site_gets_a_link_on_our_pages() {
    let app = app().await;
    let ana = app.register("ana@acme.example", None).await;
    for given in [
        "https://evil.example/",
        "//evil.example",
        "/orgs",
        "http://localhost:8675/account",
        "javascript:alert(1)",
        "https://www.example.com@evil.example/",
        "https://app.example.com/",
    ] {
        let asked = arrive(&app, &ana, &format!("{PAGE}?return_to={given}")).await;
        assert_eq!((asked.header("location"), asked.cookies("oskar_back").len()), (PAGE, 0), "{given}");
        let planted = page(&app, &ana, PAGE, &format!("oskar_back={given}")).await;
        assert!(!planted.text().contains("class=\"back\""), "{given}");
    }
}
