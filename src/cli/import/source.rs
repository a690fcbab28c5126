//! Whose file it is, and reading it beside the import: the reader blocks, the import waits for the database.

use std::io::{BufRead, Cursor, Read as _};

use clap::ValueEnum;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::aspnet::AspNet;
use super::better_auth::BetterAuth;
use super::django::Django;
use super::document;
use super::firebase::Firebase;
use super::keycloak::Keycloak;
use super::lines::Lines;
use super::ours::Ours;
use super::record::{Account, Context, Record};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Records that are read ahead.
const AHEAD: usize = 1000;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Source {
    /// Oskar's own form, which is told below.
    Oskar,
    /// `manage.py dumpdata auth.user`.
    Django,
    /// `firebase auth:export users.json`.
    Firebase,
    /// `kc.sh export` of a realm or its users.
    Keycloak,
    /// Rows of the table `AspNetUsers`.
    Aspnet,
    /// Rows of the table `user`, each with its `password` from `account`.
    BetterAuth,
}

impl Source {
    /// Starts to read. What is no file of this kind ends the records with a sentence.
    pub fn start(
        self,
        reader: impl BufRead + Send + 'static,
        context: Context,
    ) -> Receiver<Result<Record, String>> {
        let (sender, records) = channel(AHEAD);
        std::thread::spawn(move || {
            let read = match self {
                Self::Oskar => run::<Ours>(reader, &context, false, &sender),
                Self::Django => run::<Django>(reader, &context, false, &sender),
                Self::Firebase => run::<Firebase>(reader, &context, true, &sender),
                Self::Keycloak => run::<Keycloak>(reader, &context, true, &sender),
                Self::Aspnet => run::<AspNet>(reader, &context, false, &sender),
                Self::BetterAuth => run::<BetterAuth>(reader, &context, false, &sender),
            };
            if let Err(told) = read {
                // Sending fails only if the receiver has ended already.
                sender.blocking_send(Err(told)).ok();
            }
        });
        records
    }
}

/// A line for each account, or one document: an array, or an object if that is what the system writes.
fn run<A: Account>(
    mut reader: impl BufRead,
    context: &Context,
    is_document: bool,
    sender: &Sender<Result<Record, String>>,
) -> Result<(), String> {
    let mut head = Vec::new();
    (&mut reader)
        .take(BYTE_ORDER_MARK.len() as u64)
        .read_to_end(&mut head)
        .map_err(|error| error.to_string())?;
    if head == BYTE_ORDER_MARK {
        head.clear();
        (&mut reader).take(1).read_to_end(&mut head).map_err(|error| error.to_string())?;
    }
    let is_array = head.trim_ascii_start().starts_with(b"[");
    let reader = Cursor::new(head).chain(reader);
    if is_document || is_array {
        return document::read::<A>(reader, context, |record| sender.blocking_send(Ok(record)).is_ok());
    }
    let mut lines = Lines::new(reader);
    while let Some(record) = lines.next::<A>(context).map_err(|error| error.to_string())? {
        if sender.blocking_send(Ok(record)).is_err() {
            break;
        }
    }
    Ok(())
}
