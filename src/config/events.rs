//! Where audit events go besides the database.

use std::path::PathBuf;

use super::reader::Reader;

/// See `log.events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventDestination {
    Stdout,
    Stderr,
    File(PathBuf),
}

impl EventDestination {
    /// For a command, whose standard output is for what it was asked for.
    #[must_use]
    pub fn beside_output(self) -> Self {
        if self == Self::Stdout { Self::Stderr } else { self }
    }
}

pub(super) fn read(read: &mut Reader<'_>) -> Option<EventDestination> {
    match read.text("log.events") {
        "off" => None,
        "stdout" => Some(EventDestination::Stdout),
        "stderr" => Some(EventDestination::Stderr),
        path if path.starts_with('/') => Some(EventDestination::File(path.into())),
        other => {
            let problem = format!("is `{other}`, not `off`, `stdout`, `stderr` or the whole path of a file");
            read.problem("log.events", &problem);
            None
        }
    }
}
