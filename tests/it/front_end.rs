//! Front ends of other origins, in a real browser. `./test` says where it is; elsewhere these are skipped.

use std::time::Duration;

use axum::extract::State;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use oskar::entity::session;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::{PASSWORD, TestApp, browser, browser_command};

/// Signs in as a single-page application does and says what came of it, step by step.
const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>A product</title><script>
const step = async (name, path, options) => {
  try {
    const answer = await fetch("SERVER" + path, { credentials: "include", ...options });
    return [name, answer.status, answer.status === 204 ? null : await answer.json()];
  } catch (error) {
    return [name, error.name, null];
  }
};
const json = body => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const login = { email: "ana@acme.example", password: "PASSWORD" };
(async () => {
  const steps = [
    await step("before", "/api/auth/me"),
    await step("login", "/api/auth/login", json(login)),
    // What a form can send without asking first.
    await step("simple", "/api/auth/login", { method: "POST", body: JSON.stringify(login) }),
    await step("me", "/api/auth/me"),
    await step("rename", "/api/account", { ...json({ name: "Ana of the browser" }), method: "PATCH" }),
    await step("logout", "/api/auth/logout", { method: "POST" }),
    await step("after", "/api/auth/me"),
  ];
  await fetch("/result", { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ steps, cookie: document.cookie }) });
})();
</script>"#;

/// A page on an origin of its own, and what it tells.
struct FrontEnd {
    origin: String,
    listener: TcpListener,
}

impl FrontEnd {
    async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { origin: format!("http://localhost:{}", listener.local_addr().unwrap().port()), listener }
    }

    /// Opens the page in the browser; what it did.
    async fn visit(self, browser: &str, server: &str) -> Value {
        let page = PAGE.replace("SERVER", server).replace("PASSWORD", PASSWORD);
        let (told, mut results) = mpsc::channel::<Value>(1);
        let tell = async |State(told): State<mpsc::Sender<Value>>, Json(result): Json<Value>| {
            told.send(result).await.unwrap();
        };
        let router =
            Router::new().route("/", get(async || Html(page))).route("/result", post(tell)).with_state(told);
        tokio::spawn(async move { axum::serve(self.listener, router).await });
        let profile = tempfile::tempdir().unwrap();
        let mut window = browser_command(browser, &profile, &[&self.origin]).spawn().unwrap();
        let result = timeout(Duration::from_mins(1), results.recv()).await;
        window.kill().await.unwrap();
        result.unwrap().unwrap()
    }
}

/// A server for pages of one origin, with an account.
async fn server_for(origin: &str) -> (TestApp, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", &url), ("OSKAR_ALLOWED_ORIGINS", origin)]).await;
    app.register("ana@acme.example", Some("Acme")).await;
    let serving = app.app.clone();
    tokio::spawn(async move { oskar::server::serve(&serving, listener, None, std::future::pending()).await });
    (app, url)
}

async fn sessions(app: &TestApp) -> u64 {
    session::Entity::find().count(app.app.db.read()).await.unwrap()
}

#[tokio::test]
async fn a52_a_front_end_of_an_allowed_origin_signs_in_with_credentials() {
    let Some(browser) = browser() else { return };
    let page = FrontEnd::bind().await;
    let (app, url) = server_for(&page.origin).await;
    let result = page.visit(&browser, &url).await;
    let statuses: Vec<_> =
        result["steps"].as_array().unwrap().iter().map(|step| json!([step[0], step[1]])).collect();
    let expected = json!([
        ["before", 401],
        ["login", 200],
        ["simple", 415],
        ["me", 200],
        ["rename", 200],
        ["logout", 204],
        ["after", 401]
    ]);
    assert_eq!(json!(statuses), expected, "{result}");
    assert_eq!(result["steps"][3][2]["user"]["email"], "ana@acme.example");
    assert_eq!(result["cookie"], "", "scripts see no cookie");
    assert!(sessions(&app).await > 0);
}

#[tokio::test]
async fn a52_a_front_end_of_another_origin_can_neither_sign_in_nor_read() {
    let Some(browser) = browser() else { return };
    let page = FrontEnd::bind().await;
    let (app, url) = server_for("http://localhost:1").await;
    let before = sessions(&app).await;
    let result = page.visit(&browser, &url).await;
    let names = ["before", "login", "simple", "me", "rename", "logout", "after"];
    for (step, name) in result["steps"].as_array().unwrap().iter().zip(names) {
        assert_eq!(step, &json!([name, "TypeError", null]), "{result}");
    }
    assert_eq!(sessions(&app).await, before, "no session was made");
}
