//! Audit events as JSON lines beside the database (`log.events`).

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use axum::http::Method;
use oskar::entity::audit_event;
use oskar::worker::tally;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::process::Installation;
use crate::support::{PASSWORD, TestApp, without_targets};

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.lines().filter(|line| !line.is_empty());
    whole.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Waits until the thread that writes has written what the test is about.
async fn until(what: &str, done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

fn contains(lines: &[Value], action: &str) -> bool {
    lines.iter().any(|line| line["type"] == action)
}

#[tokio::test]
async fn each_event_that_was_committed_has_its_line_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.log");
    let settings = [("OSKAR_LOG__EVENTS", path.to_str().unwrap()), ("OSKAR_LIMITS__ORGANISATIONS", "2")];
    let app = TestApp::with(&settings).await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    org.key("live", "member", None).await;
    for _ in 0..3 {
        let wrong = json!({ "email": org.member.email, "password": "a wrong password" });
        app.anonymous().post("/api/auth/login", wrong).await.status(401);
        tally::tick(&app.app).await.unwrap();
    }
    admin.post("/api/orgs", json!({ "name": "Second" })).await.status(201);
    // Rolled back after its event was recorded.
    admin.post("/api/orgs", json!({ "name": "Too many" })).await.status(409);
    let body = json!({ "email": "new@acme.example", "password": PASSWORD });
    org.viewer.with_cookie().post("/api/auth/change-email", body).await.status(202);
    let link = json!({ "link_secret": app.mailed_secret("new@acme.example").await });
    app.anonymous().post("/api/auth/verify-email", link).await.status(204);
    for route in oskar::api::recorded_routes(&app.app) {
        let here = route.path.replace("{org}", "acme").replace("{user_id}", &org.member.user_id);
        let here = without_targets(&here).replace("{*rest}", "some/where");
        let sends = [Method::POST, Method::PATCH].contains(&route.method);
        admin.call(route.method.clone(), &here, sends.then(|| json!({ "name": "New name" }))).await;
    }
    tally::tick(&app.app).await.unwrap();

    let rows = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    let rows: BTreeMap<_, _> =
        rows.into_iter().map(|row| (row.id.to_string(), (row.personal.is_some(), row.to_json()))).collect();
    let last = || -> BTreeMap<String, Value> {
        let lines = lines(&path).into_iter();
        lines.map(|line| (line["id"].as_str().unwrap().to_owned(), line)).collect()
    };
    until("all lines are there", || last().len() >= rows.len()).await;
    let last = last();
    assert!(rows.len() > 15, "{}", rows.len());
    for (id, (_, row)) in &rows {
        assert_eq!(&last[id], row);
    }
    assert_eq!(last.len(), rows.len());
    assert!(rows.values().any(|(personal, _)| *personal), "what names people is in the database");
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(!written.contains("new@acme.example") && !written.contains("Too many"));
    let counts: Vec<_> = lines(&path)
        .iter()
        .filter(|line| line["type"] == "sign_in.failed")
        .map(|line| line["data"]["object"]["count"].clone())
        .collect();
    assert_eq!(counts[..3], [json!(1), json!(2), json!(3)], "a line each time that it grows");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn requests_go_on_while_it_cannot_be_written_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.log");
    let app = TestApp::with(&[("OSKAR_LOG__EVENTS", path.to_str().unwrap())]).await;
    app.register("ana@acme.example", Some("Acme")).await;
    until("written", || contains(&lines(&path), "organisation.created")).await;
    // Renamed, as programs do that rotate logs; a folder is in its place.
    let earlier = folder.path().join("events.log.1");
    std::fs::rename(&path, &earlier).unwrap();
    std::fs::create_dir(&path).unwrap();
    let beta = app.register("bob@beta.example", Some("Beta")).await;
    until("it is told", || app.app.db.event_log_problem().is_some()).await;
    beta.with_cookie().post("/api/orgs", json!({ "name": "Gamma" })).await.status(201);
    std::fs::remove_dir(&path).unwrap();
    until("written later", || {
        let lines = lines(&path);
        lines.iter().filter(|line| line["type"] == "organisation.created").count() == 2
    })
    .await;
    until("it is over", || app.app.db.event_log_problem().is_none()).await;
    assert!(contains(&lines(&earlier), "organisation.created"));
}

#[tokio::test]
async fn commands_write_theirs_and_standard_output_stays_theirs() {
    let installation = Installation::new().await;
    let path = installation.data.path().join("events.log");
    let run = async |arguments: &[&str], events: &str| {
        let mut command = installation.command(arguments);
        command.env("OSKAR_LOG__EVENTS", events);
        crate::process::run(command, "").await
    };
    run(&["user", "create", "--email", "ana@acme.test"], path.to_str().unwrap()).await.code(0);
    let create = |name| ["org", "create", "--name", name, "--admin", "ana@acme.test", "--json"];
    run(&create("Acme"), path.to_str().unwrap()).await.code(0);
    assert!(contains(&lines(&path), "organisation.created"));
    let made = run(&create("Beta"), "stdout").await.code(0);
    assert_eq!(made.json()["name"], "Beta");
    assert!(made.err.lines().any(|line| line.contains("\"organisation.created\"")), "{}", made.err);
    // What is shown is what is written.
    let shown = run(&["events", "--json", "--type", "organisation.created"], "off").await.code(0).json();
    let written = lines(&path).into_iter().find(|line| line["type"] == "organisation.created").unwrap();
    assert_eq!(shown[0], written);

    for wrong in ["yes", "events.log", ""] {
        let refused = run(&["org", "list"], wrong).await.code(78);
        assert!(refused.err.contains("log.events"), "{}", refused.err);
    }
    let refused = run(&["org", "list"], installation.data.path().to_str().unwrap()).await.code(1);
    assert!(refused.err.contains("log.events"), "{}", refused.err);
}

#[tokio::test]
async fn a_server_that_stops_has_written_them_all() {
    let installation = Installation::new().await;
    let server = installation.serve(&[("OSKAR_LOG__EVENTS", "stdout"), ("OSKAR_LOG__LEVEL", "warn")]).await;
    server.register().await;
    server.terminate().await;
    let (_, log) = server.ended().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(contains(&lines, "organisation.created") && contains(&lines, "session.started"), "{log}");
}
