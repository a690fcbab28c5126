//! Panics of background jobs: a job that panics is started again, and the node tells of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Timestamp;

/// How long the node calls itself degraded after a job's panic.
const RECENT: TimeDelta = TimeDelta::minutes(15);

/// The panics of one job since the node started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobPanics {
    /// What the job was doing.
    #[schema(example = "sending mails")]
    pub job: &'static str,
    #[schema(example = 1)]
    pub panics: u64,
    pub last_at: DateTime<Utc>,
}

/// The panics of all jobs of a node.
#[derive(Debug, Default)]
pub struct PanicLog(Mutex<BTreeMap<&'static str, JobPanics>>);

impl PanicLog {
    /// A job panicked.
    pub fn record(&self, job: &'static str, now: Timestamp) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = jobs.entry(job).or_insert(JobPanics { job, panics: 0, last_at: now });
        entry.panics += 1;
        entry.last_at = now;
    }

    /// The jobs that have panicked.
    pub fn all(&self) -> Vec<JobPanics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Whether a job panicked in the last 15 minutes.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        self.all().iter().any(|job| now - job.last_at < RECENT)
    }
}
