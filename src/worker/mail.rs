//! Sends the mails that are due: writes each one's text, with a new link, and gives it to the mail server.
//!
//! A mail that is sent twice, since a node crashed before it had noted the first, has another link, which replaces the
//! first one's.

use sea_orm::EntityTrait as _;

use super::delivery::{self, Deliverable, Failure, Prepared};
use crate::app::App;
use crate::domain::Write;
use crate::domain::account::{choose_password, mailbox, one_time, passwords, users};
use crate::domain::journal::mail::{self, Mail};
use crate::domain::onboarding::invitations;
use crate::domain::session::sign_in;
use crate::entity::delivery::Channel;
use crate::entity::one_time_token::LinkPurpose;
use crate::entity::{organisation, registration, user};
use crate::error::Error;
use crate::id::{DeliveryId, InvitationId, MailId, UserId};
use crate::mail::{Letter, SendError, messages};
use crate::text::email::shown;

/// Sends what is due; how many mails were dealt with.
pub async fn tick(app: &App) -> Result<usize, Error> {
    delivery::tick::<Outgoing>(app).await
}

/// A mail that is written.
struct Outgoing {
    id: MailId,
    recipient: String,
    letter: Letter,
}

impl Deliverable for Outgoing {
    const CHANNEL: Channel = Channel::Mail;

    fn shown(id: DeliveryId) -> String {
        MailId::from(id).to_string()
    }

    async fn prepare(app: &App, write: &Write<'_>, id: DeliveryId) -> Result<Prepared<Self>, Error> {
        let row = mail::of_delivery(write, id).await?;
        let mail = match Mail::try_from(&row) {
            Ok(mail) => mail,
            Err(error) => return Ok(Prepared::Impossible(error.to_string())),
        };
        let letter = compose(app, write, &row.recipient, mail).await?;
        Ok(letter.map_or(Prepared::Dropped, |letter| {
            let letter = letter.signed(&app.config.product.name);
            Prepared::Ready(Self { id: row.id, recipient: row.recipient, letter })
        }))
    }

    async fn send(self, app: &App) -> Result<(), Failure> {
        let sent = app.mailer.send(self.id, &self.recipient, self.letter, app.now()).await;
        // The log has no addresses, and the recipient stands beside the error everywhere else.
        sent.map_err(|error| match error {
            SendError::Permanent(error) => Failure::Permanent(error.replace(&self.recipient, "…")),
            SendError::Transient(error) => Failure::Transient(error.replace(&self.recipient, "…")),
        })
    }
}

async fn compose(app: &App, write: &Write<'_>, recipient: &str, mail: Mail) -> Result<Option<Letter>, Error> {
    let (product, site) = (app.config.product.name.as_str(), app.config.public_url.as_str());
    Ok(match mail {
        // Of an account that was there before, the link is for its owner.
        Mail::Registration { made: None } => already_registered(app, write, recipient).await?,
        Mail::Registration { made: Some(_) } | Mail::VerifyEmail | Mail::SignInFailed { right: true } => {
            verify_email(app, write, recipient).await?
        }
        // Mails for every wrong password would be a nuisance; a person who registered lately may take it for theirs.
        Mail::SignInFailed { right: false } if mail::was_registered_with(write, recipient).await? => {
            already_registered(app, write, recipient).await?
        }
        Mail::SignInFailed { right: false } => None,
        Mail::ResetPassword => {
            let user = locked_recipient(write, recipient).await?;
            let link = link(app, write, LinkPurpose::ResetPassword, user, "reset").await?;
            link.map(|link| messages::reset_password(product, link))
        }
        Mail::ChoosePassword { first } => match locked_recipient(write, recipient).await? {
            Some(user) => {
                let secret = choose_password::renew_link(write, &user).await?;
                Some(messages::choose_password(first, product, site, app.link("reset", &secret)))
            }
            None => None,
        },
        Mail::ConfirmNewEmail { user_id, email, asked_with } => {
            confirm_new_email(app, write, recipient, user_id, &email, &asked_with).await?
        }
        Mail::Invitation { invitation_id } => invitation(app, write, invitation_id).await?,
        Mail::EmailChanged { new } => Some(messages::email_changed(&shown(&new))),
        Mail::NewDevice { device, address, time } => Some(messages::new_device(&device, &address, &time)),
        Mail::PasswordChanged => Some(messages::password_changed()),
        Mail::UsernameChanged { username } => Some(messages::username_changed(username.as_deref())),
        Mail::PasswordGuesses => {
            let user = locked_recipient(write, recipient).await?;
            let proven = user.filter(|user| user.email_verified_at.is_some());
            let link = link(app, write, LinkPurpose::Unlock, proven, "unlock").await?;
            link.map(messages::password_guesses)
        }
        Mail::KeyCreated { actor, key, organisation } => {
            Some(messages::key_created(&actor, &key, &organisation))
        }
        Mail::RefreshTheft { device } => Some(messages::refresh_theft(&device)),
        Mail::RaisedToAdmin { organisation } => Some(messages::raised_to_admin(&organisation)),
        Mail::NewAdmin { members, organisation } => Some(messages::new_admin(&members, &organisation)),
        Mail::KeysLeftBehind { member, organisation, keys } => {
            Some(messages::keys_left_behind(&member, &organisation, &keys))
        }
        Mail::IdentityLinked { issuer } => Some(messages::identity_linked(&issuer)),
        Mail::IdentityUnlinked { issuer } => Some(messages::identity_unlinked(&issuer)),
        Mail::AccountDeleted => Some(messages::account_deleted(product)),
    })
}

async fn verify_email(app: &App, write: &Write<'_>, recipient: &str) -> Result<Option<Letter>, Error> {
    let unproven = locked_recipient(write, recipient).await?;
    let unproven = unproven.filter(|user| user.email_verified_at.is_none());
    let asked = match &unproven {
        Some(user) => registration::Entity::find_by_id(user.id).one(write).await?,
        None => None,
    };
    let organisation = asked.and_then(|asked| asked.organisation);
    let link = link(app, write, LinkPurpose::VerifyEmail, unproven, "verify").await?;
    Ok(link.map(|link| messages::verify_email(&app.config.product.name, organisation.as_deref(), link)))
}

async fn already_registered(app: &App, write: &Write<'_>, recipient: &str) -> Result<Option<Letter>, Error> {
    let known = sign_in::find(write, recipient).await?.is_some();
    Ok(known.then(|| messages::already_registered(&app.config.product.name, &app.config.public_url)))
}

/// None if the address is another account's by now, or the password was replaced. `email` is the address as it was
/// written; the recipient is in lower case, so that the caps count it once.
async fn confirm_new_email(
    app: &App,
    write: &Write<'_>,
    recipient: &str,
    user: UserId,
    email: &str,
    asked_with: &str,
) -> Result<Option<Letter>, Error> {
    let taken = sign_in::find(write, recipient).await?.is_some();
    // Locked: a password that is being replaced ends this, before or after.
    let account = if_there(passwords::lock(write, user).await)?.filter(|account| {
        !taken
            && account.user.disabled_at.is_none()
            && mailbox::asked_with(&app.keyring, account).iter().any(|accepted| accepted == asked_with)
    });
    let Some(account) = account else { return Ok(None) };
    let secret = one_time::issue(write, LinkPurpose::NewEmail, account.user.id, email).await?;
    Ok(Some(messages::confirm_new_email(&app.config.product.name, app.link("verify", &secret))))
}

/// The user of an address who is not disabled. Locked: of two mails at once, the second one's link replaces the first
/// one's.
async fn locked_recipient(write: &Write<'_>, recipient: &str) -> Result<Option<user::Model>, Error> {
    let Some(found) = sign_in::find(write, recipient).await? else { return Ok(None) };
    let user = if_there(users::lock(write, found.id).await)?;
    // The address may have been changed meanwhile.
    let user = user.filter(|user| user.email_normalised == found.email_normalised);
    Ok(user.filter(|user| user.disabled_at.is_none()))
}

/// `None` if the account was deleted.
fn if_there<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn link(
    app: &App,
    write: &Write<'_>,
    purpose: LinkPurpose,
    user: Option<user::Model>,
    page: &str,
) -> Result<Option<String>, Error> {
    let Some(user) = user else { return Ok(None) };
    // The address as it was written.
    let secret = one_time::issue(write, purpose, user.id, &user.email).await?;
    Ok(Some(app.link(page, &secret)))
}

async fn invitation(app: &App, write: &Write<'_>, id: InvitationId) -> Result<Option<Letter>, Error> {
    let Some((invitation, secret)) = invitations::issue_link(write, id).await? else {
        return Ok(None);
    };
    let organisation = organisation::Entity::find_by_id(invitation.organisation_id).one(write).await?;
    let inviter = match invitation.invited_by {
        Some(inviter) => user::Entity::find_by_id(inviter).one(write).await?,
        None => None,
    };
    let link = app.link("invite", &secret);
    Ok(organisation.map(|organisation| {
        let inviter = inviter.as_ref().map(|inviter| inviter.name.as_str());
        messages::invitation(inviter, &organisation.name, invitation.role.as_str(), link)
    }))
}
