//! Where the `type` of a problem leads: what the code means, and how to mend it.

use oskar::error::{Error, Kind};
use serde_json::json;

use crate::support::{Answer, Client, TestApp};

async fn as_browser(client: &Client, path: &str) -> Answer {
    client.call_with(axum::http::Method::GET, path, &[("accept", "text/html,*/*;q=0.8")], None).await
}

#[tokio::test]
async fn each_code_has_a_page_for_people_and_the_same_as_json_for_programs() {
    let app = TestApp::start().await;
    let list = app.anonymous().get("/problems").await.status(200).json();
    let listed: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    let index = as_browser(&app.anonymous(), "/problems").await.status(200).text();
    for kind in Kind::all() {
        let path = format!("/problems/{}", kind.code);
        let answer = app.anonymous().get(&path).await.status(200);
        assert_eq!(answer.header("content-type"), "application/json");
        let (told, guide) = (answer.json(), kind.guide());
        assert_eq!(
            told,
            json!({
                "type": format!("http://localhost:8675{path}"), "code": kind.code, "status": kind.status,
                "title": kind.title, "means": guide.means, "mend": guide.mend,
            })
        );
        let page = as_browser(&app.anonymous(), &path).await.status(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("vary"), "accept");
        let text = page.text();
        assert!(text.contains(&format!("<code>{}</code>", kind.code)), "{text}");
        assert!(text.contains("What it means") && text.contains("What helps"), "{text}");
        assert!(listed.contains(&kind.code) && index.contains(&format!("href=\"{path}\"")), "{path}");
    }
    assert_eq!(listed.len(), Kind::all().count());
    assert_eq!(Error::KINDS.iter().filter(|kind| kind.code == "cross_site").count(), 2, "one page for both");
}

#[tokio::test]
async fn the_type_of_a_problem_is_the_address_of_its_page_below_the_public_url() {
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", "https://auth.acme.example")]).await;
    for (path, status, code) in [
        ("/api/auth/me", 401, "unauthenticated"),
        ("/nowhere", 404, "not_found"),
        ("/api/auth/login", 405, "method_not_allowed"),
    ] {
        let problem = app.anonymous().get(path).await.status(status).json();
        assert_eq!(problem["type"], json!(format!("https://auth.acme.example/problems/{code}")), "{path}");
        app.anonymous().get(&format!("/problems/{code}")).await.status(200);
    }
}

#[tokio::test]
async fn a_code_that_does_not_exist_has_no_page() {
    let app = TestApp::start().await;
    for code in ["nothing", "Not_Found", "not_found%20", "<script>", "%00", "%ff"] {
        let code = code.replace('<', "%3C").replace('>', "%3E");
        let answer = app.anonymous().get(&format!("/problems/{code}")).await.status(404);
        assert_eq!(answer.code(), "not_found", "{code}");
        let page = as_browser(&app.anonymous(), &format!("/problems/{code}")).await.status(404);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{code}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_permission_that_is_required() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let keys = format!("{}/keys", org.path);
    let body = json!({ "name": "k", "environment": "live", "role": "viewer" });
    let problem = org.viewer.with_cookie().post(&keys, body).await.status(403).json();
    assert_eq!(
        (&problem["code"], &problem["required_permission"]),
        (&json!("permission_denied"), &json!("keys:manage"))
    );
    let path = format!("/api/verify?org={}&permission=tasks:write", org.slug);
    let problem = org.viewer.with_bearer().get(&path).await.status(403).json();
    assert_eq!(problem["required_permission"], json!("tasks:write"));
    let problem = app.anonymous().get("/api/auth/me").await.status(401).json();
    assert!(problem.get("required_permission").is_none(), "{problem}");
}
