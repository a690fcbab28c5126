//! Whether the database lives: a write that changes nothing of ours, tried when a caller asks, and when an answer
//! takes long.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::condition::Condition;
use crate::limits::deadline;

/// How long a request waits for one answer of the database before it doubts that the database lives.
const PATIENCE: Duration = Duration::from_millis(300);
/// The same for commands and background jobs, whose answer no client waits for.
const LONG_PATIENCE: Duration = Duration::from_secs(10);
/// How long the write that is tried may take. With [`PATIENCE`] it stays below the two seconds in which a request is
/// answered whatever happens to the database.
const PROBE: Duration = Duration::from_secs(1);
pub(super) const SILENT: &str = "the database does not answer";

/// Tries whether the database lives.
#[derive(Debug)]
pub(super) struct Pulse {
    /// SQLite: the writer. PostgreSQL: a connection of its own, so that a pool whose connections all wait for one row
    /// is not taken for a dead database.
    connection: DatabaseConnection,
    pub condition: Arc<Condition>,
    /// The probe under way.
    probe: Mutex<Option<watch::Receiver<Option<bool>>>>,
}

/// SQLite takes its lock at once, so that no write fails half way because another came first.
pub(super) fn at_once() -> TransactionOptions {
    TransactionOptions {
        isolation_level: None,
        access_mode: None,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    }
}

impl Pulse {
    pub fn new(connection: DatabaseConnection, condition: Arc<Condition>) -> Arc<Self> {
        Arc::new(Self { connection, condition, probe: Mutex::default() })
    }

    /// Waits for an answer of the database as long as the database lives.
    pub async fn patiently<T>(
        self: &Arc<Self>,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        tokio::select! {
            biased;
            done = self.observed(work) => done,
            () = self.until_dead() => Err(DbErr::Conn(RuntimeErr::Internal(SILENT.to_owned()))),
        }
    }

    /// Returns when the caller's patience has ended and the database does not answer the write that is tried then.
    pub async fn until_dead(self: &Arc<Self>) {
        let patience = if deadline::is_request() { PATIENCE } else { LONG_PATIENCE };
        loop {
            sleep(patience).await;
            if !self.lives().await {
                return;
            }
        }
    }

    /// Waits for an answer of the database, and keeps in mind how it came out.
    pub async fn observed<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let mut work = pin!(work);
        // Declared after `work`, so that it is dropped before: a connection that goes back to its pool because of the
        // interruption is looked at with the interruption in mind.
        let mut unanswered = Unanswered { condition: &self.condition, is_answered: false };
        let outcome = work.as_mut().await;
        unanswered.is_answered = true;
        if let Err(error) = &outcome {
            self.condition.failed(error);
        }
        outcome
    }

    /// Whether the database can be written. All who ask at once get the answer of the same try, which takes
    /// [`PROBE`] at most; a client that hangs up does not end it for the others.
    pub async fn lives(self: &Arc<Self>) -> bool {
        let mut answer = {
            let mut probe = self.probe.lock().unwrap_or_else(PoisonError::into_inner);
            match &*probe {
                Some(running) if running.borrow().is_none() && running.has_changed().is_ok() => {
                    running.clone()
                }
                _ => {
                    let (told, answer) = watch::channel(None);
                    let pulse = self.clone();
                    tokio::spawn(async move { told.send_replace(Some(pulse.try_write().await)) });
                    probe.insert(answer).clone()
                }
            }
        };
        answer.wait_for(Option::is_some).await.is_ok_and(|lives| *lives == Some(true))
    }

    async fn try_write(&self) -> bool {
        let commits = self.condition.commits();
        match timeout(PROBE, self.observed(self.write())).await {
            Ok(Ok(())) => self.condition.committed(),
            // Others may have kept the writer busy all the time.
            Ok(Err(_)) | Err(_) => return self.condition.commits() != commits,
        }
        true
    }

    async fn write(&self) -> Result<(), DbErr> {
        let txn = self.connection.begin_with_options(at_once()).await?;
        let sql = match txn.get_database_backend() {
            // A number in the file's header that SQLite leaves to applications. A row that is written as it was would
            // not reach the disk.
            DbBackend::Sqlite => {
                let version = Statement::from_string(DbBackend::Sqlite, "PRAGMA user_version");
                let version = txn.query_one_raw(version).await?.map(|row| row.try_get_by_index::<i32>(0));
                format!("PRAGMA user_version = {}", version.transpose()?.unwrap_or(0).wrapping_add(1))
            }
            // Not if the row is locked: another node may be at the same.
            _ => "UPDATE instance SET id = id WHERE id IN (SELECT id FROM instance FOR UPDATE SKIP LOCKED)"
                .to_owned(),
        };
        txn.execute_unprepared(&sql).await?;
        txn.commit().await
    }
}

/// An answer that has not come yet.
struct Unanswered<'a> {
    condition: &'a Condition,
    is_answered: bool,
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.condition.interrupted();
        }
    }
}
