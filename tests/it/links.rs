//! Links that people are sent have their secret in the fragment; older ones had it in the path.

use axum::http::Method;
use serde_json::json;

use crate::mail_pages::{look, submit};
use crate::operator::setup_link;
use crate::setup::{opening, runs_our_scripts_alone};
use crate::support::{PASSWORD, TestApp};

const BOB: &str = "bob@new.example";
const PAGES: [&str; 5] = ["setup", "verify", "reset", "unlock", "invite"];

#[tokio::test]
async fn the_page_of_a_link_asks_for_the_secret_and_runs_our_script_alone() {
    let app = TestApp::start().await;
    for page in PAGES {
        let answer = app.anonymous().get(&format!("/{page}")).await.status(200);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        let text = answer.text();
        assert!(text.contains("<noscript>") && text.contains("Paste the link"), "{text}");
        assert_eq!(text.matches("<script").count(), 2, "{text}");
        // What a form has answered, asked for by its address.
        let act = ["create", "confirm", "choose", "let-in", "accept"];
        let act = act[PAGES.iter().position(|other| *other == page).unwrap()];
        let back = app.anonymous().get(&format!("/{page}/{act}")).await.status(303);
        assert_eq!(back.header("location"), format!("/{page}"));
    }
    let script = app.anonymous().get("/assets/link.js").await.status(200);
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(script.text().contains("history.replaceState"));
}

#[tokio::test]
async fn links_of_older_mails_lead_to_the_page_with_the_secret_in_the_fragment() {
    let app = TestApp::start().await;
    app.register(BOB, None).await;
    let link = app.mailed_link(BOB).await;
    let path = link.strip_prefix("http://localhost:8675").unwrap();
    assert!(path.starts_with("/verify#osv_"), "{path}");
    let older = path.replace('#', "/");
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let answer = app.anonymous().call(method, &older, None).await.status(303);
        assert_eq!(answer.header("location"), path);
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    submit(&app, path, &[]).await.status(200);
    // What is no secret is not repeated, and nothing leads away from here.
    for other in ["osv_x", "%3Cscript%3E", "%0d%0aset-cookie:%20a=b", "https:%2f%2fevil.example", "..%2f.."] {
        for page in PAGES {
            let answer = app.anonymous().get(&format!("/{page}/{other}")).await.status(303);
            assert_eq!(answer.header("location"), format!("/{page}"), "{other}");
            assert!(!answer.headers.contains_key("set-cookie"));
        }
    }
}

#[tokio::test]
async fn a_scanner_that_follows_a_link_with_scripts_and_all_uses_nothing_up() {
    let app = TestApp::start().await;
    let setup = setup_link(&app).await;
    let admin = app.register("admin@acme.example", Some("Acme")).await;
    let invite = json!({ "emails": [BOB], "role": "member" });
    admin.with_cookie().post("/api/orgs/acme/invitations", invite).await.status(201);
    let invitation = app.mailed_link(BOB).await.replace("http://localhost:8675", "");
    for link in [&setup, &invitation] {
        for _ in 0..3 {
            let shown = look(&app, link).await.status(200);
            let secret = link.rsplit('#').next().unwrap();
            let hidden = format!(r#"<input type="hidden" name="link" value="{secret}">"#);
            assert!(shown.text().contains(&hidden), "{}", shown.text());
            assert!(!shown.headers.contains_key("set-cookie") && runs_our_scripts_alone(&shown.text()));
        }
    }
    // Whoever pastes gives what they have: all of the link, or with blanks around it.
    let secret = invitation.rsplit('#').next().unwrap();
    let pasted = |text: &str| {
        let text = form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        opening(&format!("/invite#{text}"))
    };
    for text in [
        format!("http://localhost:8675{invitation}"),
        format!("http://localhost:8675/invite/{secret}"),
        format!("  {secret}\n"),
    ] {
        app.anonymous().send(pasted(&text)).await.status(200);
    }
    app.anonymous().send(pasted(&"x".repeat(60_000))).await.status(410);
    submit(&app, &invitation, &[("password", PASSWORD)]).await.status(200);
}

#[tokio::test]
async fn a_front_end_with_pages_of_its_own_lets_the_owner_in_by_the_mailed_secret() {
    let app = crate::owner::with_ana().await;
    let ana = crate::owner::ANA;
    app.advance(chrono::TimeDelta::days(32));
    crate::owner::strangers_guess(&app, ana).await;
    let token = app.mailed_secret(ana).await;
    let body = json!({ "link_secret": token });
    let done = app.anonymous().post("/api/auth/unlock", body.clone()).await.status(200);
    assert_eq!(done.cookies("oskar_device").len(), 1);
    assert!(done.cookies("oskar_session").is_empty(), "nobody is signed in");
    assert_eq!(app.anonymous().post("/api/auth/unlock", body).await.status(410).code(), "link_invalid");
    let login = json!({ "email": ana, "password": PASSWORD });
    app.anonymous().post("/api/auth/login", login).await.status(200);
    let told = done.json();
    assert_eq!(told["expires_in"], 1800);
    let reset = json!({ "link_secret": told["link_secret"], "password": "another long phrase of Ana" });
    app.anonymous().post("/api/auth/reset-password", reset).await.status(204);
    // A secret of another kind does nothing here.
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ana })).await.status(202);
    let other = json!({ "link_secret": app.mailed_secret(ana).await });
    app.anonymous().post("/api/auth/unlock", other).await.status(410);
    app.anonymous().post("/api/auth/unlock", json!({ "link_secret": "x" })).await.status(410);
}
