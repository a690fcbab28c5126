//! The connection to the database: SQLite (one writer, readers apart) or PostgreSQL (one pool).

mod condition;
mod connect;
mod migrations;
mod pulse;
mod reader;
mod release;
mod transaction;

use std::sync::Arc;

use sea_orm::DatabaseConnection;

use crate::error::{Error, OrLog};
use pulse::Pulse;

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
}

impl Database {
    fn new(
        read: DatabaseConnection,
        write: DatabaseConnection,
        probe: DatabaseConnection,
        condition: Arc<condition::Condition>,
    ) -> Self {
        let pulse = Pulse::new(probe.clone(), condition);
        Self { reader: Reader { connections: read, pulse: pulse.clone() }, write, probe, pulse }
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

    /// Closes all connections.
    pub async fn close(self) {
        for connections in [self.reader.connections, self.write, self.probe] {
            connections.close().await.or_log("closing the database");
        }
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
