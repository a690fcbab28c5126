//! What the node has seen of its database's condition: failures, commits, interruptions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::DbErr;

use crate::error::StorageFailure;

/// How often a failure that goes on is logged.
const LOG_EVERY: Duration = Duration::from_mins(1);
/// How long the node is not ready after it met something damaged.
const DAMAGED: Duration = Duration::from_mins(1);
/// How long PostgreSQL's connections are looked at more closely after one was interrupted.
const DISTURBED: Duration = Duration::from_mins(1);

/// Shared by all that use one database.
#[derive(Debug, Default)]
pub(super) struct Condition {
    commits: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    log: Log,
    damaged_at: Option<Instant>,
    disturbed_at: Option<Instant>,
}

impl Condition {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A write was committed. How many there were is compared by those who wait for one.
    pub fn committed(&self) {
        self.commits.fetch_add(1, Ordering::AcqRel);
        if self.seen().log.recovered() {
            tracing::info!("the database can be written again");
        }
    }

    /// How many writes were committed.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    /// A statement failed: logged if that is the storage's fault.
    pub fn failed(&self, error: &DbErr) {
        let now = Instant::now();
        let mut seen = self.seen();
        seen.disturbed_at = Some(now);
        let Some(failure) = StorageFailure::of(error) else { return };
        if failure == StorageFailure::Damaged {
            seen.damaged_at = Some(now);
        }
        if let Some(unlogged) = seen.log.failed(now) {
            tracing::error!(%error, unlogged, "the database cannot be read or written");
        }
    }

    /// Whether something damaged was met a short while ago.
    pub fn is_damaged(&self) -> bool {
        self.seen().damaged_at.is_some_and(|at| at.elapsed() < DAMAGED)
    }

    /// A statement was given up before it was answered.
    pub fn interrupted(&self) {
        self.seen().disturbed_at = Some(Instant::now());
    }

    /// Whether a connection may be in a state that the driver does not know of.
    pub fn is_disturbed(&self) -> bool {
        self.seen().disturbed_at.is_some_and(|at| at.elapsed() < DISTURBED)
    }
}

/// Which failures are worth a line: one a minute, and one recovery for each of these.
#[derive(Debug, Default)]
struct Log {
    logged_at: Option<Instant>,
    is_open: bool,
    unlogged: u64,
}

impl Log {
    /// How many were not logged since the last line, if this failure is to be logged.
    fn failed(&mut self, now: Instant) -> Option<u64> {
        if self.logged_at.is_some_and(|at| now.saturating_duration_since(at) < LOG_EVERY) {
            self.unlogged += 1;
            return None;
        }
        self.logged_at = Some(now);
        self.is_open = true;
        Some(std::mem::take(&mut self.unlogged))
    }

    /// Whether this success is to be logged.
    fn recovered(&mut self) -> bool {
        std::mem::take(&mut self.is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_goes_on_is_a_line_a_minute_and_each_line_is_followed_by_one_recovery() {
        let (mut log, start) = (Log::default(), Instant::now());
        assert!(!log.recovered(), "nothing has failed yet");
        assert_eq!(log.failed(start), Some(0));
        for second in 1..60 {
            assert_eq!(log.failed(start + Duration::from_secs(second)), None);
        }
        assert!(log.recovered() && !log.recovered());
        assert_eq!(log.failed(start + Duration::from_mins(1)), Some(59));
        assert_eq!(log.failed(start + Duration::from_secs(61)), None);
    }
}
