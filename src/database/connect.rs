//! Connecting: which database, and how many connections.

use super::bulkhead::Bulkhead;
use super::{Database, postgres, sqlite};
use crate::config::Config;
use crate::error::Error;

impl Database {
    /// Connects; makes the SQLite file if there is none. Nothing is migrated yet.
    ///
    /// # Errors
    /// A sentence for the operator, within about two seconds.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        if let Some(file) = config.database_file() {
            // Before it is opened: SQLite would make a database of an empty file.
            if sqlite::is_empty(&file) && config.had_data() {
                return Err(Error::internal(config.lost_data()));
            }
            let sqlite::Pools { read, write } = sqlite::connect(config, &file).await?;
            return Ok(Self { read, write, migrating: None, bulkhead: None });
        }
        let postgres::Pools { read, write, writers, server } = postgres::connect(config).await?;
        let bulkhead = Some(Bulkhead::new(writers, config.database_time.lock));
        Ok(Self { read, write, migrating: Some(server), bulkhead })
    }
}
