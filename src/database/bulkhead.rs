//! One organisation's trouble stays its own: of each, only a few writes are under way at once.
//!
//! A write that waits for a lock keeps a connection. If all those that write waited for one organisation's row, the
//! others could write nothing. SQLite has one writer and no locks of rows: there it is not needed.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::Database;
use crate::error::Error;
use crate::gates::{Gates, Place};
use crate::id::OrganisationId;

/// So many writes of one organisation have a connection at most, however many there are.
const MOST_UNDER_WAY: u32 = 4;
/// So many more wait for their turn, in memory. The next is refused at once.
const WAITING: usize = 16;

#[derive(Debug)]
pub(super) struct Bulkhead {
    under_way: Gates<OrganisationId>,
    all: Gates<OrganisationId>,
    at_once: usize,
    patience: Duration,
}

/// A write's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _places: Option<[Place; 2]>,
}

impl Bulkhead {
    /// With that many connections that write, and the longest that a write waits for a lock.
    pub fn new(writers: u32, lock_timeout: TimeDelta) -> Arc<Self> {
        let at_once = (writers / 2).clamp(1, MOST_UNDER_WAY);
        Arc::new(Self {
            under_way: Gates::default(),
            all: Gates::default(),
            at_once: usize::try_from(at_once).unwrap_or(1),
            patience: lock_timeout.to_std().unwrap_or_default(),
        })
    }

    async fn enter(&self, organisation: OrganisationId) -> Result<[Place; 2], Error> {
        let place = self.all.try_enter(organisation, self.at_once + WAITING).ok_or(Error::Busy)?;
        let turn = self.under_way.enter(organisation, self.at_once);
        let turn = tokio::time::timeout(self.patience, turn).await.map_err(|_| Error::Busy)??;
        Ok([turn, place])
    }
}

impl Database {
    /// Waits until a write that concerns an organisation, or none, may begin. The turn is held until the write is over.
    ///
    /// # Errors
    /// [`Error::Busy`] at once if too many wait already, and after the lock timeout.
    pub async fn turn(&self, organisation: impl Into<Option<OrganisationId>>) -> Result<Turn, Error> {
        let places = match (&self.bulkhead, organisation.into()) {
            (Some(bulkhead), Some(organisation)) => Some(bulkhead.enter(organisation).await?),
            _ => None,
        };
        Ok(Turn { _places: places })
    }
}
