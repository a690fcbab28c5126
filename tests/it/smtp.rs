//! Mails over a real socket. `./test` starts the mail server; elsewhere these are skipped.

use std::path::PathBuf;

use oskar::entity::delivery::{self, DeliveryState};
use oskar::entity::mail;
use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

struct Server {
    url: String,
    folder: PathBuf,
}

/// The mail server, if there is one.
#[expect(clippy::disallowed_methods, reason = "tells where the mail server is")]
fn server() -> Option<Server> {
    let (Ok(port), Ok(folder)) = (std::env::var("OSKAR_TEST_SMTP"), std::env::var("OSKAR_TEST_SMTP_FOLDER"))
    else {
        eprintln!(
            "SKIPPED: no mail server. ./test starts one and sets OSKAR_TEST_SMTP and OSKAR_TEST_SMTP_FOLDER."
        );
        return None;
    };
    Some(Server { url: format!("smtp://127.0.0.1:{port}"), folder: folder.into() })
}

impl Server {
    async fn app(&self) -> TestApp {
        TestApp::with(&[
            ("OSKAR_MAIL__SMTP_URL", &self.url),
            ("OSKAR_MAIL__FROM", "Oskar Ümlaut <oskar@auth.example>"),
            ("OSKAR_VERIFY_EMAIL", "optional"),
        ])
        .await
    }

    /// What arrived for an address.
    fn taken(&self, to: &str) -> Vec<String> {
        let files = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(to) && path.extension().is_some_and(|extension| extension == "eml")
        });
        files.map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }
}

/// An address of which the server has seen nothing.
fn fresh(name: &str) -> String {
    format!("{name}-{}@new.example", uuid::Uuid::now_v7().simple())
}

async fn invite(app: &TestApp, organisation: &str, to: &str) -> (mail::Model, delivery::Model) {
    let admin = app.register(&fresh("admin"), Some(organisation)).await.with_cookie();
    app.deliver().await;
    let slug = admin.get("/api/auth/me").await.json()["organisation"]["slug"].as_str().unwrap().to_owned();
    let body = json!({ "emails": [to], "role": "member" });
    admin.post(&format!("/api/orgs/{slug}/invitations"), body).await.status(201);
    app.deliver().await;
    let all = mail::Entity::find().find_both_related(delivery::Entity).all(app.app.db.read()).await.unwrap();
    all.into_iter().find(|(mail, _)| mail.recipient == to).unwrap()
}

#[tokio::test]
async fn a_mail_arrives_with_its_headers_and_both_parts_and_its_link_works() {
    let Some(server) = server() else { return };
    let app = server.app().await;
    let to = fresh("bob");
    let (mail, row) = invite(&app, "Łukasz & Söhne 🦀", &to).await;
    assert_eq!(row.state, DeliveryState::Sent, "{:?}", row.last_error);
    let taken = server.taken(&to);
    assert_eq!(taken.len(), 1);
    let (headers, body) = taken[0].split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let unfolded = headers.replace("\r\n ", " ");
        let found: Vec<_> = unfolded
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("{name}: ")))
            .map(str::to_owned)
            .collect();
        assert_eq!(found.len(), 1, "{name}: {headers}");
        found[0].clone()
    };
    assert_eq!(header("To"), to);
    assert!(header("From").ends_with("<oskar@auth.example>"), "{}", header("From"));
    assert_eq!(header("Message-ID"), format!("<{}@auth.example>", mail.id));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(header("Content-Type").starts_with("multipart/alternative"));
    assert!(header("Subject").contains("=?utf-8?b?"));
    assert!(header("Date").len() > 20);
    assert!(headers.is_ascii());
    assert!(body.contains("Content-Type: text/plain; charset=utf-8"), "{body}");
    assert!(body.contains("Content-Type: text/html; charset=utf-8"), "{body}");

    let unfolded = body.replace("=\r\n", "");
    let secret = unfolded.split("/invite#").nth(1).unwrap();
    let secret: String =
        secret.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let body = json!({ "invitation": secret, "password": PASSWORD });
    app.anonymous().post("/api/invitations/accept", body).await.status(200);
}

#[tokio::test]
async fn a_refusal_for_good_is_given_up_at_once_and_one_for_now_is_tried_again() {
    let Some(server) = server() else { return };
    let app = server.app().await;
    for (name, state) in [("refused", DeliveryState::Dead), ("later", DeliveryState::Pending)] {
        let to = fresh(name);
        let (_, row) = invite(&app, name, &to).await;
        assert_eq!((row.state, row.attempts), (state, 1));
        let error = row.last_error.unwrap();
        assert!(error.contains(if state == DeliveryState::Dead { "550" } else { "451" }), "{error}");
        assert!(!error.contains(&to), "the log gets it, and has no addresses: {error}");
        assert!(server.taken(&to).is_empty());
    }
}

/// The server is one that knows no STARTTLS, and by its name it is not this machine.
#[tokio::test]
async fn nothing_is_sent_in_the_clear_to_a_host_that_is_not_loopback() {
    let Some(server) = server() else { return };
    let url = server.url.replace("127.0.0.1", "127.1.2.3");
    let app = TestApp::with(&[("OSKAR_MAIL__SMTP_URL", &url), ("OSKAR_VERIFY_EMAIL", "optional")]).await;
    let to = fresh("clear");
    let (_, row) = invite(&app, "Acme", &to).await;
    assert_eq!(row.state, DeliveryState::Pending);
    assert!(server.taken(&to).is_empty());
}
