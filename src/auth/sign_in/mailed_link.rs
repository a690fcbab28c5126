//! What the links do that are mailed to the owner of an account. One may follow a session, none starts one.

use axum::http::HeaderMap;

use super::renewal;
use super::session::Started;
use crate::app::App;
use crate::auth::authenticate::presented_session;
use crate::auth::client::Client;
use crate::auth::cookies::Keep;
use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::account::mailbox;
use crate::domain::email::Email;
use crate::domain::journal::audit::Actor;
use crate::domain::journal::mail::{self, Mail};
use crate::entity::user;
use crate::error::Error;
use crate::password::ProposedPassword;

/// Writes down a mail that a client asks for who has not said who they are. The worker that sends it finds out whether there is
/// such an account.
///
/// # Errors
/// [`Error::MailUnavailable`]; [`Error::TooManyMailsAsked`].
pub async fn ask_for_mail(app: &App, client: &Client, address: &Email, mail: Mail) -> Result<(), Error> {
    app.needs_mail()?;
    let own = client.is_known_to(app, address).await?;
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    if own {
        mail::enqueue_for_owner(&write, &address.normalised(), mail).await?;
    } else {
        mail::enqueue_requested(&write, &address.normalised(), mail).await?;
    }
    write.commit().await
}

/// Sets a new password in the place of a forgotten one. The caller commits.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::TooManyAttempts`] if the client has tried too many wrong links; those of
/// [`mailbox::reset_password`]; [`Error::WeakPassword`].
pub async fn reset_password<'a>(
    app: &'a App,
    client: &Client,
    actor: &'a Actor,
    link: &str,
    password: &ProposedPassword,
) -> Result<(user::Model, Write<'a>), Error> {
    // Before the hash, which is dear.
    let found = async {
        let link = Secret::parse(link).ok_or(Error::LinkInvalid)?;
        let owner = mailbox::owner_of(app.db.read(), &app.keyring, &link, app.now()).await?;
        Ok((link, owner))
    };
    let (link, owner) = match found.await {
        Err(Error::LinkInvalid) => return Err(client.attempt(app).refuse(Error::LinkInvalid).await),
        found => found?,
    };
    let new_hash = app.hash_replacement(&owner, "/password", password).await?;
    let write = app.write(actor).await?;
    let user = mailbox::reset_password(&write, &link, new_hash).await?;
    Ok((user, write))
}

/// Lets the owner in while others guess; see [`mailbox::unlock`]. The caller commits.
pub async fn unlock<'a>(
    app: &'a App,
    actor: &'a Actor,
    link: &Secret,
) -> Result<(user::Model, Secret, Write<'a>), Error> {
    let write = app.write(actor).await?;
    let (user, reset) = mailbox::unlock(&write, link).await?;
    Ok((user, reset, write))
}

/// Proves an address. Gives the user, and the session that takes the place of the one that is sent along if the
/// address is a new one. The caller commits.
///
/// # Errors
/// Those of [`mailbox::verify`].
pub async fn confirm_address<'a>(
    app: &'a App,
    client: &Client,
    actor: &'a Actor,
    headers: &HeaderMap,
    link: &Secret,
) -> Result<(user::Model, Option<Started>, Write<'a>), Error> {
    let presented = presented_session(app, client, headers).await;
    let write = app.write(actor).await?;
    let session = presented.as_ref().and_then(|by| Some((by.id, by.session_id()?)));
    let (user, renewed) = mailbox::verify(&write, link, session).await?;
    let started = match (renewed, presented) {
        (Some(renewed), Some(by)) => {
            let (user, keep) = (user.clone(), Some(Keep::UntilClosed));
            Some(renewal::started(app, &write, by.reach, user, renewed, keep).await?)
        }
        _ => None,
    };
    Ok((user, started, write))
}
