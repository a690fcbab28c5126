//! One organisation's trouble stays its own. On PostgreSQL; SQLite has one writer and no locks of rows.

use std::time::Duration;

use oskar::domain::journal::audit::Actor;
use oskar::domain::onboarding::invitations::{self, Rules};
use oskar::entity::{api_key, invitation};
use oskar::error::Error;
use oskar::permission::Role;
use sea_orm::{
    ConnectionTrait as _, Database, DatabaseTransaction, DbBackend, EntityTrait as _, PaginatorTrait as _,
    Statement, TransactionTrait as _,
};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::process::{Installation, run};
use crate::races::{at_once, with};
use crate::support::{Answer, Credential, PASSWORD, TestApp, TestKey, TestOrganisation, on_postgres};
use crate::waiting::somebody_waits;

/// Many are sent here.
const ANY_INVITATIONS: (&str, &str) = ("OSKAR_LIMITS__INVITATIONS", "0");

/// Far longer than anything here takes, unless it waits for what is held.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longer than these tests: what waits for a lock waits until it is let go.
const PATIENT: (&str, &str) = ("OSKAR_DATABASE_LOCK_TIMEOUT", "5m");

/// Locks an organisation's row against everybody, from outside.
async fn hold(app: &TestApp, org: &TestOrganisation) -> DatabaseTransaction {
    let txn = app.outside().await.begin().await.unwrap();
    let sql = format!("SELECT id FROM organisation WHERE slug = '{}' FOR UPDATE", org.slug);
    let held = txn.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    assert!(held.is_some());
    txn
}

/// Sends writes to one organisation: half of them lock its row, the others only refer to it.
fn send(org: &TestOrganisation, many: usize) -> JoinSet<Answer> {
    let mut sent = JoinSet::new();
    for turn in 0..many {
        let admin = org.admin.with_bearer();
        let (path, body) = if turn % 2 == 0 {
            (
                format!("{}/invitations", org.path),
                json!({ "emails": [format!("new{turn}@mail.example")], "role": "member" }),
            )
        } else {
            let body = json!({ "name": format!("key {turn}"), "environment": "live", "role": "viewer" });
            (format!("{}/keys", org.path), body)
        };
        sent.spawn(async move { admin.post(&path, body).await });
    }
    sent
}

/// Everything that another organisation does goes on.
async fn goes_on(app: &TestApp, org: &TestOrganisation, verified: &TestKey) {
    let work = async {
        verified.with_bearer().get("/api/verify").await.status(200);
        org.admin.with_cookie().get("/api/verify").await.status(200);
        org.admin.with_bearer().get("/api/auth/me").await.status(200);
        org.key("live", "member", None).await.with_bearer().get("/api/verify").await.status(200);
        app.sign_in(&org.member.email).await;
        let body = json!({ "emails": ["guest@mail.example"], "role": "viewer" });
        org.admin.with_bearer().post(&format!("{}/invitations", org.path), body).await.status(201);
        app.anonymous().get("/readyz").await.status(200);
    };
    timeout(PATIENCE, work).await.unwrap();
}

/// Sends that many writes to an organisation whose row is held, of which `refused` find no place to wait.
async fn others_go_on_beside(many: usize, refused: usize) {
    let app = TestApp::with(&[PATIENT, ANY_INVITATIONS]).await;
    let (acme, globex) = (app.organisation("Acme").await, app.organisation("Globex").await);
    let verified = globex.key("live", "viewer", None).await;
    let held = hold(&app, &acme).await;
    let mut sent = send(&acme, many);
    somebody_waits(&app).await;
    goes_on(&app, &globex, &verified).await;
    // Those for whom there was no place were told at once, while the row is held.
    let mut answers = Vec::new();
    while answers.len() < refused {
        answers.push(timeout(PATIENCE, sent.join_next()).await.unwrap().unwrap().unwrap());
    }
    held.rollback().await.unwrap();
    answers.extend(sent.join_all().await);
    let (done, busy): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    for answer in &busy {
        assert_eq!((answer.status, answer.code().as_str(), answer.header("retry-after")), (503, "busy", "1"));
    }
    // Others may have waited for too long meanwhile, but not those that hold a connection.
    assert!(done.len() >= 2 && busy.len() >= refused, "{} and {}", done.len(), busy.len());
    // Nothing is stored of what was refused. Two keys and an invitation are the other organisation's.
    let db = app.app.db.read();
    let stored = api_key::Entity::find().count(db).await.unwrap()
        + invitation::Entity::find().count(db).await.unwrap();
    assert_eq!(stored, u64::try_from(done.len()).unwrap() + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twelve_writes_that_wait_for_one_organisation_hold_nobody_else_up() {
    if on_postgres() {
        others_go_on_beside(12, 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_the_ones_too_many_are_refused_at_once_and_nothing_of_them_is_stored() {
    if on_postgres() {
        others_go_on_beside(40, 22).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_waits_for_a_lock_for_too_long_is_busy_and_commits_nothing() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::with(&[("OSKAR_DATABASE_LOCK_TIMEOUT", "1s")]).await;
    let acme = app.organisation("Acme").await;
    let held = hold(&app, &acme).await;
    let answers = timeout(PATIENCE, send(&acme, 6).join_all()).await.unwrap();
    for answer in answers {
        assert_eq!((answer.status, answer.code().as_str()), (503, "busy"), "{}", answer.asked);
        assert_eq!(answer.header("retry-after"), "1");
    }
    let body = json!({ "email": acme.member.email, "password": PASSWORD });
    let refused = app.anonymous().post("/api/auth/login", body).await.status(503);
    assert_eq!(refused.code(), "busy", "a session refers to its organisation");
    held.rollback().await.unwrap();
    let db = app.app.db.read();
    assert_eq!(api_key::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(invitation::Entity::find().count(db).await.unwrap(), 0);
    for answer in send(&acme, 6).join_all().await {
        answer.status(201);
    }
    app.sign_in(&acme.member.email).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_that_was_given_up_gives_its_connection_back_and_commits_nothing() {
    if !on_postgres() {
        return;
    }
    // One connection for everything.
    let short = [
        ("OSKAR_DATABASE_CONNECTIONS", "1"),
        ("OSKAR_LIMITS__REQUEST_TIMEOUT", "1s"),
        ("OSKAR_DATABASE_LOCK_TIMEOUT", "2s"),
    ];
    let app = TestApp::with(&short).await;
    let acme = app.organisation("Acme").await;
    let held = hold(&app, &acme).await;
    let path = format!("{}/invitations", acme.path);
    let invite = |email: &str| {
        let (admin, path) = (acme.admin.with_bearer(), path.clone());
        let body = json!({ "emails": [email], "role": "member" });
        async move { admin.post(&path, body).await }
    };
    // The server gives up the first, the client hangs up on the second.
    invite("first@mail.example").await.status(503);
    let second = tokio::spawn(invite("second@mail.example"));
    somebody_waits_from_outside(&app).await;
    second.abort();
    let freed = async {
        while acme.admin.with_bearer().get("/api/auth/me").await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, freed).await.expect("the row is still held, but the connection is free");
    held.rollback().await.unwrap();
    invite("third@mail.example").await.status(201);
    assert_eq!(invitation::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
}

async fn somebody_waits_from_outside(app: &TestApp) {
    let outside = app.outside().await;
    let waiting =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let looking = async {
        while outside
            .query_one_raw(Statement::from_string(DbBackend::Postgres, waiting))
            .await
            .unwrap()
            .is_none()
        {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, looking).await.unwrap();
}

#[tokio::test]
async fn verification_reads_while_nothing_more_can_be_written() {
    let app = TestApp::start().await;
    let acme = app.organisation("Acme").await;
    let key = acme.key("live", "viewer", None).await;
    let mut writing = Vec::new();
    if on_postgres() {
        // Until there is no connection left that writes.
        while let Ok(txn) = timeout(Duration::from_secs(1), app.app.db.begin()).await {
            writing.push(txn.unwrap());
        }
    } else {
        writing.push(app.app.db.begin().await.unwrap());
    }
    key.with_bearer().get("/api/verify").await.status(200);
    acme.admin.with_cookie().get("/api/verify").await.status(200);
    acme.member.with_bearer().get("/api/verify").await.status(200);
    drop(writing);
}

/// Longer than a statement may take, and than it may wait for a lock.
#[tokio::test]
async fn a_migration_waits_for_another_one_for_longer_than_requests_do() {
    if !on_postgres() {
        return;
    }
    let installation = Installation::new().await;
    let outside = Database::connect(&installation.database_url).await.unwrap();
    let held = outside.begin().await.unwrap();
    held.execute_unprepared("SELECT pg_advisory_xact_lock(122541513470464)").await.unwrap();
    let mut command = installation.command(&["migrate", "up"]);
    command.env("OSKAR_DATABASE_LOCK_TIMEOUT", "1s").env("OSKAR_DATABASE_STATEMENT_TIMEOUT", "1s");
    let migrating = tokio::spawn(run(command, ""));
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' \
                 AND clock_timestamp() - query_start > interval '2 seconds'";
    let waiting = Statement::from_string(DbBackend::Postgres, waits);
    let looking = async {
        while !migrating.is_finished() && outside.query_one_raw(waiting.clone()).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, looking).await.unwrap();
    held.rollback().await.unwrap();
    migrating.await.unwrap().code(0);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_busy() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::with(&[("OSKAR_DATABASE_STATEMENT_TIMEOUT", "1s")]).await;
    let slept = app.app.db.read().execute_unprepared("SELECT pg_sleep(30)").await.unwrap_err();
    assert!(matches!(Error::from(slept), Error::Busy));
    let txn = app.app.db.begin().await.unwrap();
    let slept = txn.execute_unprepared("SELECT pg_sleep(30)").await.unwrap_err();
    assert!(matches!(Error::from(slept), Error::Busy));
}

#[tokio::test]
async fn sweeping_may_take_longer_than_a_statement() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::with(&[("OSKAR_DATABASE_STATEMENT_TIMEOUT", "1s")]).await;
    let slow = "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS \
                $$BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END$$; \
                CREATE TRIGGER slowly AFTER DELETE ON socket_ticket EXECUTE FUNCTION slowly()";
    app.outside().await.execute_unprepared(slow).await.unwrap();
    oskar::worker::sweep::tick(&app.app).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_that_hangs_in_a_transaction_loses_its_locks() {
    if !on_postgres() {
        return;
    }
    let settings = [("OSKAR_DATABASE_IDLE_TIMEOUT", "1s"), ("OSKAR_DATABASE_LOCK_TIMEOUT", "30s")];
    let app = TestApp::with(&settings).await;
    let acme = app.organisation("Acme").await;
    let hanging = app.another_node().await;
    let actor = Actor::cli();
    let write = hanging.app.write(&actor).await.unwrap();
    oskar::domain::organisation::members::lock(&write, acme.id.parse().unwrap()).await.unwrap();
    // Nothing more comes from that node.
    let body = json!({ "name": "Acme & Sons" });
    timeout(PATIENCE, acme.admin.with_bearer().patch(&acme.path, body)).await.unwrap().status(200);
    let late = invitations::lock_with_a_seat(&write, acme.id.parse().unwrap(), None).await;
    assert!(matches!(late, Err(Error::Busy)), "its transaction is over: {late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_waits_for_no_other_organisation_s() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::with(&[PATIENT]).await;
    let (acme, globex) = (app.organisation("Acme").await, app.organisation("Globex").await);
    let actor = Actor { id: Some(acme.admin.user_id.clone()), ..Actor::cli() };
    let write = app.app.write(&actor).await.unwrap();
    let (place, inviter) = (acme.id.parse().unwrap(), acme.admin.user_id.parse().unwrap());
    let bob = "bob@mail.example".parse().unwrap();
    let rules = Rules { seats: None, allowance: None, only_proven: false };
    invitations::create(&write, place, inviter, &[&bob], Role::Member, rules).await.unwrap();
    // That one is not committed yet.
    let body = json!({ "emails": ["carol@mail.example", "dan@mail.example"], "role": "member" });
    let path = format!("{}/invitations", globex.path);
    let admin = globex.admin.with_bearer();
    let other = admin.post(&path, body);
    timeout(PATIENCE, other).await.expect("it waits for another organisation's").status(201);
    write.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn invitations_to_the_same_people_in_another_order_do_not_wait_for_each_other_in_a_circle() {
    let app = TestApp::with(&[ANY_INVITATIONS]).await;
    let other = app.another_node().await;
    let (acme, globex) = (app.organisation("Acme").await, app.organisation("Globex").await);
    for round in 0..4 {
        let emails: Vec<_> = (0..20).map(|number| format!("p{number}-{round}@mail.example")).collect();
        let backwards: Vec<_> = emails.iter().rev().cloned().collect();
        let asked = [(&app, &acme, emails), (&other, &globex, backwards)].map(|(node, org, emails)| {
            let admin = with(node, Credential::Bearer(org.admin.access_token.clone()));
            let path = format!("{}/invitations", org.path);
            async move { admin.post(&path, json!({ "emails": emails, "role": "member" })).await }
        });
        for answer in at_once(asked).await {
            answer.status(201);
        }
    }
}
