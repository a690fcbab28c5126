//! What users do to their own accounts that takes a proof of who they are: the API and the pages do it by the same
//! functions.

use super::caller::SignedIn;
use super::client::Client;
use crate::app::App;
use crate::domain::Write;
use crate::domain::account::{deletion, mailbox};
use crate::domain::email::Email;
use crate::domain::session::sign_in::check_again;
use crate::error::{Error, FieldCode};
use crate::password::PresentedPassword;

/// Deletes the account of the caller. One with a password asks for it; one without asks for a recent proof.
///
/// # Errors
/// [`Error::WrongPassword`] and those of [`check_again`]; [`Error::StepUp`]; those of [`deletion::delete`].
pub async fn delete_own_account(
    app: &App,
    client: &Client,
    SignedIn { by, actor }: &SignedIn,
    password: Option<&PresentedPassword>,
) -> Result<(), Error> {
    let account = by.account(app.db.read()).await?;
    match (account.has_password(), password) {
        (true, Some(password)) => {
            check_again(&client.attempt(app), &account, by.session_id(), password).await?;
        }
        // The document cannot say who has one: the body is well-formed.
        (true, None) => return Err(Error::WrongPassword),
        (false, Some(_)) => {
            let problem = "the account has no password: leave this out";
            return Err(Error::invalid("/password", problem));
        }
        (false, None) => by.check_fresh(app)?,
    }
    let write = app.write(actor).await?;
    deletion::confirm(&write, &account, by.session_id()).await?;
    deletion::delete(&write, by.id).await?;
    write.commit().await
}

/// Sends a link to the address that the caller's account is to have. The caller of this function commits.
///
/// # Errors
/// [`Error::MailUnavailable`]; those of [`check_again`]; [`Error::StepUp`] without a password or a recent proof; those of
/// [`mailbox::ask_for_new_email`].
pub async fn ask_for_new_email<'a>(
    app: &'a App,
    client: &Client,
    SignedIn { by, actor }: &'a SignedIn,
    email: &Email,
    password: Option<&PresentedPassword>,
) -> Result<Write<'a>, Error> {
    app.needs_mail()?;
    let account = by.account(app.db.read()).await?;
    match password {
        Some(password) => {
            check_again(&client.attempt(app), &account, by.session_id(), password).await?;
        }
        // With that turned off no session is recent, however old it is: an address is worth a password.
        None if by.session.is_some() && app.config.sessions.fresh_within.is_zero() => {
            return Err(Error::wrong("/password", FieldCode::Required, "this is required"));
        }
        None => by.check_fresh(app)?,
    }
    let write = app.write(actor).await?;
    mailbox::ask_for_new_email(&write, &account, by.session_id(), email).await?;
    Ok(write)
}
