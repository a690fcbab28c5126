//! How mails go out: by SMTP, into a folder, or into memory for development.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::letter::Letter;
use crate::clock::Timestamp;
use crate::config::{MailSettings, MailTransport};
use crate::id::MailId;

/// How many mails development keeps to look at.
const KEPT: usize = 100;
const TIMEOUT: Duration = Duration::from_secs(30);

/// A mail in memory.
#[derive(Clone, Debug)]
pub struct Captured {
    pub id: MailId,
    pub to: String,
    pub letter: Letter,
    pub sent_at: Timestamp,
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Another attempt would end the same.
    #[error("{0}")]
    Permanent(String),
    #[error("{0}")]
    Transient(String),
}

/// The way out.
pub enum Mailer {
    Smtp { transport: Box<AsyncSmtpTransport<Tokio1Executor>>, from: Mailbox },
    Folder { folder: PathBuf, from: Mailbox },
    Captured(Mutex<VecDeque<Captured>>),
    Absent,
}

impl Mailer {
    /// From the configuration, which has checked the address and the sender.
    pub fn new(config: &MailSettings) -> anyhow::Result<Self> {
        let from = || config.from.parse::<Mailbox>();
        Ok(match &config.transport {
            MailTransport::Smtp(url) => {
                let transport =
                    AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(TIMEOUT)).build();
                Self::Smtp { transport: Box::new(transport), from: from()? }
            }
            MailTransport::Folder(folder) => Self::Folder { folder: folder.clone(), from: from()? },
            MailTransport::Captured => Self::Captured(Mutex::default()),
            MailTransport::Absent => Self::Absent,
        })
    }

    /// Whether mails leave at all.
    pub const fn can_send(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// Sends a mail. The id is its Message-ID, so that a mail server can tell a second attempt.
    pub async fn send(&self, id: MailId, to: &str, letter: Letter, now: Timestamp) -> Result<(), SendError> {
        match self {
            Self::Smtp { transport, from } => {
                let message = message(id, from, to, &letter)?;
                match transport.send(message).await {
                    Ok(_) => Ok(()),
                    Err(error) if is_final(&error) => Err(SendError::Permanent(error.to_string())),
                    Err(error) => Err(SendError::Transient(error.to_string())),
                }
            }
            Self::Folder { folder, from } => {
                let bytes = message(id, from, to, &letter)?.formatted();
                let written = tokio::fs::create_dir_all(folder).await;
                let written = match written {
                    Ok(()) => tokio::fs::write(folder.join(format!("{id}.eml")), bytes).await,
                    Err(error) => Err(error),
                };
                written.map_err(|error| SendError::Transient(format!("{}: {error}", folder.display())))
            }
            Self::Captured(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_front(Captured { id, to: to.to_owned(), letter, sent_at: now });
                kept.truncate(KEPT);
                Ok(())
            }
            Self::Absent => {
                Err(SendError::Transient("no mail server is configured: set mail.smtp_url".to_owned()))
            }
        }
    }

    /// The mails in memory, newest first.
    pub fn captured(&self) -> Vec<Captured> {
        match self {
            Self::Captured(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
            _ => Vec::new(),
        }
    }
}

/// A refusal of this mail. A refusal of our password (53x) is for the operator to mend, and then it goes out.
fn is_final(error: &lettre::transport::smtp::Error) -> bool {
    let code = error.status().map(u16::from);
    error.is_permanent() && !code.is_some_and(|code| (530..540).contains(&code))
}

fn message(id: MailId, from: &Mailbox, to: &str, letter: &Letter) -> Result<Message, SendError> {
    let bad = |error: &dyn std::fmt::Display| SendError::Permanent(error.to_string());
    let body = MultiPart::alternative_plain_html(
        letter.text().map_err(|error| bad(&error))?,
        letter.html().map_err(|error| bad(&error))?,
    );
    let mut message = Message::builder()
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .from(from.clone())
        .to(to.parse().map_err(|error| bad(&error))?)
        // A subject of several lines would be several headers.
        .subject(letter.subject.replace(|char: char| char.is_control(), " "))
        .multipart(body)
        .map_err(|error| bad(&error))?;
    // No answers from holidays (RFC 3834).
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
    Ok(message)
}
