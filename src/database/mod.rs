//! The connection to the database: SQLite (one writer, readers apart) or PostgreSQL (one pool).

mod connect;
mod migrations;
mod transaction;

use sea_orm::DatabaseConnection;

use crate::error::{Error, OrLog};

/// Reads go to [`Database::read`], writes through [`Database::begin`].
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Database {
    /// No database at all: enough to draw the route table.
    pub fn disconnected() -> Self {
        Self { read: DatabaseConnection::default(), write: DatabaseConnection::default() }
    }

    /// For reading outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
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
