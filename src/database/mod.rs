//! The connection to the database: SQLite (one writer, readers apart) or PostgreSQL (a pool that reads, a pool that
//! writes).

mod bulkhead;
mod connect;
mod migrations;
mod postgres;
mod refusal;
mod sqlite;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::PgConnectOptions;

use crate::config::Config;

use crate::error::{Error, OrLog};
use bulkhead::Bulkhead;
pub use bulkhead::Turn;

/// Reads go to [`Database::read`], writes through [`Database::begin`].
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// How migrations connect to PostgreSQL.
    migrating: Option<PgConnectOptions>,
    bulkhead: Option<Arc<Bulkhead>>,
}

impl Database {
    /// No database at all: enough to draw the route table.
    pub fn disconnected() -> Self {
        let none = DatabaseConnection::default;
        Self { read: none(), write: none(), migrating: None, bulkhead: None }
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

    /// Looks for damage in SQLite's file, for no longer than `within`. True if all of it was looked at.
    ///
    /// # Errors
    /// A sentence for the operator if it is damaged.
    pub async fn check(config: &Config, within: Duration) -> Result<bool, Error> {
        sqlite::check(config, within).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(self.read.ping().await?)
    }
}
