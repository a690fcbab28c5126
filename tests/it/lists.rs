//! What all lists have in common: pages, order, cursors, the link to the next page, and what they refuse.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use oskar::entity::external_identity;
use oskar::permission::Role;
use sea_orm::{ActiveModelTrait as _, Set};
use serde_json::{Value, json};

use crate::support::{Client, SECRET_KEY, TestApp, TestOrganisation};

const LISTS: [&str; 8] = [
    "/api/account/events",
    "/api/auth/identities",
    "/api/auth/sessions",
    "/api/orgs",
    "/api/orgs/{org}/events",
    "/api/orgs/{org}/invitations",
    "/api/orgs/{org}/keys",
    "/api/orgs/{org}/members",
];

/// What tells the rows of a list apart.
fn name(row: &Value) -> String {
    let names = [&row["id"], &row["user"]["id"], &row["issuer"]];
    names.into_iter().find_map(Value::as_str).unwrap().to_owned()
}

fn names(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(name).collect()
}

/// Where the header `Link` leads.
fn next(link: &str) -> Option<String> {
    let (address, relation) = link.split_once('>')?;
    assert_eq!(relation, "; rel=\"next\"", "{link}");
    Some(address.strip_prefix('<').unwrap().to_owned())
}

/// All of a list, page by page along the links.
async fn walk(client: &Client, path: &str) -> Vec<String> {
    let (mut seen, mut path) = (Vec::new(), path.to_owned());
    loop {
        let answer = client.get(&path).await.status(200);
        let page = answer.json();
        seen.extend(names(&page));
        let Some(next) = next(answer.header("link")) else {
            assert_eq!(page["next_cursor"], Value::Null, "{path}");
            return seen;
        };
        let cursor = page["next_cursor"].as_str().unwrap();
        assert!(next.ends_with(&format!("cursor={cursor}")), "{next}");
        path = next;
    }
}

/// A few rows in each list of the admin.
async fn filled(app: &TestApp) -> TestOrganisation {
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    for round in 0..5 {
        // Rows of one moment, and rows of several.
        app.advance(TimeDelta::seconds(round / 2));
        org.key(if round == 0 { "test" } else { "live" }, "viewer", None).await;
        admin.post("/api/orgs", json!({ "name": format!("Other {round}") })).await.status(201);
        let invited = json!({ "emails": [format!("new{round}@acme.example")], "role": "viewer" });
        admin.post(&format!("{}/invitations", org.path), invited).await.status(201);
        app.create_user(&format!("user{round}@acme.example"), &org.id, Role::Viewer).await;
        app.sign_in(&org.admin.email).await;
        let identity = external_identity::ActiveModel {
            issuer: Set(format!("https://issuer{round}.example/")),
            subject: Set("admin".to_owned()),
            user_id: Set(org.admin.user_id.parse().unwrap()),
            created_at: Set(app.app.now()),
        };
        let txn = app.app.db.begin().await.unwrap();
        identity.insert(&txn).await.unwrap();
        txn.commit().await.unwrap();
    }
    org
}

#[tokio::test]
async fn following_the_links_gives_everything_once_in_both_orders() {
    let app = TestApp::start().await;
    let org = filled(&app).await;
    let admin = org.admin.with_cookie();
    for list in LISTS {
        let path = list.replace("{org}", &org.slug);
        let whole = admin.get(&format!("{path}?limit=100")).await.status(200);
        assert_eq!(whole.header("link"), "", "{list}");
        let newest = names(&whole.json());
        assert!(newest.len() >= 5, "{list}: {newest:?}");
        assert_eq!(newest.iter().collect::<BTreeSet<_>>().len(), newest.len(), "{list}");
        let oldest: Vec<_> = newest.iter().rev().cloned().collect();
        for limit in [1, 2, 3] {
            assert_eq!(walk(&admin, &format!("{path}?limit={limit}")).await, newest, "{list}");
            assert_eq!(walk(&admin, &format!("{path}?limit={limit}&order=newest")).await, newest, "{list}");
            assert_eq!(walk(&admin, &format!("{path}?limit={limit}&order=oldest")).await, oldest, "{list}");
        }
        let times: Vec<_> = whole.json()["data"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|row| ["created_at", "joined_at", "linked_at"].map(|name| row[name].clone()))
            .filter_map(|time| time.as_str()?.parse::<chrono::DateTime<chrono::Utc>>().ok())
            .collect();
        assert_eq!(times.len(), newest.len(), "{list}");
        assert!(times.is_sorted_by(|newer, older| newer >= older), "{list}: {times:?}");
    }
}

#[tokio::test]
async fn the_link_keeps_what_was_asked_for() {
    let app = TestApp::start().await;
    let org = filled(&app).await;
    let path = format!("/api/orgs/{}/keys", org.id);
    let asked = format!("{path}?q=live+%56&order=oldest&limit=2&role=viewer");
    let answer = org.viewer.with_cookie().get(&asked).await;
    // Only who may read a list can go on with it.
    answer.status(403);
    let answer = org.admin.with_cookie().get(&asked).await.status(200);
    let cursor = answer.json()["next_cursor"].as_str().unwrap().to_owned();
    let link = format!("<{path}?q=live+V&role=viewer&limit=2&order=oldest&cursor={cursor}>; rel=\"next\"");
    assert_eq!(answer.header("link"), link);
    assert_eq!(walk(&org.admin.with_cookie(), &asked).await.len(), 4);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_alone() {
    let app = TestApp::start().await;
    let org = filled(&app).await;
    let foreign = app.organisation("Foreign").await;
    for _ in 0..2 {
        foreign.key("live", "viewer", None).await;
    }
    let admin = org.admin.with_cookie();
    let cursor = async |path: &str| {
        let page = admin.get(path).await.status(200).json();
        page["next_cursor"].as_str().unwrap().to_owned()
    };
    let keys = cursor(&format!("{}/keys?limit=1", org.path)).await;
    let filtered = cursor(&format!("{}/keys?limit=1&role=viewer&environment=live", org.path)).await;
    let oldest = cursor(&format!("{}/keys?limit=1&order=oldest", org.path)).await;
    let members = cursor(&format!("{}/members?limit=1", org.path)).await;
    let sessions = cursor("/api/auth/sessions?limit=1").await;
    let first = names(&admin.get(&format!("{}/keys?limit=1", org.path)).await.status(200).json());
    let changed = format!("{}{}", if keys.starts_with('A') { "B" } else { "A" }, &keys[1..]);
    let refused = [
        (&foreign.admin, format!("{}/keys?cursor={keys}", foreign.path)),
        (&foreign.admin, format!("/api/auth/sessions?cursor={sessions}")),
        (&org.admin, format!("{}/invitations?cursor={keys}", org.path)),
        (&org.admin, format!("{}/keys?cursor={members}", org.path)),
        (&org.admin, format!("{}/keys?cursor={sessions}", org.path)),
        (&org.admin, format!("{}/keys?cursor={filtered}", org.path)),
        (&org.admin, format!("{}/keys?cursor={filtered}&role=viewer", org.path)),
        (&org.admin, format!("{}/keys?cursor={filtered}&role=viewer&environment=test", org.path)),
        (&org.admin, format!("{}/keys?cursor={keys}&role=viewer", org.path)),
        (&org.admin, format!("{}/keys?cursor={keys}&order=oldest", org.path)),
        (&org.admin, format!("{}/keys?cursor={oldest}", org.path)),
        (&org.admin, format!("{}/keys?cursor={changed}", org.path)),
        (&org.admin, format!("{}/keys?cursor={keys}=", org.path)),
        (&org.admin, format!("{}/keys?cursor={}", org.path, &keys[..keys.len() - 4])),
        // As they were in earlier versions.
        (&org.admin, format!("{}/keys?cursor={}", org.path, first[0])),
    ];
    for (person, path) in refused {
        let answer = person.with_cookie().get(&path).await.status(422);
        assert_eq!(answer.pointer(), "/cursor", "{path}");
    }
    // The order of the filters, the number of rows and what the organisation is called by do not matter; the master secret does.
    let swapped = format!("/api/orgs/{}/keys?environment=live&cursor={filtered}&role=viewer", org.id);
    assert_eq!(names(&admin.get(&swapped).await.status(200).json()).len(), 3);
    let rotated =
        [("OSKAR_SECRET_KEY", "Zt4nW8yB1qE6uH9jM3xC7vK0aR5fP2oD"), ("OSKAR_SECRET_KEY_PREVIOUS", SECRET_KEY)];
    let node = app.another_node_with(&rotated).await;
    let renewed = node.sign_in(&org.admin.email).await;
    let going_on = format!("{}/keys?limit=100&cursor={keys}", org.path);
    let rest = names(&renewed.with_cookie().get(&going_on).await.status(200).json());
    assert_eq!((rest.len(), rest.contains(&first[0])), (4, false));
}

/// Adds a member, removes the one that the page ended at, one that was seen before and one of those to come.
async fn come_and_go(app: &TestApp, org: &TestOrganisation, seen: &[String], round: usize) -> Vec<String> {
    app.create_user(&format!("late{round}@acme.example"), &org.id, Role::Viewer).await;
    let admin = org.admin.with_cookie();
    let all = names(&admin.get(&format!("{}/members?limit=100", org.path)).await.status(200).json());
    let known = [&org.admin.user_id, &org.member.user_id, &org.viewer.user_id];
    let removable = |id: &&String| !known.contains(id);
    let coming = all.iter().filter(removable).find(|id| !seen.contains(id));
    let earlier = seen.iter().filter(removable).find(|id| all.contains(id));
    let last = seen.last().filter(removable).filter(|id| all.contains(id));
    let gone: BTreeSet<_> = coming.into_iter().chain(earlier).chain(last).cloned().collect();
    for id in &gone {
        admin.delete(&format!("{}/members/{id}", org.path)).await.status(204);
    }
    gone.into_iter().collect()
}

#[tokio::test]
async fn rows_that_come_and_go_between_two_pages_neither_repeat_nor_hide_others() {
    for order in ["newest", "oldest"] {
        let app = TestApp::start().await;
        let org = app.organisation("Acme").await;
        for round in 0..12 {
            app.advance(TimeDelta::microseconds(round % 3));
            app.create_user(&format!("user{round}@acme.example"), &org.id, Role::Viewer).await;
        }
        let admin = org.admin.with_cookie();
        let before = names(&admin.get(&format!("{}/members?limit=100", org.path)).await.status(200).json());
        let (mut seen, mut gone) = (Vec::new(), BTreeSet::new());
        let mut path = Some(format!("{}/members?limit=3&order={order}", org.path));
        let mut round = 0;
        while let Some(asked) = path {
            let answer = admin.get(&asked).await.status(200);
            let page = names(&answer.json());
            assert!(page.iter().all(|id| !gone.contains(id)), "{order}");
            seen.extend(page);
            path = next(answer.header("link"));
            if round < 4 {
                gone.extend(come_and_go(&app, &org, &seen, round).await);
            }
            round += 1;
        }
        assert!(gone.len() >= 8, "{order}: {gone:?}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{order}: none twice");
        for id in before.iter().filter(|id| !gone.contains(*id)) {
            assert!(seen.contains(id), "{order}: {id} is left out");
        }
    }
}

#[tokio::test]
async fn rows_that_leave_a_filter_between_two_pages_hide_no_others() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(org.key("live", "viewer", None).await.id);
    }
    let first = admin.get(&format!("{}/keys?state=active&limit=3", org.path)).await.status(200);
    for id in &made[4..] {
        admin.delete(&format!("{}/keys/{id}", org.path)).await.status(204);
    }
    let rest = walk(&admin, &next(first.header("link")).unwrap()).await;
    assert_eq!([names(&first.json()), rest].concat(), made.into_iter().rev().collect::<Vec<_>>());
}

/// The parameters of an operation that are in the query.
fn queried(operation: &Value) -> Vec<&Value> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.filter(|parameter| parameter["in"] == "query").collect()
}

#[tokio::test]
async fn each_list_refuses_what_it_does_not_know_and_takes_each_word_that_it_names() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let mut lists = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let operation = &item["get"];
        let parameters = queried(operation);
        if parameters.is_empty() || operation["deprecated"] == true {
            continue;
        }
        let address = path.replace("{org}", &org.slug).replace("{rest}", "x");
        for (query, pointer) in [("unknown=x", "/unknown"), ("a~b/c", "/a~0b~1c"), ("Limit=1", "/Limit")] {
            let answer = org.admin.with_cookie().get(&format!("{address}?{query}")).await.status(422);
            assert_eq!((answer.code().as_str(), answer.pointer().as_str()), ("validation_failed", pointer));
        }
        if !parameters.iter().any(|parameter| parameter["name"] == "cursor") {
            continue;
        }
        lists.push(path.as_str());
        assert!(operation["responses"]["200"]["headers"]["Link"].is_object(), "{path}");
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap();
            for query in [format!("{name}="), format!("{name}=1&{name}=1")] {
                let answer = org.admin.with_cookie().get(&format!("{address}?{query}")).await.status(422);
                assert_eq!(answer.pointer(), format!("/{name}"), "{path}?{query}");
            }
            for word in parameter["schema"]["enum"].as_array().into_iter().flatten() {
                let query = format!("{name}={}", word.as_str().unwrap());
                org.admin.with_cookie().get(&format!("{address}?{query}")).await.status(200);
                let answer = org.admin.with_cookie().get(&format!("{address}?{query}x")).await.status(422);
                assert_eq!(answer.pointer(), format!("/{name}"), "{path}?{query}x");
            }
        }
    }
    lists.sort_unstable();
    assert_eq!(lists, LISTS);
    let stream = format!("{}/events/stream?tickets=x", org.path);
    assert_eq!(app.anonymous().get(&stream).await.status(422).pointer(), "/tickets");
}
