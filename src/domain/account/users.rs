//! Accounts: making and changing them.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use crate::domain::account::{one_time, passwords};
use crate::domain::email::Email;
use crate::domain::journal::mail::{self, Mail};
use crate::domain::session::known_network;
use crate::domain::values::change::Change;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::labels::{LabelChanges, Labels};
use crate::domain::values::username::Username;
use crate::domain::{NoEvent, Write};
use crate::entity::one_time_token::LinkPurpose;
use crate::entity::{session, user};
use crate::error::{Error, OnConflict};
use crate::event::{Changed, ChangedNames, Ended, Event, SessionEnd, SessionScope};
use crate::id::{SessionId, UserId};

/// What a new account starts with.
#[derive(Debug)]
pub struct NewUser {
    pub email: Email,
    pub username: Option<Username>,
    pub name: Option<DisplayName>,
    /// None: they sign in some other way, and may choose one by mail.
    pub password_hash: Option<String>,
    pub operator: bool,
    /// Whether the address is vouched for: by an operator, or by a link that was sent to it.
    pub email_verified: bool,
}

/// Makes an account.
///
/// # Errors
/// [`Error::EmailTaken`], [`Error::UsernameTaken`].
pub async fn create(write: &Write<'_>, new: NewUser) -> Result<user::Model, Error> {
    let name = new.name.unwrap_or_else(|| DisplayName::from_local_part(&new.email));
    let user = user::ActiveModel {
        id: Set(UserId::generate()),
        email: Set(new.email.as_str().to_owned()),
        email_normalised: Set(new.email.normalised()),
        username: Set(new.username.as_ref().map(|username| username.as_str().to_owned())),
        name: Set(name.as_str().to_owned()),
        password_changed_at: Set(new.password_hash.as_ref().map(|_| write.now)),
        operator: Set(new.operator),
        email_verified_at: Set(new.email_verified.then_some(write.now)),
        disabled_at: Set(None),
        external_id: Set(None),
        metadata: Set(None),
        imported_hash_digest: Set(None),
        created_at: Set(write.now),
        updated_at: Set(write.now),
    }
    .insert(write)
    .await
    .on_conflict(which_name)?;
    if let Some(hash) = new.password_hash {
        passwords::row(write, user.id, hash).insert(write).await?;
    }
    write.record(Event::UserCreated { user: user.id, operator: user.operator, imported: None }).await?;
    Ok(user)
}

/// Which of the two unique names is taken, from the violated constraint's name.
fn which_name(constraint: &str) -> Error {
    if constraint.contains("username") { Error::UsernameTaken } else { Error::EmailTaken }
}

/// Changes what users may change of themselves; `None` leaves as it is. A username is a name to
/// sign in with: its change has an event and a mail of its own.
///
/// # Errors
/// [`Error::UsernameTaken`].
pub async fn update(
    write: &Write<'_>,
    user: user::Model,
    name: Option<DisplayName>,
    username: Change<Username>,
) -> Result<user::Model, Error> {
    let id = user.id;
    let (old_name, old_username) = (user.name.clone(), user.username.clone());
    let mut row: user::ActiveModel = user.into();
    if let Some(name) = name {
        row.name = Set(name.as_str().to_owned());
    }
    match username {
        Change::Keep => {}
        Change::TakeAway => row.username = Set(None),
        Change::To(username) => row.username = Set(Some(username.as_str().to_owned())),
    }
    row.updated_at = Set(write.now);
    let user =
        row.update(&write.without_event(NoEvent::Unchanged)).await.on_conflict(|_| Error::UsernameTaken)?;
    let name = Changed::between(old_name, user.name.clone());
    let username = Changed::between(old_username, user.username.clone());
    if username.is_some() {
        let mail = Mail::UsernameChanged { username: user.username.clone() };
        mail::enqueue(write, &user.email, mail).await?;
    }
    if name.is_some() || username.is_some() {
        let (external_id, metadata_changed) = (None, ChangedNames::default());
        write.record(Event::UserUpdated { user: id, name, username, external_id, metadata_changed }).await?;
    }
    Ok(user)
}

/// Changes what the integrator's own system keeps of a user. Users do not change it themselves: others trust it.
///
/// # Errors
/// [`Error::ExternalIdTaken`]; [`Error::Invalid`] for too much metadata.
pub async fn label(
    write: &Write<'_>,
    user: user::Model,
    changes: &LabelChanges,
) -> Result<user::Model, Error> {
    let id = user.id;
    let old = Labels { external_id: user.external_id.clone(), metadata: user.metadata.clone() };
    let new = old.after(changes)?;
    if new == old {
        return Ok(user);
    }
    let mut row: user::ActiveModel = user.into();
    row.external_id = Set(new.external_id.clone());
    row.metadata = Set(new.metadata.clone());
    row.updated_at = Set(write.now);
    let user = row.update(write).await.on_conflict(|_| Error::ExternalIdTaken)?;
    let (external_id, metadata_changed) = (old.changed_id(&new), old.changed_names(&new));
    let (name, username) = (None, None);
    write.record(Event::UserUpdated { user: id, name, username, external_id, metadata_changed }).await?;
    Ok(user)
}

/// Puts a new password in the place of the one whose hash was just checked, and ends all sessions but the one that has
/// just taken the place of the caller's.
///
/// # Errors
/// [`Error::WrongPassword`] if the password was changed in between.
pub async fn change_password(
    write: &Write<'_>,
    user: UserId,
    checked_hash: &str,
    new_hash: String,
    keep: Option<SessionId>,
) -> Result<(), Error> {
    password_changes(write, user).await?;
    passwords::replace(write, user, Some(checked_hash), Some(new_hash)).await?;
    let ended = end_sessions(write, user, keep).await?;
    password_was_replaced(write, user).await?;
    write.record(Event::UserPasswordChanged { user, sessions_ended: ended }).await
}

/// Sets a password without knowing the old one, as operators and mailed links do, or takes it away, and ends all
/// sessions.
pub async fn reset_password(
    write: &Write<'_>,
    user: UserId,
    new_hash: impl Into<Option<String>>,
) -> Result<(), Error> {
    password_changes(write, user).await?;
    passwords::replace(write, user, None, new_hash.into()).await?;
    let ended = end_sessions(write, user, None).await?;
    password_was_replaced(write, user).await?;
    write.record(Event::UserPasswordReset { user, sessions_ended: ended }).await
}

/// Notes when the password changes, by which the user is locked, too.
async fn password_changes(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let changed = user::Entity::update_many()
        .col_expr(user::Column::PasswordChangedAt, Expr::value(write.now))
        .col_expr(user::Column::UpdatedAt, Expr::value(write.now))
        .filter(user::COLUMN.id.eq(user))
        .exec(write)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// A person who knew the old password may have asked for links with it, and signed in from anywhere: the links are revoked,
/// the networks are forgotten, and the owner is told.
async fn password_was_replaced(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    for purpose in [LinkPurpose::ResetPassword, LinkPurpose::NewEmail, LinkPurpose::Unlock] {
        one_time::revoke(write, purpose, user).await?;
    }
    known_network::forget(write, user).await?;
    let user = lock(write, user).await?;
    mail::enqueue(write, &user.email, Mail::PasswordChanged).await?;
    Ok(())
}

/// The account, locked until the transaction ends: sessions start and end one after the other.
pub async fn lock(write: &Write<'_>, user: UserId) -> Result<user::Model, Error> {
    user::Entity::locked(user).one(write).await?.ok_or(Error::NotFound)
}

pub(in crate::domain) async fn end_sessions(
    write: &Write<'_>,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<u64, Error> {
    session::Entity::of_user(user)
        .order_by_asc(session::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(write)
        .await?;
    let mut ending = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(write.now))
        .filter(session::COLUMN.user_id.eq(user))
        .filter(session::COLUMN.ended_at.is_null());
    if let Some(keep) = keep {
        ending = ending.filter(session::COLUMN.id.ne(keep));
    }
    Ok(ending.exec(write).await?.rows_affected)
}

/// Ends the sessions of a user, all of them or all but one, and writes it down.
pub async fn sign_out_everywhere(
    write: &Write<'_>,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<u64, Error> {
    lock(write, user).await?;
    let ended = end_sessions(write, user, keep).await?;
    let event = Event::SessionEnded {
        organisation: None,
        ended: Ended::User(user),
        reason: SessionEnd::Requested,
        scope: SessionScope::Account,
        sessions_ended: Some(ended),
        most: None,
    };
    write.record(event).await?;
    Ok(ended)
}
