//! Connecting: which database, and what goes on beside the connections.

use std::sync::Arc;

use super::bulkhead::Bulkhead;
use super::condition::Condition;
use super::{Database, postgres, sqlite};
use crate::config::Config;
use crate::error::Error;

impl Database {
    /// Connects; makes the SQLite file if there is none. Nothing is migrated yet.
    ///
    /// # Errors
    /// A sentence for the operator, within about two seconds.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let condition = Arc::<Condition>::default();
        if let Some(file) = config.database_file() {
            // Before it is opened: SQLite would make a database of an empty file.
            if sqlite::is_empty(&file) && config.had_data() {
                return Err(Error::internal(config.lost_data()));
            }
            let sqlite::Pools { read, write } = sqlite::connect(config, &file).await?;
            return Ok(Self::new(read, write.clone(), write, condition));
        }
        let postgres::Pools { read, write, probe, writers, server } =
            postgres::connect(config, &condition).await?;
        Ok(Self {
            bulkhead: Some(Bulkhead::new(writers)),
            migrating: Some(server),
            ..Self::new(read, write, probe, condition)
        })
    }
}
