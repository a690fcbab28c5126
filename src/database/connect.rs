//! Connecting: how many connections, and how each is set up.

use std::time::Duration;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use super::Database;
use crate::config::Config;
use crate::error::Error;

/// How long a writer waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

impl Database {
    /// Connects; makes the SQLite file if there is none. Nothing is migrated yet.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let connections = config.database_connections;
        if config.is_postgres() {
            let pool = sea_orm::Database::connect(options(config, connections)).await?;
            return Ok(Self { read: pool.clone(), write: pool });
        }
        make_private_file(&config.database_url)?;
        let mut writer = options(config, 1);
        writer.map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What was answered must survive a power cut, not only a crash.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
        });
        let write = sea_orm::Database::connect(writer).await?;
        let mut readers = options(config, connections);
        readers.map_sqlx_sqlite_opts(|options| options.read_only(true).busy_timeout(BUSY_TIMEOUT));
        Ok(Self { read: sea_orm::Database::connect(readers).await?, write })
    }
}

/// SQLite would make the file, and its WAL after the file's example, readable by everybody.
fn make_private_file(url: &str) -> Result<(), Error> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or(path);
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| Error::internal(format!("{path}: {error}")))
}

fn options(config: &Config, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(&config.database_url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false);
    options
}
