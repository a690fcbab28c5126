//! `serve --demo`: an example to look at, of which nothing stays.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::process::{oskar, run};

const PASSWORD: &str = "paper and pine by day";

struct Demo {
    child: Child,
    banner: String,
    url: String,
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = oskar(&[&["serve", "--demo"], arguments].concat());
    command.current_dir(folder).env("TMPDIR", folder).env("OSKAR_LIMITS__EXEMPT", "127.0.0.1");
    command
}

impl Demo {
    async fn start(folder: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(folder, &["--listen", &format!("127.0.0.1:{port}")]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut banner = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            banner.push_str(&line);
            banner.push('\n');
            if line.contains("ready in") {
                return Self { child, banner, url: format!("http://localhost:{port}") };
            }
        }
        panic!("the example did not start:\n{banner}");
    }

    async fn get(&self, token: &str, path: &str) -> Value {
        let client = reqwest::Client::new();
        let answer = client.get(format!("{}{path}", self.url)).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    async fn sign_in(&self, email: &str) -> String {
        let login = json!({ "email": email, "password": PASSWORD });
        let client = reqwest::Client::new();
        let answer = client.post(format!("{}/api/auth/login", self.url)).json(&login).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{email}");
        answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }
}

fn rows(list: &Value) -> &Vec<Value> {
    list["data"].as_array().unwrap()
}

#[tokio::test]
async fn it_has_life_in_it_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path()).await;
    for part in ["ana@acme.example", "ben@acme.example", "vera@acme.example", PASSWORD, "/dev/mail"] {
        assert!(demo.banner.contains(part), "{part} is not in:\n{}", demo.banner);
    }
    for (email, role) in
        [("ana@acme.example", "admin"), ("ben@acme.example", "member"), ("vera@acme.example", "viewer")]
    {
        let me = demo.get(&demo.sign_in(email).await, "/api/auth/me").await;
        assert_eq!((&me["organisation"]["slug"], &me["role"]), (&json!("acme"), &json!(role)), "{me}");
    }
    let ana = demo.sign_in("ana@acme.example").await;
    assert_eq!(rows(&demo.get(&ana, "/api/orgs").await).len(), 2);

    // Keys in every state that the pages tell apart.
    let keys = demo.get(&ana, "/api/orgs/acme/keys").await;
    let keys = rows(&keys);
    let kinds: BTreeSet<_> =
        keys.iter().map(|key| (key["environment"].as_str(), key["state"].as_str())).collect();
    for kind in [("live", "active"), ("live", "revoked"), ("test", "active"), ("test", "expired")] {
        assert!(kinds.contains(&(Some(kind.0), Some(kind.1))), "{kind:?}");
    }
    let active = || keys.iter().filter(|key| key["state"] == "active");
    assert!(active().any(|key| key["last_used_at"].is_null()));
    assert!(active().any(|key| key["old_secret_expires_at"].is_string()));
    let hours = |key: &Value, member: &str| {
        let at = key[member].as_str()?.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        Some((at - oskar::clock::Clock::System.now()).num_hours())
    };
    assert!(active().any(|key| hours(key, "expires_at").is_some_and(|left| (48..=72).contains(&left))));
    assert!(active().any(|key| hours(key, "last_used_at") == Some(0)));
    assert!(active().any(|key| hours(key, "last_used_at").is_some_and(|ago| ago / 24 <= -111)));

    let invitations = demo.get(&ana, "/api/orgs/acme/invitations").await;
    let states: BTreeSet<_> = rows(&invitations).iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert!(states.contains("open") && states.contains("expired"), "{states:?}");
    let failed = demo.get(&ana, "/api/orgs/acme/events?type=sign_in.failed").await;
    assert!(!rows(&failed).is_empty());

    // Events of many days, in their order.
    let started = demo.get(&ana, "/api/orgs/acme/events?type=session.started&limit=100").await;
    let times: Vec<_> = rows(&started).iter().map(|row| row["created_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|later, earlier| later >= earlier), "{times:?}");
    let days: BTreeSet<_> = times.iter().map(|time| &time[..10]).collect();
    assert!(days.len() > 20, "{days:?}");
    let mails = reqwest::get(format!("{}/dev/mail", demo.url)).await.unwrap().text().await.unwrap();
    assert!(mails.contains("noor@acme.example") && mails.contains("New API key"), "{mails}");

    // The test's own folder is the one for temporary files: only the example is in it.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let id = demo.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    assert!(demo.child.wait().await.unwrap().success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something stayed");
}

#[tokio::test]
async fn it_is_refused_where_others_could_come_in_or_something_would_stay() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, variable, code, part) in [
        (&["--listen", "0.0.0.0:0"][..], ("X", ""), 78, "listen is 0.0.0.0:0, which others can reach"),
        (&["--database-url", "sqlite://here.db"], ("X", ""), 78, "leave `database_url` out (--database-url)"),
        (&["--data-dir", "here"], ("X", ""), 78, "leave `data_dir` out (--data-dir)"),
        (&[], ("OSKAR_ENV", "production"), 78, "but env is \"production\""),
        (&[], ("DATABASE_URL", "postgres://localhost/oskar"), 78, "leave `database_url` out"),
        (&["--no-auth"], ("X", ""), 2, "cannot be used with"),
    ] {
        let mut command = command(folder.path(), arguments);
        command.env(variable.0, variable.1);
        let ran = run(command, "").await.code(code);
        assert!(ran.err.contains(part), "{part} is not in:\n{}", ran.err);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was made");
}
