//! A fresh database for every test: a SQLite file, or a copy of a migrated PostgreSQL template.

use std::path::Path;

use oskar::config::{Config, Environment, Sources};
use oskar::database::Database;
use sea_orm::{ConnectionTrait as _, Database as Connection};
use tokio::sync::OnceCell;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// The PostgreSQL that the tests run on, if they do.
#[expect(clippy::disallowed_methods, reason = "tells which database to test on")]
pub fn postgres() -> Option<String> {
    std::env::var("OSKAR_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Whether the tests run on PostgreSQL.
pub fn on_postgres() -> bool {
    postgres().is_some()
}

/// The address of a new, migrated database.
pub async fn fresh(folder: &Path) -> String {
    let Some(server) = postgres() else {
        return format!("sqlite://{}", folder.join("oskar.db").display());
    };
    let template = TEMPLATE.get_or_init(|| migrated(server.clone())).await;
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    execute(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    format!("{server}/{name}")
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
