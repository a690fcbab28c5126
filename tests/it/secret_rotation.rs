//! A new master secret in the place of another: every credential lives on, and nothing is lost on the way.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use oskar::crypto::secret::Secret;
use oskar::domain::account::one_time;
use oskar::domain::session::tickets;
use oskar::domain::upkeep::settings::{self, Given};
use oskar::entity::one_time_token::LinkPurpose;
use oskar::entity::{audit_event, signing_key};
use oskar::jwt::{NewSigningKey, SigningAlgorithm};
use oskar::worker;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Set,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::operator;
use crate::process::{self, Installation, Ran};
use crate::support::{Client, Credential, PASSWORD, SECRET_KEY, TestApp};

const NEW: &str = "Zt4nW8yB1qE6uH9jM3xC7vK0aR5fP2oD";
const NEITHER: &str = "Hq7sY2gT9wL4mV6kX1zN8bJ3rF5cU0eA";
const BOTH: [(&str, &str); 2] = [("OSKAR_SECRET_KEY", NEW), ("OSKAR_SECRET_KEY_PREVIOUS", SECRET_KEY)];
const ONLY_NEW: [(&str, &str); 1] = [("OSKAR_SECRET_KEY", NEW)];

fn command(app: &TestApp, arguments: &[&str], secrets: &[(&str, &str)]) -> tokio::process::Command {
    let mut command = Installation::of(app).command(arguments);
    command.envs(secrets.iter().copied());
    command
}

async fn oskar(app: &TestApp, arguments: &[&str], secrets: &[(&str, &str)]) -> Ran {
    process::run(command(app, arguments, secrets), "").await
}

async fn secret(app: &TestApp, action: &str, secrets: &[(&str, &str)]) -> Value {
    oskar(app, &["secret", action, "--json"], secrets).await.code(0).json()
}

async fn who(app: &TestApp, credential: Credential) -> u16 {
    let answer = Client::new(app.router.clone(), credential).get("/api/auth/me").await;
    answer.status
}

async fn refresh(app: &TestApp, token: &str) -> String {
    let body = json!({ "refresh_token": token });
    let answer = app.anonymous().post("/api/auth/refresh", body).await.status(200).json();
    answer["refresh_token"].as_str().unwrap().to_owned()
}

async fn events(app: &TestApp, kind: &str) -> u64 {
    let events = audit_event::Entity::find().filter(audit_event::Column::Action.eq(kind));
    events.count(app.app.db.read()).await.unwrap()
}

#[tokio::test]
async fn every_credential_lives_on_and_the_operator_learns_when_the_previous_secret_may_go() {
    let app = TestApp::with_real_time(&[]).await;
    let link = operator::setup_link(&app).await;
    let link = Secret::parse(link.rsplit('#').next().unwrap()).unwrap();
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let proof = Secret::parse(&app.mailed_secret("ana@acme.example").await).unwrap();
    let key = |name: &'static str| {
        let body = json!({ "name": name, "environment": "live", "role": "viewer" });
        let client = person.with_bearer();
        async move {
            let made = client.post("/api/orgs/acme/keys", body).await.status(201).json();
            made["secret"].as_str().unwrap().to_owned()
        }
    };
    let (used, unused) = (key("used").await, key("unused").await);
    let invite = json!({ "emails": ["carol@acme.example", "bob@acme.example"], "role": "member" });
    let invited = person.with_bearer().post("/api/orgs/acme/invitations", invite).await.status(201).json();
    let invitation = app.mailed_secret("bob@acme.example").await;
    let ticket = person.with_bearer().post("/api/auth/ws-token", json!({})).await.status(200).json();

    // A node with both secrets knows all that was made under the one before.
    let node = app.another_node_with(&BOTH).await;
    assert_eq!(who(&node, Credential::ApiKey(used.clone())).await, 200);
    assert_eq!(who(&node, Credential::Cookie(person.cookie.clone())).await, 200);
    assert_eq!(who(&node, Credential::Bearer(person.access_token.clone())).await, 200);
    let renewed = refresh(&node, &person.refresh_token).await;
    let body = json!({ "invitation": invitation, "password": PASSWORD });
    node.anonymous().post("/api/invitations/accept", body).await.status(200);
    let ticket = Secret::parse(ticket["ticket"].as_str().unwrap()).unwrap();
    operator::change(&node, async |write| tickets::consume(write, &ticket).await).await.unwrap();

    // What was used has moved, and works for the new secret alone once the rest is done; the rest is named.
    worker::usage::tick(&node.app).await.unwrap();
    let told = secret(&app, "rotate", &BOTH).await;
    assert_eq!((&told["reencrypted_signing_keys"], &told["previous_is_needed"]), (&json!(1), &json!(true)));
    let counts = |told: &Value| {
        let names = [
            "api_keys",
            "session_cookies",
            "refresh_tokens",
            "invitations",
            "one_time_links",
            "signing_keys",
        ];
        names.map(|name| told["remaining"][name].as_u64().unwrap())
    };
    assert_eq!(counts(&told), [1, 0, 0, 1, 2, 0], "{told}");
    assert_eq!(told["remaining"]["unused_api_keys"][0]["name"], "unused");
    assert_eq!(events(&app, "master_secret.rotated").await, 1);
    assert_eq!(events(&app, "master_secret.reencrypted").await, 1);
    let text = oskar(&app, &["secret", "status"], &BOTH).await.code(0).out;
    assert!(text.contains("1 API keys that were not used since") && text.contains("\"unused\""), "{text}");

    assert_eq!(who(&node, Credential::ApiKey(unused.clone())).await, 200);
    worker::usage::tick(&node.app).await.unwrap();
    for (purpose, link) in [(LinkPurpose::Setup, &link), (LinkPurpose::VerifyEmail, &proof)] {
        let consume =
            async |write: &oskar::domain::Write<'_>| one_time::consume(write, &[purpose], link).await;
        operator::change(&node, consume).await.unwrap();
        assert!(operator::change(&node, consume).await.is_err(), "a link works once");
    }
    let withdraw = format!("/api/orgs/acme/invitations/{}", invited["data"][0]["id"].as_str().unwrap());
    Client::new(node.router.clone(), Credential::Cookie(person.cookie.clone()))
        .delete(&withdraw)
        .await
        .status(204);
    let told = secret(&app, "rotate", &BOTH).await;
    assert_eq!(counts(&told), [0; 6], "{told}");
    assert_eq!(told["previous_is_needed"], json!(false));
    // Once more changed nothing.
    assert_eq!(events(&app, "master_secret.rotated").await, 1);

    let alone = node.another_node_with(&ONLY_NEW).await;
    for key in [used, unused] {
        assert_eq!(who(&alone, Credential::ApiKey(key)).await, 200);
    }
    assert_eq!(who(&alone, Credential::Cookie(person.cookie.clone())).await, 200);
    assert_eq!(who(&alone, Credential::Bearer(person.access_token.clone())).await, 200);
    refresh(&alone, &renewed).await;
    let body = json!({ "refresh_token": person.refresh_token });
    alone.anonymous().post("/api/auth/refresh", body).await.status(401);
}

#[tokio::test]
async fn what_was_not_used_is_lost_with_the_previous_secret_and_nothing_else_opens_the_database() {
    let app = TestApp::with_real_time(&[]).await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let refused = async |secrets: &[(&str, &str)]| {
        let ran = oskar(&app, &["secret", "status"], secrets).await;
        assert!(ran.code != 0 && ran.err.contains("another master secret"), "{ran:?}");
    };
    refused(&ONLY_NEW).await;
    refused(&[("OSKAR_SECRET_KEY", NEW), ("OSKAR_SECRET_KEY_PREVIOUS", NEITHER)]).await;
    let same = [("OSKAR_SECRET_KEY", NEW), ("OSKAR_SECRET_KEY_PREVIOUS", NEW)];
    let weak = [("OSKAR_SECRET_KEY", NEW), ("OSKAR_SECRET_KEY_PREVIOUS", "short")];
    for bad in [same, weak] {
        let ran = oskar(&app, &["secret", "status"], &bad).await.code(78);
        assert!(ran.err.contains("`secret_key_previous`"), "{ran:?}");
    }
    // Prepared on all nodes before it is used: the new secret is accepted, and nothing is written under it.
    let prepared = [("OSKAR_SECRET_KEY", SECRET_KEY), ("OSKAR_SECRET_KEY_PREVIOUS", NEW)];
    let prepared = app.another_node_with(&prepared).await;
    let swapped = app.another_node_with(&BOTH).await;
    for (writes, reads) in [(&prepared, &swapped), (&swapped, &prepared)] {
        let there = writes.sign_in("ana@acme.example").await;
        assert_eq!(who(reads, Credential::Cookie(there.cookie.clone())).await, 200);
        refresh(reads, &there.refresh_token).await;
    }

    secret(&app, "rotate", &BOTH).await;
    refused(&[("OSKAR_SECRET_KEY", SECRET_KEY)]).await;
    refused(&[("OSKAR_SECRET_KEY", NEITHER), ("OSKAR_SECRET_KEY_PREVIOUS", SECRET_KEY)]).await;
    let alone = app.another_node_with(&ONLY_NEW).await;
    assert_eq!(who(&alone, Credential::Cookie(person.cookie.clone())).await, 401);
    assert_eq!(who(&alone, Credential::Bearer(person.access_token)).await, 200);
}

/// Signing keys that verify for long, so that a rotation has many batches.
async fn make_signing_keys(app: &TestApp, count: i32) {
    let now = app.app.now();
    for generation in 2..2 + count {
        let new = NewSigningKey::generate(SigningAlgorithm::Es256).unwrap();
        signing_key::ActiveModel {
            id: Set(new.kid.clone()),
            algorithm: Set("ES256".to_owned()),
            generation: Set(generation),
            private_key: Set(app.app.keyring.seal(&new.kid, &new.private).unwrap()),
            signs_from: Set(now - chrono::TimeDelta::days(2)),
            retires_at: Set(Some(now + chrono::TimeDelta::days(2))),
            created_at: Set(now),
            key_id: Set(Some(app.app.keyring.key_id().to_vec())),
            token_lifetime: Set(Some(900)),
        }
        .insert(&app.outside().await)
        .await
        .unwrap();
    }
}

async fn key_ids(app: &TestApp) -> BTreeMap<Option<Vec<u8>>, usize> {
    let mut counts = BTreeMap::new();
    for key in signing_key::Entity::find().all(app.app.db.read()).await.unwrap() {
        *counts.entry(key.key_id).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_of_a_rotation_loses_nothing_while_a_node_serves() {
    const KEYS: i32 = 300;
    let app = TestApp::with_real_time(&[]).await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    make_signing_keys(&app, KEYS).await;
    let node = Arc::new(app.another_node_with(&BOTH).await);
    let before: usize = key_ids(&app).await.values().sum();
    assert!(before > usize::try_from(KEYS).unwrap());
    let over = Arc::new(AtomicBool::new(false));
    let serving = tokio::spawn({
        let (node, over, person) = (node.clone(), over.clone(), person.clone());
        async move {
            let mut answered = 0;
            while !over.load(Ordering::Relaxed) {
                assert_eq!(who(&node, Credential::Cookie(person.cookie.clone())).await, 200);
                worker::usage::tick(&node.app).await.unwrap();
                worker::signing_keys::tick(&node.app).await.unwrap();
                assert_eq!(who(&node, Credential::Bearer(person.access_token.clone())).await, 200);
                node.sign_in("ana@acme.example").await;
                answered += 1;
            }
            answered
        }
    });

    let mut rotation = command(&app, &["secret", "rotate"], &BOTH);
    let mut rotation = rotation.stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut progress = BufReader::new(rotation.stderr.take().unwrap()).lines();
    while let Some(line) = progress.next_line().await.unwrap() {
        if line.contains("signing keys are encrypted") {
            break;
        }
    }
    rotation.kill().await.unwrap();
    let ids = key_ids(&app).await;
    assert_eq!(ids.values().sum::<usize>(), before);
    assert_eq!(ids.len(), 2, "it was killed in the middle: {ids:?}");
    assert_eq!(events(&app, "master_secret.rotated").await, 0);
    // Neither secret alone opens what is half done, and both together do.
    assert_ne!(oskar(&app, &["jwks", "show"], &ONLY_NEW).await.code, 0);
    oskar(&app, &["jwks", "show"], &BOTH).await.code(0);

    let rest = ids[&Some(app.app.keyring.key_id().to_vec())];
    assert_eq!(secret(&app, "rotate", &BOTH).await["reencrypted_signing_keys"], json!(rest));
    over.store(true, Ordering::Relaxed);
    assert!(serving.await.unwrap() > 0);
    let ids = key_ids(&app).await;
    assert_eq!(ids.into_keys().collect::<Vec<_>>(), [Some(node.app.keyring.key_id().to_vec())]);
    worker::usage::tick(&node.app).await.unwrap();
    let alone = app.another_node_with(&ONLY_NEW).await;
    assert_eq!(who(&alone, Credential::Cookie(person.cookie)).await, 200);
    assert_eq!(who(&alone, Credential::Bearer(person.access_token)).await, 200);
}

#[tokio::test]
async fn guessers_win_no_attempts_by_a_rotation() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", Some("Acme")).await;
    let sign_in = async |app: &TestApp, password: &str| {
        let body = json!({ "email": "ana@acme.example", "password": password });
        app.anonymous().post("/api/auth/login", body).await.status
    };
    for turn in 0..4 {
        assert_eq!(sign_in(&app, &format!("wrong password {turn} of mine")).await, 401);
    }
    let node = app.another_node_with(&BOTH).await;
    assert_eq!(sign_in(&node, "wrong password 4 of mine").await, 401);
    assert_eq!(sign_in(&node, PASSWORD).await, 429);
    node.advance(chrono::TimeDelta::hours(25));
    assert_eq!(sign_in(&node, PASSWORD).await, 200);
}

#[tokio::test]
async fn a_setting_that_is_a_secret_has_not_changed_by_a_rotation() {
    let app = TestApp::start().await;
    let note = async |node: &TestApp, url: &str| {
        let in_use = BTreeMap::from([("database_url".to_owned(), Given::Secret(url.to_owned()))]);
        operator::change(node, async |write| settings::note(write, &in_use).await).await.unwrap()
    };
    let both = app.another_node_with(&BOTH).await;
    assert!(note(&app, "postgres://u:p@db/oskar").await.is_empty());
    assert!(note(&both, "postgres://u:p@db/oskar").await.is_empty());
    // It is kept under the current secret from now on.
    secret(&app, "rotate", &BOTH).await;
    let alone = app.another_node_with(&ONLY_NEW).await;
    assert!(note(&alone, "postgres://u:p@db/oskar").await.is_empty());
    assert_eq!(note(&alone, "postgres://u:other@db/oskar").await, ["database_url"]);
}
