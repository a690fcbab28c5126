//! Write transactions.

use sea_orm::{DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use super::Database;
use crate::error::Error;

impl Database {
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
}
