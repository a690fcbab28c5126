//! What happens when a user proves that a mailbox is theirs: verification, recovery, change of address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};

use crate::clock::{Timestamp, seconds_to_wait};
use crate::crypto::keyring::{self, Keyring};
use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::account::passwords::{self, UserWithPassword};
use crate::domain::account::{one_time, users};
use crate::domain::email::{self, Email};
use crate::domain::journal::mail::{self, Mail};
use crate::domain::key::keys;
use crate::domain::onboarding::registration;
use crate::domain::session::{attempts, sessions};
use crate::entity::one_time_token::LinkPurpose;
use crate::entity::{api_key, audit_event, external_identity, one_time_token, session, user};
use crate::error::{Error, OnConflict};
use crate::event::{Changed, Event, EventKind, UnlockReason};
use crate::id::{SessionId, UserId};

/// Proves the address of an account, or the new one that it is to have. A new one ends all sessions: some may be
/// a thief's. If a session of this user is presented along with the link, a new one takes its place, and is given back
/// with its cookie.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::EmailTaken`] if another account has taken the address meanwhile.
pub async fn verify(
    write: &Write<'_>,
    link: &Secret,
    presented: Option<(UserId, SessionId)>,
) -> Result<(user::Model, Option<(session::Model, Secret)>), Error> {
    let (user, token) =
        lock_and_consume(write, &[LinkPurpose::VerifyEmail, LinkPurpose::NewEmail], link).await?;
    let email = token.email.ok_or(Error::LinkInvalid)?;
    let id = user.id;
    let (user, renewed) = if token.purpose == LinkPurpose::NewEmail {
        let renewed = match presented.filter(|(user, _)| *user == id) {
            Some((_, session)) => {
                let actor = write.actor.as_user(id, &user.name);
                sessions::renew(&write.by(&actor), session, id, None, false).await?
            }
            None => None,
        };
        let keep = renewed.as_ref().map(|(session, _)| session.id);
        (replace_email(write, user, &email, keep).await?, renewed)
    } else if user.email == email {
        registration::fulfil(write, &user).await?;
        mark_proven(write, id).await?;
        (users::lock(write, id).await?, None)
    } else {
        return Err(Error::LinkInvalid);
    };
    attempts::let_in(write, &user).await?;
    Ok((user, renewed))
}

/// First the account, then its link, as all writes that make or end links do: two changes cannot wait for each other.
async fn lock_and_consume(
    write: &Write<'_>,
    purposes: &[LinkPurpose],
    link: &Secret,
) -> Result<(user::Model, one_time_token::Model), Error> {
    let found = one_time::find(write, write.keyring, link, write.now).await?;
    let found = found.filter(|token| purposes.contains(&token.purpose)).and_then(|token| token.user_id);
    // An account that has ended takes its links along.
    let user = users::lock(write, found.ok_or(Error::LinkInvalid)?).await;
    let user =
        user.map_err(|error| if matches!(error, Error::NotFound) { Error::LinkInvalid } else { error })?;
    Ok((user, one_time::consume(write, purposes, link).await?))
}

async fn replace_email(
    write: &Write<'_>,
    user: user::Model,
    email: &str,
    keep: Option<SessionId>,
) -> Result<user::Model, Error> {
    let (id, old) = (user.id, user.email.clone());
    registration::fulfil(write, &user).await?;
    registration::settle(write, id).await?;
    let user = users::lock(write, id).await?;
    let mut row: user::ActiveModel = user.into();
    row.email = Set(email.to_owned());
    row.email_normalised = Set(email::normalise(email));
    row.email_verified_at = Set(Some(write.now));
    row.updated_at = Set(write.now);
    let user = row.update(write).await.on_conflict(|_| Error::EmailTaken)?;
    // Links that went to the old mailbox must not open the account any more.
    for purpose in
        [LinkPurpose::ResetPassword, LinkPurpose::VerifyEmail, LinkPurpose::NewEmail, LinkPurpose::Unlock]
    {
        one_time::revoke(write, purpose, id).await?;
    }
    let ended = users::end_sessions(write, id, keep).await?;
    mail::enqueue(write, &old, Mail::EmailChanged { new: email.to_owned() }).await?;
    let addresses = Changed { before: old, after: email.to_owned() };
    write.record(Event::UserEmailChanged { user: id, addresses, sessions_ended: ended }).await?;
    Ok(user)
}

/// Sends a link to the address that the account is to have; nothing changes until it is used. `checked` is the user as
/// they were when their password was checked.
///
/// # Errors
/// What a new request would be told, if something has ended while the password was checked: [`Error::WrongPassword`],
/// [`Error::InvalidCredential`]. [`Error::TooManyEmailChanges`].
pub async fn ask_for_new_email(
    write: &Write<'_>,
    checked: &UserWithPassword,
    session: Option<SessionId>,
    email: &Email,
) -> Result<(), Error> {
    let user = users::lock(write, checked.user.id).await?;
    checked.confirm(write).await?;
    let signed_out = match session {
        Some(id) => session::Entity::alive(id).one(write).await?.is_none(),
        None => false,
    };
    if signed_out || user.disabled_at.is_some() {
        return Err(Error::InvalidCredential);
    }
    check_number(write, user.id).await?;
    let mail = Mail::ConfirmNewEmail {
        user_id: user.id,
        email: email.as_str().to_owned(),
        asked_with: asked_with(write.keyring, checked).into_iter().next().unwrap_or_default(),
    };
    mail::enqueue_requested(write, &email.normalised(), mail).await?;
    write.record(Event::UserEmailChangeRequested { user: user.id }).await
}

/// Whether users may ask for one change more, each of which sends a mail to an address that may be a stranger's. Their
/// events count; the caller holds the account's lock.
async fn check_number(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let Some(most) = write.caps().email_changes else { return Ok(()) };
    let day = one_time::lifetime(LinkPurpose::NewEmail);
    let asked = audit_event::Entity::of_target(user.to_string())
        .filter(audit_event::COLUMN.action.eq(EventKind::UserEmailChangeRequested.as_str()))
        .filter(audit_event::COLUMN.created_at.gt(write.now - day));
    if asked.clone().count(write).await? < most {
        return Ok(());
    }
    let oldest = asked.order_by_asc(audit_event::Column::CreatedAt).one(write).await?;
    let end = oldest.map_or(write.now, |event| event.created_at + day);
    Err(Error::TooManyEmailChanges { most, retry_after: seconds_to_wait(end - write.now) })
}

/// What changes with the password, under the current master secret and then under the previous one: a request that was
/// made with a password that was replaced since is dropped.
pub fn asked_with(keyring: &Keyring, account: &UserWithPassword) -> Vec<String> {
    let stored = account.hash().unwrap_or_default();
    let parts = [b"new email ", account.user.id.0.as_bytes().as_slice(), stored.as_bytes()];
    keyring.macs(keyring::KeyPurpose::Basic, &parts).map(|digest| URL_SAFE_NO_PAD.encode(digest)).collect()
}

/// Whose password a link is for, if it would work. Looking does not use it up.
///
/// # Errors
/// [`Error::LinkInvalid`].
pub async fn owner_of(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    link: &Secret,
    now: Timestamp,
) -> Result<UserWithPassword, Error> {
    let token = one_time::find(db, keyring, link, now).await?;
    let id =
        token.filter(|token| token.purpose == LinkPurpose::ResetPassword).and_then(|token| token.user_id);
    passwords::find(db, id.ok_or(Error::LinkInvalid)?).await?.ok_or(Error::LinkInvalid)
}

/// Sets a new password by a link: all sessions end.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::UserDisabled`].
pub async fn reset_password(
    write: &Write<'_>,
    link: &Secret,
    new_hash: String,
) -> Result<user::Model, Error> {
    let (user, token) = lock_and_consume(write, &[LinkPurpose::ResetPassword], link).await?;
    let id = user.id;
    if token.email.as_deref() != Some(user.email.as_str()) {
        return Err(Error::LinkInvalid);
    }
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    if user.email_verified_at.is_none() {
        take_over(write, id, Some(new_hash)).await?;
    } else {
        users::reset_password(write, id, new_hash).await?;
    }
    attempts::let_in(write, &user).await?;
    Ok(user)
}

/// Lets the owner of an account in while others guess, by the link that was mailed when they began: see
/// [`attempts::let_in`]. Gives back the user, and the secret of a link to choose a new password.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::UserDisabled`].
pub async fn unlock(write: &Write<'_>, link: &Secret) -> Result<(user::Model, Secret), Error> {
    let (user, token) = lock_and_consume(write, &[LinkPurpose::Unlock], link).await?;
    if token.email.as_deref() != Some(user.email.as_str()) {
        return Err(Error::LinkInvalid);
    }
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    attempts::let_in(write, &user).await?;
    let reset = one_time::issue(write, LinkPurpose::ResetPassword, user.id, &user.email).await?;
    write.record(Event::UserUnlocked { user: user.id, reason: UnlockReason::Mail }).await?;
    Ok((user, reset))
}

/// Marks an account's address as proven.
pub async fn mark_proven(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let marked = user::Entity::update_many()
        .col_expr(user::Column::EmailVerifiedAt, Expr::value(write.now))
        .col_expr(user::Column::UpdatedAt, Expr::value(write.now))
        .filter(user::COLUMN.id.eq(user))
        .filter(user::COLUMN.email_verified_at.is_null())
        .exec(write)
        .await?;
    if marked.rows_affected == 1 {
        registration::settle(write, user).await?;
        write.record(Event::UserEmailVerified { user }).await?;
    }
    Ok(())
}

/// The owner of the mailbox takes an account that another person may have made with it before: password, sessions,
/// links, keys that were made by it, and who it was elsewhere end, and the address is proven now.
pub async fn take_over(write: &Write<'_>, user: UserId, new_hash: Option<String>) -> Result<(), Error> {
    users::reset_password(write, user, new_hash).await?;
    for key in api_key::Entity::alive_of_creator(user).all(write).await? {
        keys::revoke(write, key.organisation_id, key.id, None).await?;
    }
    external_identity::Entity::delete_many()
        .filter(external_identity::COLUMN.user_id.eq(user))
        .exec(write)
        .await?;
    mark_proven(write, user).await
}
