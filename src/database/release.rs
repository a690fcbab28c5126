//! What a connection passes before another transaction gets it.
//!
//! The driver counts transactions by itself, and can be wrong: SQLite ends a transaction on `SQLITE_FULL` or
//! `SQLITE_IOERR` and then refuses the rollback, after which the driver takes each `BEGIN` for a savepoint; a `BEGIN`
//! that is given up on PostgreSQL may have begun a transaction that is not counted. A connection that may be in a
//! transaction is closed, and the pool opens another one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnection, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnection, SqlitePoolOptions};
use sea_orm::sqlx::{Connection, Error, Executor, query_scalar};

use super::condition::Condition;

/// How long a connection may take to show that it can be used again.
const LOOK: Duration = Duration::from_secs(1);

/// Looks at each connection to SQLite that comes back, and once more before it is given away.
pub(super) fn look_at_sqlite(pool: SqlitePoolOptions) -> SqlitePoolOptions {
    pool.after_connect(|connection, _| Box::pin(make_room(connection)))
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .after_release(|connection, _| Box::pin(within(is_free_sqlite(connection))))
}

/// Looks at each connection to PostgreSQL that comes back, and once more before it is given away. The server is asked
/// only after something was interrupted: that takes a way to the server and back.
pub(super) fn look_at_postgres(pool: PgPoolOptions, condition: &Arc<Condition>) -> PgPoolOptions {
    let condition = condition.clone();
    pool.before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .after_release(move |connection, _| {
            let is_disturbed = condition.is_disturbed();
            Box::pin(within(is_free_postgres(connection, is_disturbed)))
        })
}

/// A connection that does not answer is closed: waiting for it would take it away from the pool for ever.
async fn within(look: impl Future<Output = Result<bool, Error>>) -> Result<bool, Error> {
    tokio::time::timeout(LOOK, look).await.unwrap_or(Err(Error::PoolTimedOut))
}

/// The connection may take the place of one that failed because the disk is full. The write-ahead log then has to begin
/// anew in the room that it has, so its pages go to the file first, if the file has room for them.
async fn make_room(connection: &mut SqliteConnection) -> Result<(), Error> {
    if let Err(error) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await {
        tracing::debug!(%error, "there is no room for a checkpoint");
    }
    Ok(())
}

async fn is_free_sqlite(connection: &mut SqliteConnection) -> Result<bool, Error> {
    // The rollback of what was dropped stands in the connection's queue, before these.
    if connection.execute("BEGIN").await.is_err() {
        return Ok(false);
    }
    connection.execute("ROLLBACK").await?;
    Ok(!connection.is_in_transaction())
}

async fn is_free_postgres(connection: &mut PgConnection, is_disturbed: bool) -> Result<bool, Error> {
    if is_disturbed {
        // Within a transaction the first is the time of its beginning.
        let is_in_transaction = query_scalar("SELECT transaction_timestamp() <> statement_timestamp()");
        if is_in_transaction.fetch_one(&mut *connection).await? {
            return Ok(false);
        }
    }
    Ok(!connection.is_in_transaction())
}
