//! What is logged, how, and where.

use super::events::{self, EventDestination};
use super::reader::Reader;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Auto,
    Pretty,
    Json,
}

/// The settings of `[log]`.
#[derive(Clone, Debug)]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
    /// `None`: events are in the database only.
    pub events: Option<EventDestination>,
}

impl Log {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        Self {
            level: read.log_level("log.level"),
            events: events::read(read),
            format: read.choice(
                "log.format",
                &[("auto", LogFormat::Auto), ("pretty", LogFormat::Pretty), ("json", LogFormat::Json)],
            ),
        }
    }
}
