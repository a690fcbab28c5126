//! The audit log on pages: list, filters, one event, export.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use http_body_util::BodyExt as _;
use oskar::entity::audit_event::{self, ActorKind};
use oskar::event::EventKind;
use oskar::id::{AuditEventId, OrganisationId};
use sea_orm::{ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::account::open;
use crate::support::{Client, TestApp};

/// Writes events beside the server, of that type, one for each number.
async fn write(app: &TestApp, organisation: &str, kind: EventKind, names: &[String]) -> Vec<AuditEventId> {
    let example = kind.example().unwrap();
    let object = json!(example.data.object);
    let row = |name: &String| {
        let mut object = object.clone();
        object.as_object_mut().unwrap().remove("count");
        audit_event::ActiveModel {
            id: Set(AuditEventId::generate()),
            organisation_id: Set(Some(organisation.parse::<OrganisationId>().unwrap())),
            actor_kind: Set(ActorKind::User),
            actor_id: Set(Some("user_01k9r2m6z8f3t9v4q7x0c5b1hd".to_owned())),
            actor_name: Set(name.clone()),
            action: Set(kind.as_str().to_owned()),
            target_id: Set(example.target.as_ref().map(|target| target.id.clone())),
            data: Set(json!({ "object": object, "previous": example.data.previous })),
            ip: Set(Some("203.0.113.9".to_owned())),
            user_agent: Set(Some("curl/8.14.1".to_owned())),
            request_id: Set(None),
            created_at: Set(app.app.now()),
            counted_under: Set(None),
            count: Set(kind.is_counted().then_some(2)),
            personal: Set(None),
        }
    };
    let rows: Vec<_> = names.iter().map(row).collect();
    let ids = rows.iter().map(|row| row.id.clone().unwrap()).collect();
    let outside = app.outside().await;
    for some in rows.chunks(500) {
        audit_event::Entity::insert_many(some.to_vec()).exec_without_returning(&outside).await.unwrap();
    }
    ids
}

async fn in_german(client: &Client, path: &str) -> String {
    let request = Request::get(path).header("accept", "text/html").header("accept-language", "de");
    client.send(request.body(Body::empty()).unwrap()).await.status(200).text()
}

#[tokio::test]
async fn every_event_is_told_in_a_sentence_in_both_languages() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    for kind in EventKind::ALL {
        write(&app, ana.organisation_id(), *kind, &["Ana Ruiz".to_owned()]).await;
    }
    let client = ana.with_cookie();
    let pages = [
        open(&client, "/orgs/acme/audit?limit=100").await.status(200).text(),
        in_german(&client, "/orgs/acme/audit?limit=100").await,
    ];
    for page in pages {
        let table = page.split("<tbody").nth(1).unwrap().split("</tbody>").next().unwrap().to_owned();
        for kind in EventKind::ALL {
            assert!(table.contains(&format!("<code>{}</code>", kind.as_str())), "{}", kind.as_str());
            let text = format!("event-{}", kind.as_str().replace(['.', '_'], "-"));
            assert!(!table.contains(&text), "{text} has no words");
        }
        assert!(!table.contains(['{', '$']), "a variable is missing: {table}");
    }
}

#[tokio::test]
async fn the_log_is_for_those_who_may_read_it_and_of_one_organisation() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let stranger = app.register("eve@evil.example", Some("Evil")).await;
    let theirs = write(&app, stranger.organisation_id(), EventKind::KeyCreated, &["Eve".to_owned()]).await;
    let own = write(&app, &org.id, EventKind::KeyCreated, &["Ana".to_owned()]).await;
    let log = format!("/orgs/{}/audit", org.slug);
    let event = |id: &AuditEventId| format!("{log}/{id}");
    let export = format!("{log}/export?format=csv");
    for path in [&log, &event(&own[0]), &export] {
        open(&org.admin.with_cookie(), path).await.status(200);
        open(&org.viewer.with_cookie(), path).await.status(403);
        open(&stranger.with_cookie(), path).await.status(404);
    }
    open(&org.admin.with_cookie(), &event(&theirs[0])).await.status(404);
    open(&org.admin.with_cookie(), &format!("{log}/nothing")).await.status(404);
    let list = open(&org.admin.with_cookie(), &log).await.text();
    assert!(!list.contains(&theirs[0].to_string()) && list.contains(&own[0].to_string()));
}

#[tokio::test]
async fn filters_narrow_the_list_down_and_empty_fields_ask_for_nothing() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let made = write(&app, ana.organisation_id(), EventKind::KeyCreated, &["Ana".to_owned()]).await;
    app.advance(TimeDelta::days(2));
    let later = write(&app, ana.organisation_id(), EventKind::KeyRevoked, &["Ana".to_owned()]).await;
    let client = app.sign_in("ana@acme.example").await.with_cookie();
    let (made, later) = (format!("<tr id=\"{}\"", made[0]), format!("<tr id=\"{}\"", later[0]));
    let today = app.app.now().format("%Y-%m-%d");
    for (query, has_first, has_second) in [
        ("type=key.created&actor=&target=&from=&to=".to_owned(), true, false),
        ("type=key.revoked".to_owned(), false, true),
        ("actor=user_01k9r2m6z8f3t9v4q7x0c5b1hd".to_owned(), true, true),
        (format!("from={today}"), false, true),
        (format!("to={today}"), true, true),
        (format!("from={today}&to={today}&type=key.created"), false, false),
    ] {
        let page = open(&client, &format!("/orgs/acme/audit?{query}")).await.status(200).text();
        assert_eq!((page.contains(&made), page.contains(&later)), (has_first, has_second), "{query}: {page}");
        assert!(page.contains("Clear filters"), "{query}");
        if !has_first && !has_second {
            assert!(page.contains("Nothing matches") && page.contains(&format!("value=\"{today}\"")));
        }
    }
    open(&client, "/orgs/acme/audit?nonsense=1").await.status(422);
}

#[tokio::test]
async fn the_list_goes_on_by_cursor_with_its_filters() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let names: Vec<_> = (0..7).map(|number| format!("Person {number}")).collect();
    write(&app, ana.organisation_id(), EventKind::KeyRevoked, &names).await;
    let mut path = "/orgs/acme/audit?limit=3&type=key.revoked&to=2999-01-01".to_owned();
    let (mut rows, mut pages) = (0, 0);
    loop {
        let page = open(&ana.with_cookie(), &path).await.status(200).text();
        rows += page.matches("<tr id=\"evt_").count();
        pages += 1;
        assert_eq!(page.contains("data-live="), pages == 1, "only the first page grows");
        let Some(next) = page.split("rel=\"next\"").next().filter(|_| page.contains("rel=\"next\"")) else {
            break;
        };
        let link = next.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        path = link.replace("&#38;", "&");
    }
    assert_eq!((rows, pages), (7, 3));
    assert!(open(&ana.with_cookie(), "/orgs/acme/audit").await.text().contains("data-live="));
}

#[tokio::test]
async fn one_event_is_shown_with_what_was_before_and_after() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let changed =
        write(&app, ana.organisation_id(), EventKind::MemberRoleChanged, &["<i>Ana".to_owned()]).await;
    let path = format!("/orgs/acme/audit/{}", changed[0]);
    let page = open(&ana.with_cookie(), &path).await.status(200).text();
    let cells: Vec<_> = page.split("<bdi>").map(|cell| cell.split("</bdi>").next().unwrap()).collect();
    assert!(cells.contains(&"Viewer") && cells.contains(&"Member"), "{page}");
    assert!(page.contains("203.0.113.9") && page.contains("curl/8.14.1") && !page.contains("<i>"), "{page}");
    assert!(page.contains("?actor=user_01k9r2m6z8f3t9v4q7x0c5b1hd"), "{page}");
}

/// The lines of a table (RFC 4180).
fn parse_csv(text: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other => cell.push(other),
        }
    }
    assert!(cell.is_empty() && line.is_empty() && !quoted, "the last line is whole");
    lines
}

#[tokio::test]
async fn five_thousand_events_are_exported_in_both_forms_whole() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let mut names: Vec<_> = (0..4998).map(|number| format!("Person \"{number}\",\nÄöü")).collect();
    names.push("=HYPERLINK(\"https://evil.example\")".to_owned());
    names.push("@SUM(A1)".to_owned());
    write(&app, ana.organisation_id(), EventKind::KeyCreated, &names).await;
    let client = ana.with_cookie();
    let day = app.app.now().format("%Y-%m-%d");

    let csv = open(&client, "/orgs/acme/audit/export?format=csv&type=key.created&actor=").await.status(200);
    let disposition = format!("attachment; filename=\"acme-audit-{day}.csv\"");
    assert_eq!(csv.header("content-disposition"), disposition);
    assert!(csv.header("content-type").starts_with("text/csv"));
    let lines = parse_csv(&csv.text());
    assert_eq!(lines.len(), 5001);
    let at = |name: &str| lines[0].iter().position(|column| column == name).unwrap();
    let actor = at("actor_name");
    assert!(lines.iter().all(|line| line.len() == lines[0].len() && line[at("type")] != "user.created"));
    let told: std::collections::BTreeSet<_> = lines[1..].iter().map(|line| line[actor].clone()).collect();
    assert!(told.contains("Person \"17\",\nÄöü"));
    assert!(told.contains("'@SUM(A1)") && told.contains("'=HYPERLINK(\"https://evil.example\")"));
    assert!(told.iter().all(|name| !name.starts_with(['=', '@', '+', '-'])));

    let lines = open(&client, "/orgs/acme/audit/export?format=ndjson&type=key.created").await.status(200);
    assert!(lines.header("content-disposition").ends_with(".ndjson\""));
    let events: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 5000);
    let newest = client.get("/api/orgs/acme/events?type=key.created&limit=1").await.json();
    assert_eq!(events[0], newest["data"][0], "as the API tells it");
    open(&client, "/orgs/acme/audit/export?format=pdf").await.status(422);
    open(&client, "/orgs/acme/audit/export?format=csv&from=yesterday").await.status(422);
    open(&client, "/orgs/acme/audit?to=9999-12-31&from=2026-01-01").await.status(200);
}

/// The answer as it begins, and its body, which is read as far as the test reads it.
async fn begun(app: &TestApp, cookie: &str, path: &str) -> (StatusCode, Body) {
    let request = Request::get(path)
        .header("host", "localhost:8675")
        .header("cookie", format!("oskar_session={cookie}"));
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 4711))));
    let (parts, body) = app.router.clone().oneshot(request).await.unwrap().into_parts();
    (parts.status, body)
}

#[tokio::test]
async fn an_export_breaks_off_when_its_reader_may_no_longer_read_the_log() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let names: Vec<_> = (0..1600).map(|number| format!("Person {number}")).collect();
    write(&app, org.admin.organisation_id(), EventKind::KeyCreated, &names).await;
    let second = app.sign_in(&org.admin.email).await;
    let path = "/orgs/acme/audit/export?format=ndjson";
    let (status, mut body) = begun(&app, &second.cookie, path).await;
    assert_eq!(status, 200);
    for _ in 0..2 {
        let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(std::str::from_utf8(&piece).unwrap().lines().count(), 500);
    }
    second.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    body.frame().await.unwrap().unwrap_err();
    assert!(body.frame().await.is_none());
}
