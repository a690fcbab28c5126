//! Time as an argument: the only place that asks the system what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// UTC with microseconds: as much as PostgreSQL stores.
pub type Timestamp = DateTime<Utc>;

/// Whole seconds, rounded up, at least one: after that time a client is let in.
pub fn seconds_to_wait(wait: TimeDelta) -> u64 {
    let milliseconds = u64::try_from(wait.num_milliseconds()).unwrap_or(0);
    Ord::max(milliseconds.div_ceil(1000), 1)
}

/// Where the time comes from. Tests move a [`Clock::Manual`]; nothing sleeps.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved; microseconds since 1970.
    Manual(Arc<AtomicI64>),
    /// The machine's clock, less that many microseconds: an example writes events of past days with it.
    Behind(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that starts at the machine's time and moves only by [`Clock::advance`].
    pub fn manual() -> Self {
        Self::Manual(Arc::new(AtomicI64::new(Self::System.now().timestamp_micros())))
    }

    /// A clock that goes with the machine's until it is set back.
    pub fn behind() -> Self {
        Self::Behind(Arc::default())
    }

    /// The time, truncated to microseconds so that it reads back from any database as it was written.
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that may")]
        let machine = || Utc::now().timestamp_micros();
        let micros = match self {
            Self::System => machine(),
            Self::Manual(micros) => micros.load(Ordering::SeqCst),
            Self::Behind(by) => machine() - by.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a manual clock; the system clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }

    /// Sets [`Self::Behind`] that far back; zero returns to the machine's time. Other clocks stay as they are.
    pub fn set_back(&self, by: TimeDelta) {
        if let Self::Behind(behind) = self {
            behind.store(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}
