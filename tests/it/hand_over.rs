//! How people get to the password of an account that a command makes or resets, through the real binary.

use oskar::entity::one_time_token;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::process::Installation;
use crate::support::PASSWORD;

const ANA: &str = "ana@acme.test";
const OWN: &str = "a phrase of my own choice";

async fn run(installation: &Installation, line: &str, input: &str) -> crate::process::Ran {
    installation.run(&line.split(' ').collect::<Vec<_>>(), input).await
}

/// What a server answers.
async fn post(url: &str, path: &str, body: Value) -> (u16, Value) {
    let answer = reqwest::Client::new().post(format!("{url}{path}")).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

async fn login(url: &str, password: &str) -> u16 {
    post(url, "/api/auth/login", json!({ "email": ANA, "password": password })).await.0
}

#[tokio::test]
async fn without_a_mail_server_commands_print_a_link_that_works_once_and_never_a_password() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]).await;
    let run = async |line: &str| run(&installation, line, "").await.code(0);
    for (line, before) in [
        (format!("setup --email {ANA} --org Acme --json"), None),
        (format!("user reset-password {ANA} --json"), Some("the password of the link before")),
    ] {
        let made = run(&line).await.json();
        assert_eq!((&made["mailed"], &made["password_change_required"]), (&json!(false), &json!(false)));
        assert_eq!(made.get("password"), None, "{made}");
        assert!(made["expires_at"].is_string(), "{made}");
        if let Some(before) = before {
            assert_eq!(login(&server.url, before).await, 401, "it has ended with the command");
        }
        let link = made["link"].as_str().unwrap();
        let token = link.strip_prefix("http://localhost:8675/reset#").unwrap();
        let reset = json!({ "link_secret": token, "password": "the password of the link before" });
        assert_eq!(post(&server.url, "/api/auth/reset-password", reset.clone()).await.0, 204);
        assert_eq!(post(&server.url, "/api/auth/reset-password", reset).await.0, 410, "once");
        assert_eq!(login(&server.url, "the password of the link before").await, 200);
    }
    let told = run("user create --email bob@acme.test --org acme").await.out;
    assert!(told.contains("/reset#osp_") && told.contains("once, until"), "{told}");
    let told = run("user reset-password bob@acme.test").await.out;
    assert!(told.contains("/reset#osp_") && told.contains("have ended"), "{told}");
    // For development there is a mailbox, if one asks for it.
    let mailed = run("user create --email cid@acme.test --mail --json").await.json();
    assert_eq!((&mailed["mailed"], &mailed["link"]), (&json!(true), &json!(null)));
    let events = run("events --json").await.out;
    for said in ["user.password_link_issued", "user.password_reset"] {
        assert!(events.contains(said), "{events}");
    }
    assert!(!events.contains("osp_"), "{events}");
}

#[tokio::test]
async fn the_environment_format_has_no_link_among_its_lines() {
    let installation = Installation::new().await;
    let line = format!("setup --email {ANA} --org Acme --with-key ci --format env");
    let ran = run(&installation, &line, "").await.code(0);
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    assert!(ran.err.contains("/reset#osp_") && !ran.out.contains("osp_"), "{ran:?}");
}

#[tokio::test]
async fn with_a_mail_server_the_link_is_mailed() {
    let installation = Installation::new().await;
    let folder = installation.data.path().join("mails");
    let with_mail = async |line: &str| {
        let mut command = installation.command(&line.split(' ').collect::<Vec<_>>());
        command.env("OSKAR_MAIL__FOLDER", &folder);
        crate::process::run(command, "").await
    };
    let made = with_mail(&format!("user create --email {ANA} --json")).await.code(0).json();
    assert_eq!((&made["mailed"], &made["link"]), (&json!(true), &json!(null)));
    let app = installation.open().await;
    oskar::worker::mail::tick(&app).await.unwrap();
    let mails = app.mailer.captured();
    let (_, link) = mails[0].letter.action.clone().unwrap();
    assert_eq!(mails[0].to, ANA);
    assert!(mails[0].letter.subject == "Your account" && link.contains("/reset#osp_"), "{link}");
    // It waits for a day, not for the half hour of who has asked.
    let stored = one_time_token::Entity::find().one(app.db.read()).await.unwrap().unwrap();
    assert_eq!(stored.expires_at - stored.created_at, chrono::TimeDelta::hours(24));

    let printed = with_mail(&format!("user reset-password {ANA} --print --json")).await.code(0).json();
    assert_eq!(printed["mailed"], false);
    assert!(printed["link"].as_str().unwrap().contains("/reset#osp_"), "{printed}");
    with_mail(&format!("user reset-password {ANA} --print --mail")).await.code(2);
    let mut without = installation.command(&["user", "create", "--email", "bob@acme.test", "--mail"]);
    without.env("OSKAR_MAIL__SMTP_URL", "none");
    let refused = crate::process::run(without, "").await.code(1);
    assert!(refused.err.contains("sends no mails"), "{}", refused.err);
    let listed = run(&installation, "user list --json", "").await.code(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "nothing was made");
}

#[tokio::test]
async fn a_password_from_standard_input_has_to_be_changed_unless_it_is_kept() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]).await;
    let input = format!("{PASSWORD}\n");
    let setup = format!("setup --email {ANA} --org Acme --password-stdin --json");
    let made = run(&installation, &setup, &input).await.code(0).json();
    assert_eq!((&made["password_change_required"], &made["link"]), (&json!(true), &json!(null)));
    let listed = run(&installation, "user list --json", "").await.code(0).json();
    assert_eq!(listed[0]["password_change_required"], true);
    assert_eq!(login(&server.url, PASSWORD).await, 403);
    let body = json!({ "email": ANA, "password": PASSWORD, "new_password": OWN });
    assert_eq!(post(&server.url, "/api/auth/login", body).await.0, 200);
    assert_eq!(login(&server.url, OWN).await, 200);

    let reset = format!("user reset-password {ANA} --password-stdin");
    let told = run(&installation, &reset, &input).await.code(0).out;
    assert!(told.contains("has to be changed"), "{told}");
    assert_eq!(login(&server.url, PASSWORD).await, 403);
    run(&installation, &format!("{reset} --keep"), &input).await.code(0);
    assert_eq!(login(&server.url, PASSWORD).await, 200, "the mark is gone");
    run(&installation, &format!("user reset-password {ANA} --keep"), &input).await.code(2);
    for (line, status) in [("--password-stdin", 403), ("--password-stdin --keep", 200)] {
        let email = format!("bob{status}@acme.test");
        let create = format!("user create --email {email} --org acme {line}");
        run(&installation, &create, &input).await.code(0);
        let body = json!({ "email": email, "password": PASSWORD });
        assert_eq!(post(&server.url, "/api/auth/login", body).await.0, status, "{line}");
    }
}
