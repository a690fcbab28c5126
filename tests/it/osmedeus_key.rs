//! The API key that clients of Osmedeus share: made once, shown once.

use axum::http::Method;
use oskar::domain::key::osmedeus_key;
use oskar::entity::{api_key, api_key_secret, audit_event};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::operator;
use crate::process::{Installation, Ran};
use crate::races::at_once;
use crate::setup::form;
use crate::support::{PASSWORD, TestApp};

const ASKED_FOR: (&str, &str) = ("OSKAR_COMPAT__OSMEDEUS_KEY", "true");

/// The key in a text, if there is one.
fn key_in(text: &str) -> Option<&str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        // Not the hint that is shown of a key later.
        .find(|word| word.starts_with("osk_live_") && word.len() == "osk_live_".len() + 38)
}

async fn set_up(installation: &Installation, settings: &[(&str, &str)], more: &[&str]) -> Ran {
    let command = ["setup", "--email", "ops@acme.example", "--org", "Acme"];
    installation.run_with(&[&command, more].concat(), settings).await.code(0)
}

async fn who(url: &str, key: &str) -> Value {
    let request = reqwest::Client::new().get(format!("{url}/osm/api/scans")).header("x-osm-api-key", key);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{key}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_start_makes_it_once_and_shows_it_once_but_not_in_the_log() {
    let installation = Installation::new().await;
    // Nobody is there whose it could be; an organisation that somebody has registered is not the operator's.
    let server = installation.serve(&[ASKED_FOR]).await;
    assert_eq!(key_in(&server.banner), None, "{}", server.banner);
    server.register().await;
    server.terminate().await;
    let server = installation.serve(&[ASKED_FOR]).await;
    assert_eq!(key_in(&server.banner), None, "{}", server.banner);
    server.terminate().await;

    set_up(&installation, &[], &[]).await;
    let server = installation.serve(&[ASKED_FOR, ("OSKAR_LOG__LEVEL", "debug")]).await;
    let key = key_in(&server.banner).unwrap().to_owned();
    let who = who(&server.url, &key).await;
    assert_eq!(
        (&who["kind"], &who["environment"], &who["role"]),
        (&json!("api_key"), &json!("live"), &json!("member"))
    );
    assert_eq!(who["key"]["name"], "Osmedeus clients");
    // Not the one that was registered first.
    assert!(who["organisation"]["slug"].as_str().unwrap().starts_with("acme-"));
    server.terminate().await;
    let (code, log) = server.ended().await;
    assert_eq!((code, key_in(&log)), (Some(0), None));
    let id = who["key"]["id"].as_str().unwrap();
    assert!(log.contains(id) && log.contains("key rotate"), "{log}");

    let app = installation.open().await;
    let rows = api_key::Entity::in_organisation(who["organisation"]["id"].as_str().unwrap().parse().unwrap());
    let rows = rows.all(app.db.read()).await.unwrap();
    assert_eq!((rows.len(), rows[0].expires_at, rows[0].created_by), (1, None, None));
    let event = audit_event::Entity::find().filter(audit_event::COLUMN.action.eq("key.created"));
    let event = event.one(app.db.read()).await.unwrap().unwrap();
    assert_eq!((event.target_id.as_deref(), event.actor_name.as_str()), (Some(id), "oskar"));
    assert_eq!(key_in(&event.data.to_string()), None);
    app.db.clone().close().await;

    // Shown once: the next start has nothing to show; the key is still good.
    let server = installation.serve(&[ASKED_FOR]).await;
    assert_eq!(key_in(&server.banner), None, "{}", server.banner);
    self::who(&server.url, &key).await;
    // It was lost on the way: another secret.
    let slug = who["organisation"]["slug"].as_str().unwrap();
    let rotate = ["key", "rotate", "--org", slug, id, "--overlap", "0s", "--json"];
    let rotated = installation.run(&rotate, "").await.code(0).json();
    let again = rotated["secret"].as_str().unwrap();
    assert_ne!(again, key);
    assert_eq!(self::who(&server.url, again).await["key"]["id"], id);
    let old =
        reqwest::Client::new().get(format!("{}/osm/api/scans", server.url)).header("x-osm-api-key", &key);
    assert_eq!(old.send().await.unwrap().status(), 401);
    let too_long = ["key", "rotate", "--org", slug, id, "--overlap", "31d"];
    assert!(installation.run(&too_long, "").await.code(2).err.contains("30d at most"));
    // Revoked, it stays so.
    installation.run(&["key", "revoke", "--org", slug, id, "--yes"], "").await.code(0);
    server.terminate().await;
    let server = installation.serve(&[ASKED_FOR]).await;
    assert_eq!(key_in(&server.banner), None, "{}", server.banner);
}

#[tokio::test]
async fn nobody_gets_one_who_has_not_asked() {
    let installation = Installation::new().await;
    let ran = set_up(&installation, &[], &["--json"]).await;
    assert_eq!(ran.json().get("osmedeus_key"), None);
    let server = installation.serve(&[]).await;
    assert_eq!(key_in(&server.banner), None);
}

#[tokio::test]
async fn the_setup_on_the_command_line_makes_and_shows_it() {
    for format in ["text", "env", "json"] {
        let installation = Installation::new().await;
        let ran = set_up(&installation, &[ASKED_FOR], &["--format", format]).await;
        let key = match format {
            "json" => ran.json()["osmedeus_key"].as_str().unwrap().to_owned(),
            "text" => key_in(&ran.out).unwrap().to_owned(),
            // What is no setting is not among the settings.
            _ => {
                assert_eq!(key_in(&ran.out), None, "{}", ran.out);
                key_in(&ran.err).unwrap().to_owned()
            }
        };
        let server = installation.serve(&[ASKED_FOR]).await;
        assert_eq!(key_in(&server.banner), None, "{format}");
        who(&server.url, &key).await;
    }
}

#[tokio::test]
async fn the_setup_page_makes_and_shows_it() {
    let app = TestApp::with(&[ASKED_FOR]).await;
    let link = operator::setup_link(&app).await;
    let fields =
        format!("email=ops%40acme.example&organisation=Acme&password={}", PASSWORD.replace(' ', "+"));
    let done = app.anonymous().send(form(&link, fields)).await.status(201);
    assert_eq!(done.header("cache-control"), "no-store");
    let text = done.text();
    let headers = [("x-osm-api-key", key_in(&text).unwrap())];
    let who =
        app.anonymous().call_with(Method::GET, "/osm/api/scans", &headers, None).await.status(200).json();
    assert_eq!((&who["organisation"]["slug"], &who["role"]), (&json!("acme"), &json!("member")));
    assert!(app.subjects("ops@acme.example").await.iter().any(|subject| subject.contains("key")));
    // Without the setting the page says nothing of it.
    let app = TestApp::start().await;
    let link = operator::setup_link(&app).await;
    let fields =
        format!("email=ops%40acme.example&organisation=Acme&password={}", PASSWORD.replace(' ', "+"));
    let done = app.anonymous().send(form(&link, fields)).await.status(201).text();
    assert!(!done.contains("Osmedeus") && key_in(&done).is_none());
}

#[tokio::test]
async fn of_many_starts_at_once_one_makes_it() {
    let app = TestApp::start().await;
    let ana = app.register("ops@acme.example", Some("Acme")).await;
    crate::health::make_operator(&app, &ana).await;
    let node = app.another_node().await;
    let made = at_once((0..8).map(|turn| {
        let node = if turn % 2 == 0 { app.app.clone() } else { node.app.clone() };
        async move {
            let actor = oskar::domain::journal::audit::Actor::system();
            let write = node.write(&actor).await.unwrap();
            let made = osmedeus_key::make_once(&write, &node.config.permissions).await.unwrap();
            write.commit().await.unwrap();
            made.is_some()
        }
    }));
    assert_eq!(made.await.into_iter().filter(|made| *made).count(), 1);
    assert_eq!(api_key_secret::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
}

#[tokio::test]
async fn one_that_cannot_be_made_prevents_no_start() {
    let installation = Installation::new().await;
    set_up(&installation, &[], &["--with-key", "ci"]).await;
    let server = installation.serve(&[ASKED_FOR, ("OSKAR_LIMITS__KEYS", "1")]).await;
    assert_eq!(key_in(&server.banner), None);
    server.terminate().await;
    let (_, log) = server.ended().await;
    assert!(log.contains("the API key for clients of Osmedeus was not made"), "{log}");
    // There is room again.
    let server = installation.serve(&[ASKED_FOR]).await;
    who(&server.url, key_in(&server.banner).unwrap()).await;
}
