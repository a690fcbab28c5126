//! Production: what it asks for at the start, and what it promises afterwards.

use serde_json::{Value, json};

use crate::process::{Installation, oskar, run};
use crate::support::TestApp;

/// All that production asks for.
pub const GOOD: &[(&str, &str)] = &[
    ("OSKAR_ENV", "production"),
    ("OSKAR_PUBLIC_URL", "https://auth.example"),
    ("OSKAR_MAIL__SMTP_URL", "smtps://user:password@mail.example"),
    ("OSKAR_MAIL__FROM", "Acme <auth@acme.example>"),
];

/// Without mails, which must be said.
pub const WITHOUT_MAIL: &[(&str, &str)] = &[
    ("OSKAR_ENV", "production"),
    ("OSKAR_PUBLIC_URL", "https://auth.example"),
    ("OSKAR_MAIL__SMTP_URL", "none"),
    ("OSKAR_REGISTRATION", "invite"),
];

#[tokio::test]
async fn an_empty_environment_is_told_at_once_all_that_is_asked_for_and_that_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = oskar(&["serve"]);
    command.current_dir(folder.path()).env("OSKAR_ENV", "production");
    let ran = run(command, "").await.code(78);
    for key in ["public_url", "mail.smtp_url", "mail.from"] {
        assert!(ran.err.contains(&format!("`{key}` ")), "{key} is not in:\n{}", ran.err);
    }
    assert_eq!(ran.err.lines().count(), 3, "{}", ran.err);
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");

    let installation = Installation::new().await;
    installation.serve(GOOD).await.kill().await;
}

#[tokio::test]
async fn mistakes_of_every_kind_are_told_at_once_with_the_line_or_the_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = "env = \"production\"\nregistration = \"domain\"\nregistration_domains = [\"*.acme.example\"]\n\
                verify_email = \"optional\"\npublic_url = \"\"\n[mail]\nsmtp_url = \"smtp://mail.example?tls=none\"\n";
    std::fs::write(folder.path().join("oskar.toml"), file).unwrap();
    let mut command = oskar(&["serve", "--no-auth"]);
    command.current_dir(folder.path()).env("OSKAR_LISTEN", "0.0.0.0:8675");
    command.env("OSKAR_DATABASE_URL", "postgres://oskar:secret@db.example/oskar");
    let ran = run(command, "").await.code(78);
    for part in [
        "oskar.toml line 5)",
        "`public_url` is empty: remove it, or give it a value",
        "`registration_domains` has `*.acme.example`: wildcards are not known; name each domain (oskar.toml line 3)",
        "`mail.smtp_url` would send the password and the links in the clear",
        "(oskar.toml line 7)",
        "`verify_email` is `optional`, so anybody could register",
        "`listen` is 0.0.0.0:8675, which others reach without TLS",
        "(OSKAR_LISTEN)",
        "`database_url` leads to PostgreSQL on another machine",
        "--no-auth lets everybody in as an administrator, but env is \"production\"",
        "--no-auth lets everybody in as an administrator, but listen is 0.0.0.0:8675",
    ] {
        assert!(ran.err.contains(part), "{part} is not in:\n{}", ran.err);
    }
    assert!(!ran.err.contains("secret"), "{}", ran.err);
    assert_eq!(ran.err.matches("`public_url`").count(), 1, "{}", ran.err);
}

#[tokio::test]
async fn the_banner_does_not_say_that_production_stays_on_this_machine() {
    let installation = Installation::new().await;
    let server = installation.serve(GOOD).await;
    let listens = format!("production · listens on 127.0.0.1:{}", server.port);
    assert!(server.banner.contains(&listens), "{}", server.banner);
    assert!(!server.banner.contains("this machine") && !server.banner.contains("/docs"), "{}", server.banner);
    let client = reqwest::Client::new();
    assert_eq!(client.get(format!("{}/docs/", server.url)).send().await.unwrap().status(), 404);
    server.kill().await;

    let server = installation.serve(&[GOOD, &[("OSKAR_DOCS", "true")]].concat()).await;
    assert!(server.banner.contains("https://auth.example/docs"), "{}", server.banner);
    assert_eq!(client.get(format!("{}/docs/", server.url)).send().await.unwrap().status(), 200);
    server.kill().await;
    let server = installation.serve(&[]).await;
    assert!(server.banner.contains("development · everything stays on this machine"), "{}", server.banner);
    server.kill().await;
}

#[tokio::test]
async fn subdomains_are_bound_to_https_where_that_is_asked_for() {
    for (more, expected) in [
        (&[][..], "max-age=31536000"),
        (&[("OSKAR_HSTS_INCLUDE_SUBDOMAINS", "true")], "max-age=31536000; includeSubDomains"),
    ] {
        let app = TestApp::with(&[GOOD, more].concat()).await;
        let answer = app.anonymous().get("/livez").await.status(200);
        assert_eq!(answer.header("strict-transport-security"), expected);
    }
}

/// `mail` in the server metadata, for front ends.
async fn capability(app: &TestApp) -> Value {
    app.anonymous().get("/.well-known/oauth-authorization-server").await.status(200).json()["mail"].clone()
}

#[tokio::test]
async fn what_takes_a_mail_is_not_promised_where_none_is_sent() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_bearer();
    let invitation = json!({ "emails": ["bob@acme.example"], "role": "member" });
    let invited =
        admin.post(&format!("{}/invitations", org.path), invitation.clone()).await.status(201).json();
    let resend = format!("{}/invitations/{}/resend", org.path, invited["data"][0]["id"].as_str().unwrap());
    assert_eq!(capability(&app).await, true);
    assert_eq!(admin.get("/health").await.status(200).json()["mail"], "captured");

    let settings = [("OSKAR_MAIL__SMTP_URL", "none"), ("OSKAR_VERIFY_EMAIL", "required")];
    let node = app.another_node_with(&settings).await;
    let admin = crate::support::Client::new(
        node.router.clone(),
        crate::support::Credential::Bearer(org.admin.access_token.clone()),
    );
    assert_eq!(capability(&node).await, false);
    assert_eq!(admin.get("/health").await.status(200).json()["mail"], "none");
    assert!(node.anonymous().get("/health").await.status(200).json().get("mail").is_none());

    let unavailable = async |path: &str, body: Value| {
        let answer = admin.post(path, body).await.status(501);
        assert_eq!(answer.code(), "mail_unavailable", "{path}");
        let mut problem = answer.json();
        problem["request_id"] = Value::Null;
        problem
    };
    let mut answers = Vec::new();
    for email in ["admin@acme.example", "nobody@acme.example"] {
        answers.push(unavailable("/api/auth/forgot-password", json!({ "email": email })).await);
        answers.push(unavailable("/api/auth/resend-verification", json!({ "email": email })).await);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "the same for every address");
    let password = crate::support::PASSWORD;
    unavailable("/api/auth/change-email", json!({ "email": "new@acme.example", "password": password })).await;
    unavailable(&format!("{}/invitations", org.path), invitation).await;
    unavailable(&resend, json!({})).await;
    let register = json!({ "email": "eve@acme.example", "password": password });
    unavailable("/api/auth/register", register.clone()).await;
    // Nothing was made of it.
    app.anonymous().post("/api/auth/register", register).await.status(201);
}

#[tokio::test]
async fn the_log_says_that_no_mails_are_sent() {
    let installation = Installation::new().await;
    let server = installation.serve(WITHOUT_MAIL).await;
    server.terminate().await;
    let (_, log) = server.ended().await;
    let warned = log.lines().any(|line| line.contains(r#""level":"WARN""#) && line.contains("mail.smtp_url"));
    assert!(warned, "{log}");
}
