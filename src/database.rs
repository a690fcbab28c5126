//! The connection to the database: SQLite (one writer, readers apart) or PostgreSQL (one pool).

use std::time::Duration;

use migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::config::Config;
use crate::error::{Error, OrLog};

/// How long a writer waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Any number: all processes that migrate lock the same one.
const MIGRATION_LOCK: i64 = 0x6F73_6B61_7200;

/// Reads go to [`Database::read`], writes through [`Database::begin`].
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

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

    /// No database at all: enough to draw the route table.
    pub fn disconnected() -> Self {
        Self { read: DatabaseConnection::default(), write: DatabaseConnection::default() }
    }

    /// For reading outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a write. SQLite takes its lock at once, so that no write fails half way because another came
    /// first.
    pub async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// Applies the migrations that are missing; their number. Two nodes that start at once take turns.
    ///
    /// # Errors
    /// Also when the database is newer than this binary.
    pub async fn migrate(&self) -> Result<usize, Error> {
        let lock = self.lock_migrations().await?;
        let pending = Migrator::get_pending_migrations(&self.write).await.map_err(newer)?.len();
        Migrator::up(&self.write, None).await.map_err(newer)?;
        if let Some(lock) = lock {
            lock.commit().await?;
        }
        Ok(pending)
    }

    /// Takes back the last `steps` migrations.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), Error> {
        let lock = self.lock_migrations().await?;
        Migrator::down(&self.write, Some(steps)).await.map_err(newer)?;
        if let Some(lock) = lock {
            lock.commit().await?;
        }
        Ok(())
    }

    /// Each migration's name, and whether it is applied.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, Error> {
        Ok(Migrator::get_migration_with_status(&self.write)
            .await
            .map_err(newer)?
            .iter()
            .map(|migration| (migration.name().to_owned(), migration.status() == MigrationStatus::Applied))
            .collect())
    }

    async fn lock_migrations(&self) -> Result<Option<DatabaseTransaction>, Error> {
        if self.write.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let lock = self.write.begin().await?;
        let sql = "SELECT pg_advisory_xact_lock($1)";
        lock.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [MIGRATION_LOCK.into()]))
            .await?;
        Ok(Some(lock))
    }

    /// Closes all connections.
    pub async fn close(self) {
        self.read.close().await.or_log("closing the database");
        self.write.close().await.or_log("closing the database");
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(self.read.ping().await?)
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

fn newer(error: sea_orm::DbErr) -> Error {
    if error.to_string().contains("missing") {
        Error::internal(format!("the database is newer than this version of oskar: {error}"))
    } else {
        error.into()
    }
}
