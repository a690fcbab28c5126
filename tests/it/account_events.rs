//! What happened to one's own account, and the whole log at the command line.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::process::Installation;
use crate::support::{Client, Credential, PASSWORD, TestApp};

const PATH: &str = "/api/account/events";

async fn events(client: &Client) -> Vec<Value> {
    client.get(&format!("{PATH}?limit=100")).await.status(200).json()["data"].as_array().unwrap().clone()
}

fn actions(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_owner_reads_what_happened_to_the_account_and_what_no_organisation_shows() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase of words" });
    org.member.with_bearer().post("/api/auth/change-password", change).await;
    let credential = Credential::Basic(org.member.email.clone(), "another long phrase of words".to_owned());
    let mine = events(&Client::new(app.router.clone(), credential)).await;
    assert_eq!(actions(&mine)[0], "user.password_changed", "{mine:?}");
    assert!(
        actions(&mine).contains(&"session.started") && actions(&mine).contains(&"user.created"),
        "{mine:?}"
    );
    let made = mine.iter().find(|event| event["type"] == "user.created").unwrap();
    assert_eq!((&made["actor"]["type"], &made["request"]), (&json!("cli"), &json!(null)));
    // Neither other people's accounts nor the organisation's own log.
    let theirs = events(&org.viewer.with_cookie()).await;
    assert!(!actions(&theirs).contains(&"user.password_changed"), "{theirs:?}");
    org.key("live", "viewer", None).await;
    assert!(!actions(&events(&org.admin.with_cookie()).await).contains(&"key.created"));
}

#[tokio::test]
async fn a_thief_s_use_of_a_refresh_token_is_in_the_owner_s_log_with_the_thief_s_address() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", None).await;
    let refresh = |token: &str| json!({ "refresh_token": token });
    let anonymous = app.anonymous();
    let next = anonymous.post("/api/auth/refresh", refresh(&ana.refresh_token)).await.status(200).json();
    let next = next["refresh_token"].as_str().unwrap().to_owned();
    anonymous.post("/api/auth/refresh", refresh(&next)).await.status(200);
    anonymous.post("/api/auth/refresh", refresh(&ana.refresh_token)).await.status(401);
    let again = app.sign_in("ana@acme.example").await;
    let mine = events(&again.with_cookie()).await;
    let reused = mine.iter().find(|event| event["type"] == "session.refresh_reused").unwrap();
    assert_eq!(
        (&reused["actor"]["type"], &reused["request"]["ip"]),
        (&json!("anonymous"), &json!("203.0.113.7"))
    );
}

#[tokio::test]
async fn an_operator_s_address_is_the_operator_s_own_and_keys_have_no_account() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let member = format!("{}/members/{}/sessions", org.path, org.member.user_id);
    org.admin.with_cookie().delete(&member).await.status(204);
    let mine = events(&org.member.with_basic()).await;
    for event in mine.iter().filter(|event| event["actor"]["id"] == json!(org.admin.user_id)) {
        assert_eq!(event["request"], json!(null), "{event}");
    }
    let key = org.key("live", "admin", None).await;
    key.with_bearer().get(PATH).await.status(403);
    app.anonymous().get(PATH).await.status(401);
}

#[tokio::test]
async fn the_filters_and_the_pages_are_those_of_every_log() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.member.with_cookie();
    let started = client.get(&format!("{PATH}?type=session.started")).await.status(200).json();
    assert!(actions(started["data"].as_array().unwrap()).iter().all(|action| *action == "session.started"));
    let all = events(&client).await;
    let first = client.get(&format!("{PATH}?limit=1")).await.status(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = client.get(&format!("{PATH}?limit=1&cursor={cursor}")).await.status(200).json();
    assert_eq!([&first["data"][0], &second["data"][0]], [&all[0], &all[1]]);
    client.get(&format!("{PATH}?from=yesterday")).await.status(422);
}

#[tokio::test]
async fn the_command_line_shows_every_event_and_follows_the_log() {
    let installation = Installation::new().await;
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    run("user create --email ana@acme.test").await.code(0);
    run("org create --name Acme --admin ana@acme.test").await.code(0);
    let all = run("events --json").await.code(0).json();
    let all = all.as_array().unwrap();
    assert!(
        actions(all).contains(&"signing_key.created") && actions(all).contains(&"user.created"),
        "{all:?}"
    );
    let of_acme = run("events --json --org acme").await.code(0).json();
    assert!(actions(of_acme.as_array().unwrap()).iter().all(|action| *action != "user.created"), "{of_acme}");
    assert!(run("events").await.code(0).out.starts_with("TIME"));
    run("events --org nowhere").await.code(1);

    let mut following = installation.command(&["events", "--follow", "--json", "--limit", "1"]);
    let mut following = following.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut next =
        async || -> Value { serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap() };
    let newest = next().await;
    assert_eq!(newest["id"], all.last().unwrap()["id"]);
    run("user disable ana@acme.test").await;
    run("user create --email bob@acme.test").await.code(0);
    let (mut seen, mut ids) = (Vec::new(), vec![newest["id"].clone()]);
    while seen.last().is_none_or(|action| action != "user.created") {
        let event = next().await;
        assert!(!ids.contains(&event["id"]), "twice: {event}");
        ids.push(event["id"].clone());
        seen.push(event["type"].as_str().unwrap().to_owned());
    }
}
