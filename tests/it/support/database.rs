//! A fresh database for every test: a SQLite file, or a copy of a migrated PostgreSQL template.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use oskar::config::{Config, Environment, Sources};
use oskar::database::Database;
use sea_orm::{ConnectionTrait as _, Database as Connection};
use tokio::sync::OnceCell;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
/// The databases on PostgreSQL, each with the folder of its test.
static MADE: Mutex<Vec<(PathBuf, String)>> = Mutex::new(Vec::new());

/// The PostgreSQL that the tests run on, if they do.
#[expect(clippy::disallowed_methods, reason = "tells which database to test on")]
pub fn postgres() -> Option<String> {
    std::env::var("OSKAR_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Whether the tests run on PostgreSQL.
pub fn on_postgres() -> bool {
    postgres().is_some()
}

/// The address of a new, migrated database. It is deleted after `folder` is: all of them together are gigabytes.
pub async fn fresh(folder: &Path) -> String {
    let Some(server) = postgres() else {
        return format!("sqlite://{}", folder.join("oskar.db").display());
    };
    let template = TEMPLATE.get_or_init(|| migrated(server.clone())).await;
    for name in of_ended_tests() {
        execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
    made(&server, folder, &format!("TEMPLATE {template}")).await
}

/// The address of a new database that has what these statements write.
pub async fn restored(folder: &Path, sql: &str) -> String {
    let url = match postgres() {
        Some(server) => made(&server, folder, "").await,
        None => format!("sqlite://{}", folder.join("oskar.db").display()),
    };
    let connection = Connection::connect(format!("{url}{}", if on_postgres() { "" } else { "?mode=rwc" }));
    let connection = connection.await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
    url
}

async fn made(server: &str, folder: &Path, how: &str) -> String {
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    execute(server, &format!("CREATE DATABASE {name} {how}")).await;
    MADE.lock().unwrap_or_else(PoisonError::into_inner).push((folder.to_owned(), name.clone()));
    format!("{server}/{name}")
}

/// Takes the databases out of the list whose test has deleted its folder.
fn of_ended_tests() -> Vec<String> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.extract_if(.., |(folder, _)| !folder.exists()).map(|(_, name)| name).collect()
}

async fn migrated(server: String) -> String {
    let name = format!("template_{}", uuid::Uuid::now_v7().simple());
    execute(&server, &format!("CREATE DATABASE {name}")).await;
    let url = format!("{server}/{name}");
    let sources = Sources::gather(None, &Environment::of([("OSKAR_DATABASE_URL", url.as_str())]), &[]);
    let database = Database::connect(&Config::from_sources(&sources).unwrap()).await.unwrap();
    database.migrate().await.unwrap();
    database.close().await;
    name
}

async fn execute(server: &str, sql: &str) {
    let connection = Connection::connect(format!("{server}/postgres")).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}
