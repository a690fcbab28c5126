//! How the owner of an account that a command makes or resets gets a password: by a link that works once, so that only
//! the owner knows the password. Programs may set one by `--password-stdin`.

use clap::Args;
use oskar::app::App;
use oskar::clock::Timestamp;
use oskar::config::MailTransport;
use oskar::domain::Write;
use oskar::domain::account::{choose_password, passwords};
use oskar::entity::user;
use oskar::error::Error;
use oskar::password::Context;
use serde_json::{Value, json};

use super::password;

/// Without any of these, a link to choose the password is mailed if there is a mail server, and printed otherwise. It works
/// once, for 24 hours.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct HandOver {
    /// Mail the link, even if there is only the mailbox of development.
    #[arg(long, conflicts_with_all = ["print", "password_stdin"])]
    mail: bool,
    /// Print the link, even if there is a mail server.
    #[arg(long, conflicts_with = "password_stdin")]
    print: bool,
    /// Read a password from standard input instead; at a terminal, ask for it. It has to be changed to sign in.
    #[arg(long)]
    password_stdin: bool,
    /// The password from standard input is for good: a machine's, or chosen by its owner.
    #[arg(long, requires = "password_stdin")]
    keep: bool,
}

/// What was handed over, and how.
pub enum HandedOver {
    Mailed,
    Printed { link: String, until: Timestamp },
    Password { to_be_changed: bool },
}

impl HandOver {
    /// The hash of the password from standard input, if there is to be one.
    ///
    /// # Errors
    /// A password that is refused; [`Error::MailUnavailable`] for a mail where none are sent.
    pub async fn hash(&self, app: &App, context: &Context) -> anyhow::Result<Option<String>> {
        if self.mail {
            app.needs_mail()?;
        }
        if !self.password_stdin {
            return Ok(None);
        }
        let password = password::from_stdin(app, context).await?;
        Ok(Some(app.hasher.hash(&password).await?))
    }

    /// Gives the way to an account that has just got that hash or none. `first` says that the account is new.
    pub async fn complete(
        &self,
        app: &App,
        write: &Write<'_>,
        user: &user::Model,
        first: bool,
    ) -> Result<HandedOver, Error> {
        if self.password_stdin {
            if !self.keep {
                passwords::require_change(write, user.id).await?;
            }
            return Ok(HandedOver::Password { to_be_changed: !self.keep });
        }
        let goes_out = matches!(app.config.mail.transport, MailTransport::Smtp(_) | MailTransport::Folder(_));
        if self.mail || (goes_out && !self.print) {
            choose_password::mail_link(write, user, first).await?;
            return Ok(HandedOver::Mailed);
        }
        let (secret, until) = choose_password::issue_link(write, user).await?;
        Ok(HandedOver::Printed { link: app.link("reset", &secret), until })
    }
}

impl HandedOver {
    /// Adds to what programs are told.
    pub fn add_to(&self, mut value: Value) -> Value {
        let (link, until) = match self {
            Self::Printed { link, until } => (Some(link), Some(until)),
            _ => (None, None),
        };
        value["link"] = json!(link);
        value["expires_at"] = json!(until);
        value["mailed"] = json!(matches!(self, Self::Mailed));
        value["password_change_required"] = json!(matches!(self, Self::Password { to_be_changed: true }));
        value
    }

    /// What people are told.
    pub fn text(&self) -> String {
        match self {
            Self::Mailed => {
                "A link to choose the password is in a mail. It works once, for 24 hours.".to_owned()
            }
            Self::Printed { link, until } => format!(
                "Choose the password there, once, until {}:\n{link}",
                until.format("%Y-%m-%d %H:%M UTC")
            ),
            Self::Password { to_be_changed: true } => {
                "The password has to be changed at the first sign-in, by `new_password`.".to_owned()
            }
            Self::Password { to_be_changed: false } => "The password is the one that was given.".to_owned(),
        }
    }
}
