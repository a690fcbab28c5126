//! SQLite: one connection that writes, others that read, and a look at the file for damage.

use std::path::Path;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxSqliteConnector};

use super::release;
use crate::config::Config;
use crate::error::{Error, StorageFailure};

/// How long a writer waits for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for a reader, which waits for others only while they open or repair the file.
const READER_BUSY_TIMEOUT: Duration = Duration::from_secs(1);
/// The number of pages (4 KiB each) at which SQLite copies the write-ahead log into the file and starts the log anew.
/// SQLite's default of 1000 pages can fill a small disk with the log alone, and then the file cannot grow to take it in.
const LOGGED_PAGES: &str = "256";
/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How many steps of SQLite's virtual machine a check runs before it looks at the clock again.
const STEPS: i32 = 10_000;

pub(super) struct Pools {
    pub read: DatabaseConnection,
    pub write: DatabaseConnection,
}

pub(super) async fn connect(config: &Config, file: &Path) -> Result<Pools, Error> {
    make_private_file(file)?;
    let told = |error: sqlx::Error| refusal(file, error);
    let options = options(config, file)?;
    let writer = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was answered must survive a power cut, not only a crash.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("wal_autocheckpoint", LOGGED_PAGES);
    let write = release::look_at_sqlite(pool(1)).connect_with(writer).await.map_err(told)?;
    let reader = options.read_only(true).busy_timeout(READER_BUSY_TIMEOUT);
    let read = pool(config.database_connections).connect_with(reader).await.map_err(told)?;
    Ok(Pools {
        read: SqlxSqliteConnector::from_sqlx_sqlite_pool(read),
        write: SqlxSqliteConnector::from_sqlx_sqlite_pool(write),
    })
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).min_connections(1).acquire_timeout(ACQUIRE_TIMEOUT)
}

fn options(config: &Config, file: &Path) -> Result<SqliteConnectOptions, Error> {
    let options = SqliteConnectOptions::from_str(&config.database_url).map_err(Error::internal)?;
    // Absolute: SQLite would take a name that begins with `file:` for an address.
    let file = std::path::absolute(file).map_err(Error::internal)?;
    Ok(options.filename(file).busy_timeout(BUSY_TIMEOUT).disable_statement_logging())
}

/// Whether there is no file, or nothing in it.
pub(super) fn is_empty(file: &Path) -> bool {
    std::fs::metadata(file).map_or(true, |file| file.len() == 0)
}

/// SQLite would make the file, and its WAL after the file's example, readable by every user of the machine.
fn make_private_file(file: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop).map_err(|error| unwritable(file, error))
}

fn refusal(file: &Path, error: sqlx::Error) -> Error {
    let error = DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    if StorageFailure::of(&error) == Some(StorageFailure::Damaged) {
        Error::internal(damaged(&file.display().to_string(), &error.to_string()))
    } else {
        unwritable(file, error)
    }
}

fn unwritable(file: &Path, error: impl std::fmt::Display) -> Error {
    Error::internal(format!(
        "{}: {error}. Oskar's user has to be able to write this file and to make files beside it",
        file.display()
    ))
}

fn damaged(file: &str, what: &str) -> String {
    format!("{file} is damaged, or no SQLite database: restore the last good backup ({what})")
}

/// Looks for damaged pages, for no longer than `within`. True if the whole file was looked at.
pub(super) async fn look_for_damage(config: &Config, within: Duration) -> Result<bool, Error> {
    let Some(file) = config.database_file().filter(|file| !is_empty(file)) else { return Ok(true) };
    let told = |error: sqlx::Error| refusal(&file, error);
    let mut connection = options(config, &file)?.connect().await.map_err(told)?;
    let until = Instant::now() + within;
    connection.lock_handle().await.map_err(told)?.set_progress_handler(STEPS, move || Instant::now() < until);
    let checked: Result<String, _> =
        sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut connection).await;
    connection.close().await.map_err(told)?;
    match checked {
        Ok(outcome) if outcome == "ok" => Ok(true),
        Ok(outcome) => Err(Error::internal(damaged(&file.display().to_string(), &outcome))),
        // SQLITE_INTERRUPT
        Err(error)
            if error.as_database_error().and_then(sea_orm::sqlx::error::DatabaseError::code).as_deref()
                == Some("9") =>
        {
            Ok(false)
        }
        Err(error) => Err(told(error)),
    }
}
