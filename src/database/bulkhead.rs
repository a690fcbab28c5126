//! One organisation's trouble stays its own: of each, only a few writes are under way at once.
//!
//! A write that waits for a lock keeps a connection. If all those that write waited for one organisation's row, the
//! others could write nothing. SQLite has one writer and no locks of rows: there it is not needed.

use std::sync::Arc;
use std::time::Duration;

use super::Database;
use super::pulse::SILENT;
use crate::error::Error;
use crate::id::OrganisationId;
use crate::limits::gates::{Gates, Permit};

/// The most writes of one organisation that have a connection at the same time.
const MOST_UNDER_WAY: u32 = 4;
/// The most writes that wait for their turn, in memory. The next one is refused at once.
const WAITING: usize = 16;
/// How long a write waits for its turn. While it waits it holds nothing that others need.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Bulkhead {
    under_way: Gates<OrganisationId>,
    all: Gates<OrganisationId>,
    at_once: usize,
}

/// A write's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _places: Vec<Permit>,
}

/// How many may wait for their turn in an organisation.
#[derive(Clone, Copy, Debug)]
enum Crowd {
    Small,
    Any,
}

impl Bulkhead {
    /// With that many connections that write.
    pub fn new(writers: u32) -> Arc<Self> {
        let at_once = (writers / 2).clamp(1, MOST_UNDER_WAY);
        Arc::new(Self {
            under_way: Gates::default(),
            all: Gates::default(),
            at_once: usize::try_from(at_once).unwrap_or(1),
        })
    }

    async fn enter(&self, organisation: OrganisationId, crowd: Crowd) -> Result<Vec<Permit>, Error> {
        let waiting = match crowd {
            Crowd::Small => {
                Some(self.all.try_enter(organisation, self.at_once + WAITING).ok_or(Error::Busy)?)
            }
            Crowd::Any => None,
        };
        let turn = self.under_way.enter(organisation, self.at_once);
        let turn = tokio::time::timeout(PATIENCE, turn).await.map_err(|_| Error::Busy)??;
        Ok(waiting.into_iter().chain([turn]).collect())
    }
}

impl Database {
    /// Waits until a write that concerns an organisation, or none, may begin. The turn is held until the write is over.
    ///
    /// # Errors
    /// [`Error::Busy`] at once if too many wait already, and if its turn does not come in ten seconds;
    /// [`Error::StorageUnavailable`] if those before it wait for a database that is dead.
    pub async fn turn(&self, organisation: impl Into<Option<OrganisationId>>) -> Result<Turn, Error> {
        self.turn_in(organisation.into(), Crowd::Small).await
    }

    /// The same for a sign-in whose password was right: however many wait, none is refused because of the others. How
    /// many come is bounded by the budgets of guesses and the queue of the hasher.
    ///
    /// # Errors
    /// Those of [`Database::turn`], but not at once.
    pub async fn turn_to_sign_in(&self, organisation: Option<OrganisationId>) -> Result<Turn, Error> {
        self.turn_in(organisation, Crowd::Any).await
    }

    async fn turn_in(&self, organisation: Option<OrganisationId>, crowd: Crowd) -> Result<Turn, Error> {
        let places = match (&self.bulkhead, organisation) {
            (Some(bulkhead), Some(organisation)) => tokio::select! {
                biased;
                places = bulkhead.enter(organisation, crowd) => places?,
                () = self.pulse.until_dead() => return Err(Error::StorageUnavailable(SILENT.into())),
            },
            _ => Vec::new(),
        };
        Ok(Turn { _places: places })
    }
}
