//! Write transactions: what they commit is committed, and of what they do not commit nothing stays.
//!
//! A commit is believed for four reasons, each of which has its place:
//!
//! - The connection was in no transaction before ([`super::release`]), so that `COMMIT` ends the outermost one and is
//!   never only the release of a savepoint.
//! - Each statement was answered and none failed ([`Transaction::run`]). SQLite ends a transaction by itself on some
//!   failures, and later statements would each be committed alone; PostgreSQL answers `COMMIT` after a failure with
//!   `ROLLBACK`, which the driver does not tell from a commit.
//! - The request's time was not over ([`crate::limits::deadline`]).
//! - The database answered `COMMIT` without an error. SQLite refuses it outside a transaction.
//!
//! Audit events go to the log of events only then, so that it never tells of what was rolled back.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait,
};
use serde_json::Value;

use super::Database;
use super::event_log::EventLog;
use super::pulse::{Pulse, at_once};
use crate::config::Caps;
use crate::error::Error;
use crate::limits::deadline::{self, Committing};
use crate::permission::Catalogue;

impl Database {
    /// Begins a write.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`], [`Error::Busy`], and [`Error::Timeout`] when the request's time is over.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        deadline::check()?;
        let inner = self.pulse.patiently(self.write.begin_with_options(at_once())).await?;
        Ok(Transaction {
            inner,
            pulse: self.pulse.clone(),
            failed: OnceLock::new(),
            event_log: self.events.clone(),
            events: Mutex::default(),
            caps: self.caps,
            catalogue: self.catalogue.clone(),
        })
    }
}

/// The events of a transaction. What they touched is to be collected here, too, once caches have to be told of it.
#[derive(Debug, Default)]
struct Events {
    needed: bool,
    any: bool,
    /// Lines for the log of events, if there is one.
    lines: String,
}

/// A write in progress. Dropped without [`Transaction::commit`], it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    inner: DatabaseTransaction,
    pulse: Arc<Pulse>,
    /// The first failure; nothing is done or committed after it.
    failed: OnceLock<DbErr>,
    event_log: EventLog,
    events: Mutex<Events>,
    caps: Caps,
    catalogue: Catalogue,
}

impl Transaction {
    /// Commits. What this answers without an error is stored for good.
    ///
    /// # Errors
    /// [`Error::Timeout`] when the request's time is over, and the failure of an earlier statement: nothing is stored
    /// then. [`Error::StorageUnavailable`]: nothing is stored, unless the connection broke while the database
    /// committed; then all of it may be.
    pub async fn commit(self) -> Result<(), Error> {
        if let Some(failure) = self.failed.into_inner() {
            return Err(failure.into());
        }
        let _committing = Committing::begin()?;
        match self.inner.get_database_backend() {
            DbBackend::Sqlite => self.pulse.observed(self.inner.commit()).await?,
            _ => self.pulse.patiently(self.inner.commit()).await?,
        }
        self.pulse.condition.committed();
        self.event_log.write(self.events.into_inner().unwrap_or_else(PoisonError::into_inner).lines);
        Ok(())
    }

    /// Notes an audit event of this transaction, also for the log of events (`log.events`).
    pub fn note_event(&self, event: impl FnOnce() -> Value) {
        let mut events = self.events();
        events.any = true;
        if self.event_log.is_on() {
            events.lines.extend([event().to_string(), "\n".to_owned()]);
        }
    }

    /// Rows were written that an event must tell of.
    pub fn need_event(&self) {
        self.events().needed = true;
    }

    /// Whether an event is needed and none was noted.
    pub fn lacks_event(&self) -> bool {
        let events = self.events();
        events.needed && !events.any
    }

    fn events(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of everything there may be. Each write carries it, so that no door can forget it.
    pub fn caps(&self) -> Caps {
        self.caps
    }

    /// The permissions of each role: a write compares what the caller holds with what it would give to another user or key.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Rolls back, and waits until that is done.
    pub async fn rollback(self) -> Result<(), Error> {
        if self.failed.get().is_some() {
            // SQLite may have ended it by itself; what is dropped is looked at.
            return Ok(());
        }
        Ok(self.pulse.patiently(self.inner.rollback()).await?)
    }

    async fn run<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if let Some(failure) = self.failed.get() {
            return Err(failure.clone());
        }
        let mut outcome = Outcome { failed: &self.failed, failure: Some(interrupted()) };
        let answer = match self.inner.get_database_backend() {
            // A statement of SQLite's writer waits for nothing but the disk.
            DbBackend::Sqlite => self.pulse.observed(work).await,
            _ => self.pulse.patiently(work).await,
        };
        outcome.failure = answer.as_ref().err().cloned();
        answer
    }
}

fn interrupted() -> DbErr {
    DbErr::Custom("a statement of this transaction was given up before it was answered".to_owned())
}

/// Keeps a failure when it is dropped, so that a statement that is given up counts as one.
struct Outcome<'a> {
    failed: &'a OnceLock<DbErr>,
    failure: Option<DbErr>,
}

impl Drop for Outcome<'_> {
    fn drop(&mut self) {
        if let Some(failure) = self.failure.take() {
            self.failed.get_or_init(|| failure);
        }
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(self.inner.query_all_raw(statement)).await
    }
}
