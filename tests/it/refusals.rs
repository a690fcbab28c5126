//! A database that cannot be used is told in words, soon, and without its password.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};

use crate::process::{Installation, Ran};
use crate::support::postgres;

const SECRET: &str = "hunter2-hunter2";

/// What a start with that database says. It must not take long, and must not show the password.
async fn told(database_url: &str) -> Ran {
    let started = Instant::now();
    let ran = Installation::with(database_url.to_owned()).run(&["user", "list"], "").await;
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}: {}", started.elapsed(), ran.err);
    assert!(!ran.err.contains(SECRET) && !ran.err.contains("hunter2"), "{}", ran.err);
    assert!(!ran.err.contains("pool timed out"), "{}", ran.err);
    ran
}

async fn says(database_url: &str, words: &[&str]) {
    let ran = told(database_url).await.code(1);
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in: {}", ran.err);
    }
}

/// A server's address with other parts.
fn with(server: &str, user: &str, database: &str) -> String {
    let (_, host) = server.split_once('@').unwrap();
    format!("postgres://{user}@{host}/{database}")
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // It takes connections and says nothing.
    let url = format!("postgres://oskar:{SECRET}@127.0.0.1:{port}/oskar");
    says(&url, &[&format!("127.0.0.1:{port} does not answer within 2 s")]).await;
    drop(listener);
    says(&url, &[&format!("nothing listens at 127.0.0.1:{port}")]).await;
    let url = format!("postgres://oskar:{SECRET}@no-such-host.invalid/oskar");
    says(&url, &["no-such-host.invalid"]).await;
    says(
        &format!("postgres://oskar:{SECRET}@h/d?host=/nowhere"),
        &["there is no socket of PostgreSQL in /nowhere"],
    )
    .await;
}

#[tokio::test]
async fn a_server_that_refuses() {
    let Some(server) = postgres() else { return };
    let name = format!("nope_{}", uuid::Uuid::now_v7().simple());
    says(
        &format!("{server}/{name}"),
        &[&format!("there is no database `{name}`"), &format!("createdb {name}")],
    )
    .await;
    let nobody = format!("nobody_{}:{SECRET}", uuid::Uuid::now_v7().simple());
    says(&with(&server, &nobody, "postgres"), &["does not let user `nobody_", "does not exist"]).await;
}

/// Where the server asks `oskar_password` for a password, as the one that `./test` starts does.
#[tokio::test]
async fn a_wrong_password() {
    let Some(server) = postgres() else { return };
    let admin = Database::connect(format!("{server}/postgres")).await.unwrap();
    let rule = "SELECT 1 FROM pg_hba_file_rules WHERE 'oskar_password' = ANY (user_name)";
    if admin.query_one_raw(Statement::from_string(DbBackend::Postgres, rule)).await.unwrap().is_none() {
        return;
    }
    let creation =
        "DROP ROLE IF EXISTS oskar_password; CREATE ROLE oskar_password LOGIN PASSWORD '50%41/off'";
    admin.execute_unprepared(creation).await.unwrap();
    for password in ["hunter2", "hunter2%41", "50%41%2Foff"] {
        let url = with(&server, &format!("oskar_password:{password}"), "postgres");
        says(&url, &["the password is wrong for user `oskar_password`", "% is %25"]).await;
    }
    // It is let in with the right one; what it may not do there is another matter.
    let ran = told(&with(&server, "oskar_password:50%2541%2Foff", "postgres")).await;
    assert!(!ran.err.contains("password is wrong"), "{}", ran.err);
}

#[tokio::test]
async fn an_address_that_cannot_be_right_is_refused_with_the_configuration() {
    for password in ["hunter2/x", "hunter2#x", "hunter2?x", "1/hunter2"] {
        let ran = told(&format!("postgres://oskar:{password}@db.example/oskar")).await.code(78);
        assert!(ran.err.contains("`database_url`") && ran.err.contains("/ is %2F"), "{}", ran.err);
    }
    let ran = told("sqlite::memory:").await.code(78);
    assert!(ran.err.contains("`database_url` has no file"), "{}", ran.err);
}

/// As on a disk that may only be read; whoever runs the tests may write everywhere.
#[tokio::test]
async fn a_file_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().display());
    says(&url, &[folder.path().to_str().unwrap(), "to write this file and to make files beside it"]).await;
}
