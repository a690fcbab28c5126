//! PostgreSQL: connections that read and connections that write, with time limits on each.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector};

use super::condition::Condition;
use super::refusal::{POOLER, refusal, silent};
use super::{Database, release};
use crate::config::{Config, DatabaseTime};
use crate::error::Error;

/// How long the first connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection that is ended may take to end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a request waits for a connection of a database that lives (`pulse.rs` finds out sooner if it does not).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a migration waits for another process that migrates, or for a lock.
const MIGRATION_LOCK_TIMEOUT: TimeDelta = TimeDelta::seconds(60);
/// What is acknowledged survives a crash of the server, whatever its default is. (Stricter ones stay.)
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// In which order two idle connections are asked which process serves them. Not by turns: a pooler that goes round
/// its own connections would serve both by the same one every time.
const ASKED: [usize; 7] = [0, 1, 1, 0, 1, 0, 0];

pub(super) struct Pools {
    pub read: DatabaseConnection,
    pub write: DatabaseConnection,
    /// One more, for nothing but the write that is tried.
    pub probe: DatabaseConnection,
    /// How many connections write.
    pub writers: u32,
    pub server: PgConnectOptions,
}

/// Half of the connections only read: however many writes wait for a lock, verification goes on. A single
/// connection has to do both.
pub(super) async fn connect(config: &Config, condition: &Arc<Condition>) -> Result<Pools, Error> {
    let server = PgConnectOptions::from_str(&config.database_url).map_err(Error::internal)?;
    // Poolers refuse start-up parameters that they do not know, and nothing here is a floating-point number.
    let mut server = server.extra_float_digits(None).disable_statement_logging();
    if server.get_application_name().is_none() {
        server = server.application_name("oskar");
    }
    try_out(&server).await?;
    let connections = config.database_connections;
    let writers = Ord::max(connections / 2, 1);
    let limits = time_limits(&config.database_time);
    let pool = |connections| release::look_at_postgres(pool(connections, &limits), condition);
    let open = async |pool: PgPoolOptions| {
        let opened = pool.connect_with(server.clone()).await;
        opened.map_err(|error| Error::internal(refusal(&server, &error)))
    };
    let write = open(pool(writers)).await?;
    let read = if connections > 1 { open(pool(connections - writers)).await? } else { write.clone() };
    let probe = pool(1).min_connections(0).connect_lazy_with(server.clone());
    let [read, write, probe] = [read, write, probe].map(SqlxPostgresConnector::from_sqlx_postgres_pool);
    Ok(Pools { read, write, probe, writers, server })
}

/// A connection for migrations alone, which may take as long as they need.
pub(super) async fn connect_to_migrate(server: &PgConnectOptions) -> Result<DatabaseConnection, Error> {
    let limits = set([
        ("lock_timeout", MIGRATION_LOCK_TIMEOUT),
        ("statement_timeout", TimeDelta::zero()),
        ("idle_in_transaction_session_timeout", MIGRATION_LOCK_TIMEOUT),
    ]);
    let opened = pool(1, &limits).connect_with(server.clone()).await;
    let pool = opened.map_err(|error| Error::internal(refusal(server, &error)))?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

fn pool(connections: u32, limits: &str) -> PgPoolOptions {
    let settings = format!("{limits}; {DURABLE}");
    PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // Not start-up parameters, which poolers refuse.
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move { connection.execute(AssertSqlSafe(settings)).await.map(drop) })
        })
}

fn time_limits(time: &DatabaseTime) -> String {
    set([
        ("lock_timeout", time.lock),
        ("statement_timeout", time.statement),
        ("idle_in_transaction_session_timeout", time.idle_in_transaction),
    ])
}

fn set(limits: [(&str, TimeDelta); 3]) -> String {
    limits.map(|(name, limit)| format!("SET {name} = {}", limit.num_milliseconds())).join("; ")
}

/// Connects once, so that what is wrong is told in its own words, and looks whether a pooler hands the connection
/// around.
async fn try_out(server: &PgConnectOptions) -> Result<(), Error> {
    let mut first = open(server).await.map_err(Error::internal)?;
    // A server that has only one connection left has no pooler to be found out.
    let found = match open(server).await {
        Ok(mut second) => {
            let look = is_handed_around(&mut first, &mut second);
            let found = tokio::time::timeout(CONNECT_TIMEOUT, look).await.unwrap_or(Ok(false));
            end(second).await;
            found
        }
        Err(_) => Ok(false),
    };
    end(first).await;
    match found {
        Ok(false) => Ok(()),
        Ok(true) => Err(Error::internal(POOLER)),
        Err(error) => Err(Error::internal(refusal(server, &error))),
    }
}

/// Takes leave of the server, so that it does not log a lost connection, and waits only a moment for it to hang up.
///
/// Never `close_hard`, and never without a limit: before the driver closes a connection by TLS, it waits until the
/// server has sent something, and a server that was not told of the end sends nothing.
async fn end(connection: PgConnection) {
    match tokio::time::timeout(CLOSE_TIMEOUT, connection.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "PostgreSQL hung up first"),
        Err(_) => tracing::debug!("PostgreSQL did not hang up"),
    }
}

/// Whether two connections, both of them open, are served by one process, or one of them by several.
async fn is_handed_around(first: &mut PgConnection, second: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let connections = [first, second];
    let mut served_by = [None, None];
    for asked in ASKED {
        let process = process(connections[asked]).await?;
        let other = &served_by[1 - asked];
        let before = served_by[asked].as_ref();
        if other.as_ref() == Some(&process) || before.is_some_and(|before| *before != process) {
            return Ok(true);
        }
        served_by[asked] = Some(process);
    }
    Ok(false)
}

async fn open(server: &PgConnectOptions) -> Result<PgConnection, String> {
    match tokio::time::timeout(CONNECT_TIMEOUT, server.connect()).await {
        Ok(connected) => connected.map_err(|error| refusal(server, &error)),
        Err(_) => Err(silent(server, CONNECT_TIMEOUT)),
    }
}

/// The server's process behind a connection. Without a prepared statement, which a pooler may lose.
async fn process(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::raw_sql("SELECT pg_backend_pid()::text").fetch_one(connection).await?.try_get(0)
}

impl Database {
    /// Lets the statements of this transaction take as long as they need.
    pub async fn without_time_limit(&self, txn: &impl ConnectionTrait) -> Result<(), Error> {
        if self.migrating.is_some() {
            txn.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        }
        Ok(())
    }
}
