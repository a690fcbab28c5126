//! Connecting: which database, and what goes on beside the connections.

use std::sync::Arc;

use super::bulkhead::Bulkhead;
use super::condition::Condition;
use super::event_log::EventLog;
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
        let (events, caps, catalogue) = (event_log(config)?, config.limits.caps, config.permissions.clone());
        if let Some(file) = config.database_file() {
            // Before it is opened: SQLite would make a database of an empty file.
            if sqlite::is_empty(&file) && config.had_data() {
                return Err(Error::internal(config.lost_data()));
            }
            let sqlite::Pools { read, write } = sqlite::connect(config, &file).await?;
            return Ok(Self { events, caps, catalogue, ..Self::new(read, write.clone(), write, condition) });
        }
        let postgres::Pools { read, write, probe, writers, server } =
            postgres::connect(config, &condition).await?;
        Ok(Self {
            bulkhead: Some(Bulkhead::new(writers)),
            migrating: Some(server),
            events,
            caps,
            catalogue,
            ..Self::new(read, write, probe, condition)
        })
    }
}

/// Opened at the start, so that a path that cannot be written stops the server at once.
fn event_log(config: &Config) -> Result<EventLog, Error> {
    let opened = EventLog::open(config.log.events.as_ref());
    opened.map_err(|error| Error::internal(format!("`log.events`: the file cannot be written: {error}")))
}
