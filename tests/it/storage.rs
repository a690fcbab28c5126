//! A database that fails, hangs or comes back: what was answered with success is stored, what was not is not half
//! there, and all goes on by itself.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use oskar::error::Error;
use sea_orm::{ConnectionTrait, Database as Connection, DatabaseConnection, DbBackend, Statement};
use serde_json::json;

use crate::support::{
    Answer, Break, Client, Credential, Fault, PASSWORD, Proxy, TestApp, TestOrganisation, on_postgres,
};

/// What anybody may have to wait for when the database does not answer.
const AT_MOST: Duration = Duration::from_secs(2);

/// A connection beside the server's.
async fn connection(app: &TestApp) -> DatabaseConnection {
    Connection::connect(&app.database_url).await.unwrap()
}

async fn number(on: &impl ConnectionTrait, sql: &str) -> i64 {
    let statement = Statement::from_string(on.get_database_backend(), sql);
    let row = on.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from)).unwrap()
}

#[track_caller]
fn unavailable(answer: Answer) {
    let answer = answer.status(503);
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("storage_unavailable", "1"));
    assert!(!answer.text().contains("sql") && !answer.text().contains("pool"), "{}", answer.text());
}

/// Asks, and fails if that took long.
async fn soon(asked: impl Future<Output = Answer>) -> Answer {
    let started = Instant::now();
    let answer = asked.await;
    assert!(started.elapsed() < AT_MOST, "{}: {:?}", answer.asked, started.elapsed());
    answer
}

/// Makes a key, and finds it good here and on a node that was started after.
async fn a_key_that_lasts(app: &TestApp, org: &TestOrganisation) {
    let key = org.key("live", "viewer", None).await;
    key.with_x_api_key().get("/api/verify").await.status(200);
    let restarted = app.another_node().await;
    let client = Client::new(restarted.router.clone(), Credential::ApiKey(key.secret));
    client.get("/api/verify").await.status(200);
}

#[tokio::test]
async fn a_full_disk_is_told_and_goes_by() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let fill = app.app.db.begin().await.unwrap();
    // As large as it is now: SQLite answers SQLITE_FULL as it does on a full disk.
    fill.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
    fill.commit().await.unwrap();
    let mut refused = None;
    for turn in 0..100 {
        let body = json!({ "email": format!("u{turn}@acme.example"), "password": PASSWORD });
        let answer = app.anonymous().post("/api/auth/register", body.clone()).await;
        if answer.status != 201 {
            refused = Some((body, answer));
            break;
        }
    }
    let (body, answer) = refused.unwrap();
    unavailable(answer);
    let free = app.app.db.begin().await.unwrap();
    free.execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
    free.commit().await.unwrap();
    app.anonymous().post("/api/auth/register", body).await.status(201);
    app.anonymous().get("/readyz").await.status(200);
    a_key_that_lasts(&app, &org).await;
}

/// Else a small disk is full of the log alone, and the file has no room to take it in.
#[tokio::test]
async fn the_write_ahead_log_stays_small() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let log = format!("{}-wal", app.database_url.trim_start_matches("sqlite://"));
    for _ in 0..100 {
        org.key("live", "viewer", None).await;
    }
    let size = std::fs::metadata(&log).unwrap().len();
    assert!((1 << 19..3 << 19).contains(&size), "{size} bytes of log");
}

#[tokio::test]
async fn after_a_transaction_that_sqlite_ended_what_is_acknowledged_is_stored() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let aside = connection(&app).await;
    // As SQLite does by itself on a full disk and on errors of reading and writing; the rollback that the driver sends
    // afterwards fails.
    let end = "CREATE TRIGGER ending BEFORE INSERT ON api_key BEGIN SELECT RAISE(ROLLBACK, 'ended'); END";
    aside.execute_unprepared(end).await.unwrap();
    let body = json!({ "name": "key", "environment": "live", "role": "viewer" });
    org.admin.with_bearer().post(&format!("{}/keys", org.path), body).await.status(500);
    aside.execute_unprepared("DROP TRIGGER ending").await.unwrap();
    // The rollback of this one must not be taken for that of a savepoint.
    let taken = json!({ "email": org.admin.email, "password": PASSWORD });
    app.anonymous().post("/api/auth/register", taken).await.status(409);
    a_key_that_lasts(&app, &org).await;
}

#[tokio::test]
async fn a_transaction_with_a_failed_statement_is_not_committed() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", Some("Acme")).await;
    let rename = "UPDATE organisation SET name = 'Another' WHERE slug = 'acme'";
    let txn = app.app.db.begin().await.unwrap();
    txn.execute_unprepared(rename).await.unwrap();
    txn.execute_unprepared("INSERT INTO nowhere VALUES (1)").await.unwrap_err();
    // Another one would be committed by itself after SQLite ended the transaction.
    txn.execute_unprepared(rename).await.unwrap_err();
    assert!(matches!(txn.commit().await, Err(Error::Internal(_))));
    let named = "SELECT count(*) FROM organisation WHERE name = 'Another'";
    assert_eq!(number(app.app.db.read(), named).await, 0);
}

#[tokio::test]
async fn a_statement_that_was_given_up_is_a_failed_one() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", Some("Acme")).await;
    let txn = app.app.db.begin().await.unwrap();
    {
        let renaming = txn.execute_unprepared(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) \
             UPDATE organisation SET name = 'Another' WHERE (SELECT count(*) FROM n) > 0",
        );
        // Polled once: it is on its way.
        assert!(futures_util::FutureExt::now_or_never(renaming).is_none());
    }
    assert!(matches!(txn.commit().await, Err(Error::Internal(_))));
    let named = "SELECT count(*) FROM organisation WHERE name = 'Another'";
    assert_eq!(number(app.app.db.read(), named).await, 0);
}

/// A node whose way to PostgreSQL can be broken.
async fn behind(proxy: &Proxy, app: &TestApp, settings: &[(&str, &str)]) -> TestApp {
    let url = proxy.url(&app.database_url);
    app.another_node_with(&[&[("OSKAR_DATABASE_URL", url.as_str())], settings].concat()).await
}

const OPEN_TRANSACTIONS: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'";

#[tokio::test]
async fn a_begin_that_was_given_up_leaves_no_transaction_open() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let proxy = Proxy::to(&app.database_url).await;
    let node = behind(&proxy, &app, &[("OSKAR_DATABASE_CONNECTIONS", "1")]).await;
    let aside = connection(&app).await;
    proxy.plan(Fault::Text("BEGIN", Break::Freeze));
    let database = node.app.db.clone();
    let beginning = tokio::spawn(async move { database.begin().await.map(drop) });
    while number(&aside, OPEN_TRANSACTIONS).await == 0 {
        tokio::task::yield_now().await;
    }
    beginning.abort();
    assert!(beginning.await.is_err());
    proxy.freeze(false);
    // The only connection comes back, or another one takes its place.
    number(node.app.db.read(), "SELECT count(*) FROM organisation").await;
    assert_eq!(number(&aside, OPEN_TRANSACTIONS).await, 0);
}

#[tokio::test]
async fn a_database_that_hangs_makes_nobody_wait_long() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let proxy = Proxy::to(&app.database_url).await;
    let node = behind(&proxy, &app, &[]).await;
    let org = node.organisation("Acme").await;
    let [keys, members] = ["keys", "members"].map(|what| format!("{}/{what}", org.path));
    let new_key = json!({ "name": "key", "environment": "live", "role": "viewer" });

    // It hangs in the middle of a write, and goes on hanging.
    proxy.plan(Fault::Text("INSERT INTO", Break::Freeze));
    unavailable(soon(org.admin.with_bearer().post(&keys, new_key.clone())).await);
    unavailable(soon(node.anonymous().get("/readyz")).await);
    unavailable(soon(node.anonymous().get("/health")).await);
    unavailable(soon(org.admin.with_cookie().get(&members)).await);
    unavailable(soon(org.admin.with_bearer().post(&keys, new_key.clone())).await);
    let body = json!({ "email": org.admin.email, "password": PASSWORD });
    unavailable(soon(node.anonymous().post("/api/auth/login", body.clone())).await);
    node.anonymous().get("/livez").await.status(200);
    // More than there are connections.
    let many = (0..30).map(|_| async { soon(org.admin.with_cookie().get(&members)).await });
    join_all(many).await.into_iter().for_each(unavailable);
    // Also those that wait for others of the same organisation.
    let many = (0..30).map(|_| async { soon(org.admin.with_bearer().post(&keys, new_key.clone())).await });
    for answer in join_all(many).await {
        answer.status(503);
    }

    proxy.freeze(false);
    node.anonymous().get("/readyz").await.status(200);
    node.anonymous().post("/api/auth/login", body).await.status(200);
    let listed = org.admin.with_cookie().get(&keys).await.status(200).json();
    assert_eq!(listed["data"], json!([]), "what was answered 503 is not there");
    a_key_that_lasts(&node, &org).await;
}

#[tokio::test]
async fn a_server_that_went_away_is_found_again() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let txn = app.app.db.begin().await.unwrap();
    txn.execute_unprepared("UPDATE organisation SET name = 'Another'").await.unwrap();
    number(&connection(&app).await, others).await;
    assert!(matches!(txn.commit().await, Err(Error::StorageUnavailable(_))));
    a_key_that_lasts(&app, &org).await;
    let named = "SELECT count(*) FROM organisation WHERE name = 'Another'";
    assert_eq!(number(app.app.db.read(), named).await, 0);
}

#[tokio::test]
async fn a_commit_is_on_the_disk_whatever_the_server_s_default_is() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let aside = connection(&app).await;
    for (default, ours) in [("off", "on"), ("remote_apply", "remote_apply")] {
        let name = app.database_url.rsplit('/').next().unwrap();
        let set = format!("ALTER DATABASE {name} SET synchronous_commit = {default}");
        aside.execute_unprepared(&set).await.unwrap();
        let node = app.another_node().await;
        let txn = node.app.db.begin().await.unwrap();
        let shown = Statement::from_string(DbBackend::Postgres, "SHOW synchronous_commit");
        let shown = txn.query_one_raw(shown).await.unwrap().unwrap();
        assert_eq!(shown.try_get_by_index::<String>(0).unwrap(), ours);
    }
}

#[tokio::test]
async fn a_file_that_another_process_holds_makes_nobody_wait_long() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let aside = connection(&app).await;
    let keys = format!("{}/keys", org.path);
    let new_key = json!({ "name": "key", "environment": "live", "role": "viewer" });
    aside.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let many = (0..10).map(|_| async { soon(org.admin.with_bearer().post(&keys, new_key.clone())).await });
    join_all(many).await.into_iter().for_each(unavailable);
    unavailable(soon(app.anonymous().get("/readyz")).await);
    org.admin.with_cookie().get(&keys).await.status(200);
    aside.execute_unprepared("ROLLBACK").await.unwrap();
    app.anonymous().get("/readyz").await.status(200);
    let listed = org.admin.with_cookie().get(&keys).await.status(200).json();
    assert_eq!(listed["data"], json!([]), "what was answered 503 is not there");
    a_key_that_lasts(&app, &org).await;
}

#[tokio::test]
async fn probes_that_come_at_once_are_one_try() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let tried = "PRAGMA user_version";
    let before = number(app.app.db.read(), tried).await;
    let probes = (0..100).map(|_| async { app.anonymous().get("/readyz").await.status(200) });
    join_all(probes).await;
    assert_eq!(number(app.app.db.read(), tried).await, before + 1);
    app.anonymous().get("/readyz").await.status(200);
    assert_eq!(number(app.app.db.read(), tried).await, before + 2);
}

#[tokio::test]
async fn a_node_whose_file_is_damaged_is_not_ready() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    org.key("live", "viewer", None).await;
    app.anonymous().get("/readyz").await.status(200);
    let aside = connection(&app).await;
    let page = number(&aside, "SELECT rootpage FROM sqlite_master WHERE name = 'api_key'").await;
    assert_eq!(number(&aside, "PRAGMA wal_checkpoint(TRUNCATE)").await, 0, "all is in the file");
    let file = app.database_url.trim_start_matches("sqlite://");
    let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    let start = (page.unsigned_abs() - 1) * 4096;
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xFF; 4096], start).unwrap();
    // A write makes the others look at the file again.
    app.register("bea@other.example", None).await;
    unavailable(org.admin.with_cookie().get(&format!("{}/keys", org.path)).await);
    unavailable(app.anonymous().get("/readyz").await);
    app.anonymous().get("/livez").await.status(200);
}

#[tokio::test]
async fn what_took_too_long_is_not_stored_later() {
    let app = TestApp::with(&[("OSKAR_LIMITS__REQUEST_TIMEOUT", "1s")]).await;
    let org = app.organisation("Acme").await;
    let keys = format!("{}/keys", org.path);
    let new_key = json!({ "name": "key", "environment": "live", "role": "viewer" });
    // All that a new key waits for: on SQLite the writer, on PostgreSQL the organisation's row and its table.
    let holding = app.app.db.begin().await.unwrap();
    if on_postgres() {
        holding.execute_unprepared("LOCK TABLE api_key IN EXCLUSIVE MODE").await.unwrap();
    }
    let answer = org.admin.with_bearer().post(&keys, new_key).await.status(503);
    assert_eq!(answer.code(), "timeout");
    holding.commit().await.unwrap();
    a_key_that_lasts(&app, &org).await;
    let listed = org.admin.with_cookie().get(&keys).await.status(200).json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "the later one");
}

#[tokio::test]
async fn a_commit_under_way_is_waited_for() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let proxy = Proxy::to(&app.database_url).await;
    let node = behind(&proxy, &app, &[("OSKAR_LIMITS__REQUEST_TIMEOUT", "1s")]).await;
    let org = app.organisation("Acme").await;
    proxy.plan(Fault::Text("COMMIT", Break::Hold));
    let client = Client::new(node.router.clone(), Credential::Bearer(org.admin.access_token.clone()));
    let path = format!("{}/keys", org.path);
    let new_key = || json!({ "name": "key", "environment": "live", "role": "viewer" });
    let mut committing = std::pin::pin!(client.post(&path, new_key()));
    tokio::select! {
        early = &mut committing => panic!("{}: {}", early.status, early.text()),
        () = proxy.until_held() => {}
    }
    let later = async {
        // It begins later, so that the other one's time is over before.
        let holding = app.app.db.begin().await.unwrap();
        holding.execute_unprepared("LOCK TABLE api_key IN EXCLUSIVE MODE").await.unwrap();
        assert_eq!(client.post(&path, new_key()).await.status(503).code(), "timeout");
        holding.rollback().await.unwrap();
        proxy.release();
    };
    let (answer, ()) = tokio::join!(committing, later);
    answer.status(201);
}
