//! Connecting: how many connections, and how each is set up.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use super::condition::Condition;
use super::{Database, release};
use crate::config::Config;
use crate::error::Error;

/// How long a writer waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for a reader, which waits for others only while they open or repair the file.
const READER_BUSY_TIMEOUT: Duration = Duration::from_secs(1);

impl Database {
    /// Connects; makes the SQLite file if there is none. Nothing is migrated yet.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let connections = config.database_connections;
        let condition = Arc::<Condition>::default();
        if config.is_postgres() {
            let [mut pool, mut probe] = [connections, 1].map(|connections| options(config, connections));
            for options in [&mut pool, &mut probe] {
                release::look_at_postgres(options, &condition);
            }
            probe.min_connections(0).connect_lazy(true);
            let pool = sea_orm::Database::connect(pool).await?;
            let probe = sea_orm::Database::connect(probe).await?;
            return Ok(Self::new(pool.clone(), pool, probe, condition));
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
        release::look_at_sqlite(&mut writer);
        let write = sea_orm::Database::connect(writer).await?;
        let mut readers = options(config, connections);
        readers.map_sqlx_sqlite_opts(|options| options.read_only(true).busy_timeout(READER_BUSY_TIMEOUT));
        let read = sea_orm::Database::connect(readers).await?;
        Ok(Self::new(read, write.clone(), write, condition))
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
