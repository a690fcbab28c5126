//! The connection to the database: SQLite (one writer, readers apart) or PostgreSQL (a pool that reads, a pool that
//! writes).

mod bulkhead;
mod condition;
mod connect;
mod event_log;
mod migrations;
mod postgres;
mod pulse;
mod reader;
mod refusal;
mod release;
mod sqlite;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::PgConnectOptions;

use crate::config::{Caps, Config};
use crate::error::{Error, OrLog};
use crate::permission::Catalogue;
use bulkhead::Bulkhead;
use event_log::EventLog;
use pulse::Pulse;

pub use bulkhead::Turn;
pub use reader::Reader;
pub use transaction::Transaction;

/// Reads go to [`Database::read`], writes through [`Database::begin`].
#[derive(Clone, Debug)]
pub struct Database {
    reader: Reader,
    write: DatabaseConnection,
    /// Used for nothing but the write that is tried; on SQLite the writer.
    probe: DatabaseConnection,
    pulse: Arc<Pulse>,
    /// How migrations connect to PostgreSQL.
    migrating: Option<PgConnectOptions>,
    bulkhead: Option<Arc<Bulkhead>>,
    events: EventLog,
    caps: Caps,
    catalogue: Catalogue,
}

impl Database {
    fn new(
        read: DatabaseConnection,
        write: DatabaseConnection,
        probe: DatabaseConnection,
        condition: Arc<condition::Condition>,
    ) -> Self {
        let pulse = Pulse::new(probe.clone(), condition);
        let reader = Reader { connections: read, pulse: pulse.clone() };
        Self {
            reader,
            write,
            probe,
            pulse,
            migrating: None,
            bulkhead: None,
            events: EventLog::default(),
            caps: Caps::default(),
            catalogue: Catalogue::default(),
        }
    }

    /// No database at all: enough to draw the route table.
    pub fn disconnected() -> Self {
        let none = DatabaseConnection::default;
        Self::new(none(), none(), none(), Arc::default())
    }

    /// For reading outside a transaction.
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// What an operator has to know of the log of events (`log.events`), if anything.
    pub fn event_log_problem(&self) -> Option<String> {
        self.events.problem()
    }

    /// Closes all connections.
    pub async fn close(self) {
        for connections in [self.reader.connections, self.write, self.probe] {
            connections.close().await.or_log("closing the database");
        }
    }

    /// Looks for damage in SQLite's file, for no longer than `within`. True if all of it was looked at.
    ///
    /// # Errors
    /// A sentence for the operator if it is damaged.
    pub async fn look_for_damage(config: &Config, within: Duration) -> Result<bool, Error> {
        sqlite::look_for_damage(config, within).await
    }

    /// Whether the database can be written, found out by a write. Answers in a second.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`]; for a minute also after something damaged was read.
    pub async fn check(&self) -> Result<(), Error> {
        if !self.pulse.lives().await {
            return Err(Error::StorageUnavailable("the database cannot be written".into()));
        }
        if self.pulse.condition.is_damaged() {
            return Err(Error::StorageUnavailable("the database is damaged".into()));
        }
        Ok(())
    }
}
