//! Audit events as JSON lines beside the database (`log.events`), so that they can be kept where the server cannot
//! change them.
//!
//! Lines come from transactions that were committed. One thread writes them: no request waits for it, and none fails
//! because of it. While the lines cannot be written they wait in memory; what does not fit there is lost, counted, and
//! told of. After a failure the lines of a transaction are written again, so that one of them may be there twice.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::config::EventDestination;

/// The most bytes that wait to be written.
const MOST_WAITING: usize = 16 << 20;
/// How long the thread waits after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// One in this many failures in a row is logged.
const LOGGED: u64 = 60;
/// How long the end of the process is held up for lines that were not written yet.
const LONGEST_END: Duration = Duration::from_secs(5);

/// Where committed events go besides the database; by default nowhere.
#[derive(Clone, Debug, Default)]
pub struct EventLog(Option<Arc<Writer>>);

#[derive(Debug)]
struct Writer {
    messages: Option<Sender<String>>,
    ended: Mutex<Receiver<()>>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes.
    waiting: AtomicUsize,
    lost: AtomicU64,
    failing: AtomicBool,
    closing: AtomicBool,
}

impl EventLog {
    /// Starts to write there. A file is made for its owner alone.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn open(destination: Option<&EventDestination>) -> io::Result<Self> {
        let Some(destination) = destination else { return Ok(Self::default()) };
        if let EventDestination::File(path) = destination {
            append(path, &[])?;
        }
        let (messages, receiver) = channel::<String>();
        let (ending, ended) = channel::<()>();
        let state = Arc::<State>::default();
        let (destination, shared) = (destination.clone(), state.clone());
        std::thread::Builder::new().name("events".to_owned()).spawn(move || {
            for lines in receiver {
                shared.write(&destination, &lines);
                shared.waiting.fetch_sub(lines.len(), Ordering::Relaxed);
            }
            drop(ending);
        })?;
        Ok(Self(Some(Arc::new(Writer { messages: Some(messages), ended: Mutex::new(ended), state }))))
    }

    /// Whether events are written anywhere.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Has the lines of one transaction written; each ends with a newline.
    pub fn write(&self, lines: String) {
        let Some(writer) = &self.0 else { return };
        if lines.is_empty() {
            return;
        }
        let state = &writer.state;
        let length = lines.len();
        let number = lines.lines().count();
        if state.waiting.fetch_add(length, Ordering::Relaxed) + length > MOST_WAITING {
            state.waiting.fetch_sub(length, Ordering::Relaxed);
            state.lose(number);
            return;
        }
        if writer.messages.as_ref().is_none_or(|messages| messages.send(lines).is_err()) {
            state.lose(number);
        }
    }

    /// What an operator has to know, if anything.
    pub fn problem(&self) -> Option<String> {
        let state = &self.0.as_ref()?.state;
        let lost = state.lost.load(Ordering::Relaxed);
        if state.failing.load(Ordering::Relaxed) {
            Some(format!("The log of events (log.events) cannot be written. {lost} lines were lost."))
        } else if lost > 0 {
            Some(format!("The log of events (log.events) lacks {lost} lines, which could not be written."))
        } else {
            None
        }
    }
}

impl State {
    fn lose(&self, lines: usize) {
        let lost = self.lost.fetch_add(lines as u64, Ordering::Relaxed);
        if lost == 0 {
            tracing::error!("lines of the log of events are lost: too many wait to be written");
        }
    }

    /// Returns when the lines are written or, at the end of the process, given up.
    fn write(&self, destination: &EventDestination, lines: &str) {
        let mut text = lines.as_bytes().to_vec();
        for failures in 0_u64.. {
            let written = match destination {
                EventDestination::Stdout => to(&mut io::stdout().lock(), &text),
                EventDestination::Stderr => to(&mut io::stderr().lock(), &text),
                EventDestination::File(path) => append(path, &text),
            };
            let Err(error) = written else {
                if self.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!("the log of events can be written again");
                }
                return;
            };
            self.failing.store(true, Ordering::Relaxed);
            if failures % LOGGED == 0 {
                tracing::error!(%error, "the log of events (log.events) cannot be written");
            }
            if self.closing.load(Ordering::Relaxed) {
                self.lose(lines.lines().count());
                return;
            }
            if failures == 0 {
                // Half a line may be there already.
                text.insert(0, b'\n');
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.state.closing.store(true, Ordering::Relaxed);
        self.messages = None;
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        if ended.recv_timeout(LONGEST_END) == Err(RecvTimeoutError::Timeout) {
            tracing::error!("the process ended before the last lines of the log of events were written");
        }
    }
}

fn to(stream: &mut impl io::Write, text: &[u8]) -> io::Result<()> {
    stream.write_all(text)?;
    stream.flush()
}

/// Opens the file each time, so that it can be renamed and made anew (`logrotate`) without a word to the server.
fn append(path: &Path, text: &[u8]) -> io::Result<()> {
    // A pipe could keep us waiting for ever.
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other("this is no file"));
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_waits_for_the_lines_that_are_not_written_yet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events");
        let log = EventLog::open(Some(&EventDestination::File(path.clone()))).unwrap();
        for number in 0..5_000 {
            log.write(format!("{number}\n"));
        }
        drop(log);
        assert_eq!(std::fs::read_to_string(path).unwrap().lines().count(), 5_000);
    }
}
