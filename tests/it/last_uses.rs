//! Last uses: collected in memory, written by one statement for many rows, without holding anybody up.

use std::time::Duration;

use chrono::TimeDelta;
use oskar::clock::Timestamp;
use oskar::entity::{api_key, session};
use oskar::id::{ApiKeyId, SessionId};
use oskar::worker;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, TransactionTrait as _};
use serde_json::json;
use tokio::time::timeout;

use crate::support::{TestApp, TestKey, TestOrganisation, on_postgres};

const PATIENCE: Duration = Duration::from_secs(60);

async fn last_use(app: &TestApp, id: &str) -> Option<Timestamp> {
    let id: ApiKeyId = id.parse().unwrap();
    api_key::Entity::find()
        .all(app.app.db.read())
        .await
        .unwrap()
        .into_iter()
        .find(|key| key.id == id)?
        .last_used_at
}

async fn keys(org: &TestOrganisation, many: usize) -> Vec<TestKey> {
    let mut keys = Vec::new();
    for _ in 0..many {
        keys.push(org.key("live", "viewer", None).await);
    }
    keys
}

#[tokio::test]
async fn later_times_win_whichever_node_writes_first() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let org = app.organisation("Acme").await;
    let keys = keys(&org, 3).await;
    let ids: Vec<ApiKeyId> = keys.iter().map(|key| key.id.parse().unwrap()).collect();
    let session = session::Entity::find().all(app.app.db.read()).await.unwrap()[0].id;
    let start = app.app.now();
    let at = |seconds| start + TimeDelta::seconds(seconds);
    // The second node saw the first key earlier, the second one later, and the third for the first time.
    for (id, seconds) in [(ids[0], 9), (ids[1], 5)] {
        app.app.usage.key(id, at(seconds));
    }
    for (id, seconds) in [(ids[0], 3), (ids[1], 8), (ids[2], 1)] {
        other.app.usage.key(id, at(seconds));
    }
    app.app.usage.session(session, at(7));
    other.app.usage.session(session, at(6));
    worker::usage::tick(&app.app).await.unwrap();
    worker::usage::tick(&other.app).await.unwrap();
    for (key, seconds) in keys.iter().zip([9, 8, 1]) {
        assert_eq!(last_use(&app, &key.id).await, Some(at(seconds)));
    }
    let row = session::Entity::find_by_id(session).one(app.app.db.read()).await.unwrap().unwrap();
    assert_eq!(row.seen_at, at(7));
}

#[tokio::test]
async fn more_than_fit_into_one_transaction_are_all_written() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let model = api_key::Entity::find().all(app.app.db.read()).await.unwrap().remove(0);
    let copies: Vec<api_key::ActiveModel> = (0..1200)
        .map(|_| api_key::ActiveModel { id: sea_orm::Set(ApiKeyId::generate()), ..model.clone().into() })
        .collect();
    let outside = app.outside().await;
    for some in copies.chunks(100) {
        api_key::Entity::insert_many(some.iter().cloned()).exec_without_returning(&outside).await.unwrap();
    }
    app.advance(TimeDelta::seconds(1));
    for copy in &copies {
        app.app.usage.key(*copy.id.as_ref(), app.app.now());
    }
    // What has gone meanwhile is forgotten.
    app.app.usage.key(ApiKeyId::generate(), app.app.now());
    app.app.usage.session(SessionId::generate(), app.app.now());
    worker::usage::tick(&app.app).await.unwrap();
    let rows = api_key::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.last_used_at == Some(app.app.now())).count(), 1200);
    assert_eq!(last_use(&app, &key.id).await, None);
    assert!(app.app.usage.take().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_that_somebody_holds_delays_neither_the_others_nor_their_renaming() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::with(&[("OSKAR_DATABASE_LOCK_TIMEOUT", "5m")]).await;
    let org = app.organisation("Acme").await;
    let keys = keys(&org, 3).await;
    app.advance(TimeDelta::seconds(1));
    for key in &keys {
        key.with_bearer().get("/api/verify").await.status(200);
    }
    let used = app.app.now();
    let held = app.outside().await.begin().await.unwrap();
    let id: ApiKeyId = keys[2].id.parse().unwrap();
    held.execute_unprepared(&format!("SELECT 1 FROM api_key WHERE id = '{}' FOR UPDATE", id.0))
        .await
        .unwrap();

    timeout(PATIENCE, worker::usage::tick(&app.app))
        .await
        .expect("it waits for the key that is held")
        .unwrap();
    let admin = org.admin.with_bearer();
    for key in &keys[..2] {
        let path = format!("{}/keys/{}", org.path, key.id);
        let renamed = admin.patch(&path, json!({ "name": "renamed" }));
        timeout(PATIENCE, renamed).await.unwrap().status(200);
        assert_eq!(last_use(&app, &key.id).await, Some(used));
    }
    assert_eq!(last_use(&app, &keys[2].id).await, None);
    held.rollback().await.unwrap();
    worker::usage::tick(&app.app).await.unwrap();
    assert_eq!(last_use(&app, &keys[2].id).await, Some(used), "nothing is lost by it");
}
