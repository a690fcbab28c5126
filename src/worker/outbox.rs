//! Sends the mails that are due.
//!
//! A mail is claimed, its link is made, it is sent, and then it is marked: a crash at any point loses none and
//! sends at most one twice, the second with a link that replaces the first.

use std::time::Duration;

use sea_orm::EntityTrait as _;
use serde_json::Value;

use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::{Write, choose_password, invitations, mailbox, one_time, outbox, sign_in, users};
use crate::email::shown;
use crate::entity::one_time_token::LinkPurpose;
use crate::entity::outbox::{Kind, Model, State};
use crate::entity::{organisation, registration, user};
use crate::error::{Error, OrLog as _};
use crate::id::{InvitationId, UserId};
use crate::mail::{Letter, SendError, messages};

const AT_ONCE: u64 = 20;
/// Shorter than the time after which another node takes over (`domain/outbox.rs`).
const LONGEST_ATTEMPT: Duration = Duration::from_secs(45);

/// Sends what is due; how many mails were dealt with.
pub async fn tick(app: &App) -> Result<usize, Error> {
    let due = outbox::due(app.db.read(), app.now(), AT_ONCE).await?;
    let mut dealt_with = 0;
    for mail in due {
        // One that fails must not hold up the others.
        deliver(app, mail).await.or_log("delivering a mail");
        dealt_with += 1;
    }
    Ok(dealt_with)
}

async fn deliver(app: &App, mail: Model) -> Result<(), Error> {
    let letter = match prepare(app, &mail).await {
        Ok(Some(letter)) => letter,
        Ok(None) => return Ok(()),
        Err(error) => {
            // Later, or it would be the first in line for ever.
            postpone(app, &mail).await?;
            return Err(error);
        }
    };
    let sending = app.mailer.send(mail.id, &mail.recipient, letter, app.now());
    let sent = tokio::time::timeout(LONGEST_ATTEMPT, sending)
        .await
        .unwrap_or_else(|_| Err(SendError::Transient("the mail server took too long".to_owned())));
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    match sent {
        Ok(()) => outbox::finish(&write, mail.id, State::Sent).await?,
        Err(SendError::Permanent(error)) => {
            let error = error.replace(&mail.recipient, "…");
            tracing::warn!(mail = %mail.id, error, "a mail was refused for good");
            outbox::give_up(&write, &mail, &error).await?;
        }
        Err(SendError::Transient(error)) => {
            // The log has no addresses, and the recipient stands beside it everywhere else.
            let error = error.replace(&mail.recipient, "…");
            let state = outbox::retry_later(&write, &mail, &error).await?;
            tracing::warn!(mail = %mail.id, attempts = mail.attempts + 1, ?state, error, "a mail was not sent");
        }
    }
    write.commit().await
}

async fn postpone(app: &App, mail: &Model) -> Result<(), Error> {
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    if outbox::claim(&write, mail).await? {
        outbox::retry_later(&write, mail, "the mail could not be written: see the log").await?;
    }
    write.commit().await
}

/// Claims a mail and writes its letter. `None` if another node has it, or there is nobody to send it to.
async fn prepare(app: &App, mail: &Model) -> Result<Option<Letter>, Error> {
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    if !outbox::claim(&write, mail).await? {
        return Ok(None);
    }
    let letter = compose(app, &write, mail).await?.map(|letter| letter.signed(&app.config.product.name));
    if letter.is_none() {
        outbox::finish(&write, mail.id, State::Dropped).await?;
    }
    write.commit().await?;
    Ok(letter)
}

async fn compose(app: &App, write: &Write<'_>, mail: &Model) -> Result<Option<Letter>, Error> {
    let text = |name: &str| mail.data[name].as_str().unwrap_or_default();
    let product = app.config.product.name.as_str();
    Ok(match mail.kind {
        // Of an account that was there before, the link is for the one who made it.
        Kind::Registration if mail.data["made"].is_null() => already_registered(app, write, mail).await?,
        Kind::Registration | Kind::VerifyEmail => verify_email(app, write, mail).await?,
        Kind::SignInFailed if mail.data["right"] == true => verify_email(app, write, mail).await?,
        // Mails for every wrong password would be a nuisance; who registered lately may take it for theirs.
        Kind::SignInFailed if outbox::was_registered_with(write, &mail.recipient).await? => {
            already_registered(app, write, mail).await?
        }
        Kind::SignInFailed => None,
        Kind::ResetPassword => {
            let user = locked_recipient(write, mail).await?.filter(|user| user.disabled_at.is_none());
            link(app, write, LinkPurpose::ResetPassword, user, mail, "reset")
                .await?
                .map(|link| messages::reset_password(product, link))
        }
        Kind::ChoosePassword => {
            let user = locked_recipient(write, mail).await?.filter(|user| user.disabled_at.is_none());
            match user {
                Some(user) => {
                    let secret = choose_password::renew_link(write, &user).await?;
                    let (first, site) = (mail.data["first"] == true, &app.config.public_url);
                    Some(messages::choose_password(first, product, site, app.link("reset", &secret)))
                }
                None => None,
            }
        }
        Kind::ConfirmNewEmail => {
            let taken = recipient(write, mail).await?.is_some();
            let user = named_user(write, &mail.data).await?.filter(|_| !taken);
            let user = user.filter(|user| {
                mailbox::asked_with(&app.keyring, user).iter().any(|accepted| text("asked_with") == *accepted)
            });
            let user = user.filter(|user| user.disabled_at.is_none());
            link(app, write, LinkPurpose::NewEmail, user, mail, "verify")
                .await?
                .map(|link| messages::confirm_new_email(product, link))
        }
        Kind::Invitation => match text("invitation_id").parse() {
            Ok(id) => invitation(app, write, id).await?,
            Err(_) => None,
        },
        Kind::EmailChanged => Some(messages::email_changed(&shown(text("new")))),
        Kind::NewDevice => Some(messages::new_device(text("device"), text("address"), text("time"))),
        Kind::PasswordChanged => Some(messages::password_changed()),
        Kind::UsernameChanged => Some(messages::username_changed(mail.data["username"].as_str())),
        Kind::PasswordGuesses => {
            let user = locked_recipient(write, mail).await?.filter(|user| user.disabled_at.is_none());
            let proven = user.filter(|user| user.email_verified_at.is_some());
            link(app, write, LinkPurpose::Unlock, proven, mail, "unlock")
                .await?
                .map(messages::password_guesses)
        }
        Kind::KeyCreated => Some(messages::key_created(text("actor"), text("key"), text("organisation"))),
        Kind::RefreshTheft => Some(messages::refresh_theft(text("device"))),
        Kind::RaisedToAdmin => Some(messages::raised_to_admin(text("organisation"))),
        Kind::NewAdmin => Some(messages::new_admin(&texts(&mail.data["members"]), text("organisation"))),
        Kind::KeysLeftBehind => {
            Some(messages::keys_left_behind(text("member"), text("organisation"), &texts(&mail.data["keys"])))
        }
        Kind::IdentityLinked => Some(messages::identity_linked(text("issuer"))),
        Kind::IdentityUnlinked => Some(messages::identity_unlinked(text("issuer"))),
        Kind::AccountDeleted => Some(messages::account_deleted(product)),
        Kind::Test => Some(messages::test(product)),
    })
}

/// Several texts, or the one that an older version wrote.
fn texts(value: &Value) -> Vec<String> {
    let one = value.as_str().map(str::to_owned).into_iter();
    let several = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    one.chain(several).collect()
}

async fn verify_email(app: &App, write: &Write<'_>, mail: &Model) -> Result<Option<Letter>, Error> {
    let unproven = locked_recipient(write, mail).await?.filter(|user| user.email_verified_at.is_none());
    let unproven = unproven.filter(|user| user.disabled_at.is_none());
    let asked = match &unproven {
        Some(user) => registration::Entity::find_by_id(user.id).one(write).await?,
        None => None,
    };
    let organisation = asked.and_then(|asked| asked.organisation);
    let link = link(app, write, LinkPurpose::VerifyEmail, unproven, mail, "verify").await?;
    Ok(link.map(|link| messages::verify_email(&app.config.product.name, organisation.as_deref(), link)))
}

async fn already_registered(app: &App, write: &Write<'_>, mail: &Model) -> Result<Option<Letter>, Error> {
    let known = recipient(write, mail).await?.is_some();
    Ok(known.then(|| messages::already_registered(&app.config.product.name, &app.config.public_url)))
}

async fn recipient(write: &Write<'_>, mail: &Model) -> Result<Option<user::Model>, Error> {
    sign_in::find(write, &mail.recipient).await
}

/// Locked: of two mails at once, the second one's link replaces the first one's.
async fn locked_recipient(write: &Write<'_>, mail: &Model) -> Result<Option<user::Model>, Error> {
    let Some(found) = recipient(write, mail).await? else { return Ok(None) };
    let user = locked(write, found.id).await?;
    // The address may have been changed meanwhile.
    Ok(user.filter(|user| user.email_normalised == found.email_normalised))
}

async fn named_user(write: &Write<'_>, data: &Value) -> Result<Option<user::Model>, Error> {
    let Some(id) = data["user_id"].as_str().and_then(|id| id.parse::<UserId>().ok()) else { return Ok(None) };
    // Locked: a password that is being replaced ends this, before or after.
    locked(write, id).await
}

/// `None` if the account was deleted.
async fn locked(write: &Write<'_>, id: UserId) -> Result<Option<user::Model>, Error> {
    match users::lock(write, id).await {
        Ok(user) => Ok(Some(user)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn link(
    app: &App,
    write: &Write<'_>,
    purpose: LinkPurpose,
    user: Option<user::Model>,
    mail: &Model,
    page: &str,
) -> Result<Option<String>, Error> {
    let Some(user) = user else { return Ok(None) };
    // The addresses as they were written; the mail's is in lower case, so that the caps count it once.
    let new = mail.data["email"].as_str().unwrap_or(&mail.recipient);
    let email = if purpose == LinkPurpose::NewEmail { new } else { &user.email };
    let secret = one_time::issue(write, purpose, user.id, email).await?;
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
