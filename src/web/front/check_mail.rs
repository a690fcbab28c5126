//! Mails that people ask for: for a forgotten password, or once more to prove an address. The answer is the same whether there
//! is such an account or not.

use askama::Template;
use axum::extract::OriginalUri;
use axum::response::Response;
use serde::Deserialize;

use super::onward::Onward;
use crate::auth::sign_in::ask_for_mail;
use crate::domain::email::Email;
use crate::domain::journal::mail::Mail;
use crate::error::Error;
use crate::http::{Flash, filters};
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

/// Where a visitor is told to look into their mail.
pub const CHECK_MAIL: &str = "/check-mail";

#[derive(Template)]
#[template(path = "pages/front/ask_mail.html")]
struct AskPage {
    path: &'static str,
    title: &'static str,
    lead: &'static str,
    no_mail: &'static str,
    onward: Onward,
    has_mail: bool,
    email: String,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct AddressForm {
    #[serde(default)]
    email: String,
}

/// What a mail is asked for.
#[derive(Clone, Copy)]
enum For {
    Password,
    Proof,
}

impl For {
    /// By the page's path.
    fn at(path: &str) -> Self {
        if path == "/forgot" { Self::Password } else { Self::Proof }
    }

    fn page(self, visit: &Visit, onward: Onward, email: String, wrong: Wrong) -> AskPage {
        let (path, title, lead, no_mail) = match self {
            Self::Password => ("/forgot", "forgot-title", "forgot-lead", "forgot-no-mail"),
            Self::Proof => {
                ("/verify/again", "verify-again-title", "verify-again-lead", "verify-again-no-mail")
            }
        };
        AskPage { path, title, lead, no_mail, onward, has_mail: visit.app.needs_mail().is_ok(), email, wrong }
    }
}

/// The form.
pub async fn ask(visit: Visit, onward: Onward, OriginalUri(address): OriginalUri) -> Result<Response, Error> {
    visit.page(&For::at(address.path()).page(&visit, onward, String::new(), Wrong::default()))
}

/// Writes the mail down.
pub async fn send(
    visit: Visit,
    onward: Onward,
    OriginalUri(address): OriginalUri,
    Sent(form): Sent<AddressForm>,
) -> Result<Response, Error> {
    let asked_for = For::at(address.path());
    let written = async {
        let email = Email::try_from(form.email.trim().to_owned())
            .map_err(|problem| Error::invalid("/email", problem))?;
        let mail = match asked_for {
            For::Password => Mail::ResetPassword,
            For::Proof => Mail::VerifyEmail,
        };
        ask_for_mail(&visit.app, &visit.client, &email, mail).await
    };
    match written.await {
        Ok(()) => Ok(visit.done(&onward.through(CHECK_MAIL), &told(asked_for, &form.email))),
        Err(Error::MailUnavailable) => {
            let page = asked_for.page(&visit, onward, form.email, Wrong::default());
            visit.refused(&Error::MailUnavailable, &page)
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &asked_for.page(&visit, onward, form.email, wrong))
        }
    }
}

fn told(asked_for: For, email: &str) -> Flash {
    let text = match asked_for {
        For::Password => "forgot-sent",
        For::Proof => "verify-again-sent",
    };
    Flash::new(text).with("email", email.trim())
}

#[derive(Template)]
#[template(path = "pages/front/check_mail.html")]
struct CheckMailPage {
    onward: Onward,
    has_mailbox: bool,
}

/// Where to look, and what to do if nothing comes.
pub async fn show(visit: Visit, onward: Onward) -> Result<Response, Error> {
    visit.page(&CheckMailPage { onward, has_mailbox: visit.app.config.has_mailbox() })
}
