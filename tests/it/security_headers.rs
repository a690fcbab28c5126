//! Headers of every answer: of all routes, pages, assets, errors, and of what is not there.

use axum::http::Method;

use crate::support::{Answer, TestApp, without_targets};

#[track_caller]
fn check(answer: &Answer) {
    let all = answer.headers.get_all("cross-origin-resource-policy");
    assert_eq!(all.iter().collect::<Vec<_>>(), ["same-origin"], "{}", answer.asked);
    let content_type = answer.header("content-type");
    if content_type.starts_with("text/") {
        assert!(content_type.ends_with("charset=utf-8"), "{}: {content_type}", answer.asked);
    }
}

#[tokio::test]
async fn no_other_site_may_embed_an_answer_and_each_text_names_its_charset() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.example")]).await;
    let org = app.organisation("Acme").await;
    let pages = oskar::web::table(&app.app).finish().1;
    for route in oskar::api::recorded_routes(&app.app).into_iter().chain(pages) {
        let path = route.path.replace("{org}", "acme").replace("{*rest}", "some/where");
        let path = without_targets(&path).replace("{link}", "none");
        let sends = [Method::POST, Method::PATCH].contains(&route.method);
        for caller in [org.viewer.with_basic(), app.anonymous()] {
            let body = sends.then(|| serde_json::json!({}));
            check(&caller.call(route.method.clone(), &path, body).await);
        }
    }
    let mut texts = 0;
    for path in [
        "/",
        "/setup/x",
        "/reset/x",
        "/verify/x",
        "/invite/x",
        "/unlock/x",
        "/dev/mail",
        "/assets/oskar.css",
        "/docs/",
        "/docs/index.css",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-initializer.js",
        "/docs/favicon-32x32.png",
        "/nothing",
    ] {
        let answer = app.anonymous().get(path).await;
        check(&answer);
        texts += usize::from(answer.header("content-type").starts_with("text/"));
    }
    assert!(texts > 6, "{texts}");
    let preflight = [("origin", "https://app.example"), ("access-control-request-method", "POST")];
    check(&app.anonymous().call_with(Method::OPTIONS, "/api/auth/login", &preflight, None).await);
    check(&app.anonymous().call(Method::PUT, "/api/auth/login", None).await.status(405));
    check(&app.anonymous().call(Method::HEAD, "/docs/", None).await);
}
