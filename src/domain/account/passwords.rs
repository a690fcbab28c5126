//! Users' passwords: a password is a row of `credential`, of which each user has one at most.
//!
//! A password is replaced by another row, under the lock of its user. What was checked before that lock was had holds
//! only if the same hash is still there.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use crate::clock::Timestamp;
use crate::domain::{NoEvent, Write};
use crate::entity::credential::{self, Authenticator, Column, Entity, UserAndPassword};
use crate::entity::user;
use crate::error::Error;
use crate::event::Event;
use crate::id::{CredentialId, UserId};

/// A user, and the password that the user had when both were read.
#[derive(Clone, Debug)]
pub struct UserWithPassword {
    pub user: user::Model,
    /// Its hash, and since when it has to be changed.
    password: Option<(String, Option<Timestamp>)>,
}

impl UserWithPassword {
    /// Of two rows that were read apart.
    pub fn new(user: user::Model, password: Option<credential::Model>) -> Self {
        Self { user, password: password.map(|password| (password.secret, password.change_required_at)) }
    }

    /// The hash of the password, if there is one.
    pub fn hash(&self) -> Option<&str> {
        self.password.as_ref().map(|(hash, _)| hash.as_str())
    }

    /// Whether there is a password.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Whether the password opens nothing but the way to a new one, because its owner did not choose it.
    pub fn must_change_password(&self) -> bool {
        self.password.as_ref().is_some_and(|(_, change_required_at)| change_required_at.is_some())
    }

    /// Makes sure that the password is still the one that was read, now that the user is locked.
    ///
    /// # Errors
    /// [`Error::WrongPassword`].
    pub async fn confirm(&self, write: &Write<'_>) -> Result<(), Error> {
        let now = Entity::password_of(self.user.id).one(write).await?;
        let is_same = now.map(|password| password.secret).as_deref() == self.hash();
        if is_same { Ok(()) } else { Err(Error::WrongPassword) }
    }
}

impl From<UserAndPassword> for UserWithPassword {
    fn from(UserAndPassword { user, password }: UserAndPassword) -> Self {
        Self { user, password }
    }
}

/// The user with that id.
pub async fn find(db: &impl ConnectionTrait, user: UserId) -> Result<Option<UserWithPassword>, Error> {
    let found = Entity::with_stored_password(user::Entity::find_by_id(user)).one(db).await?;
    Ok(found.map(UserWithPassword::from))
}

/// The same, locked until the transaction ends. The password is read once the lock is had: in the lock's own statement
/// PostgreSQL would give the password as it was before the wait.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn lock(write: &Write<'_>, user: UserId) -> Result<UserWithPassword, Error> {
    let user = user::Entity::locked(user).one(write).await?.ok_or(Error::NotFound)?;
    let password = Entity::password_of(user.id).one(write).await?;
    Ok(UserWithPassword::new(user, password))
}

/// A password as it is stored for a user.
pub(in crate::domain) fn row(write: &Write<'_>, user: UserId, hash: String) -> credential::ActiveModel {
    credential::ActiveModel {
        id: Set(CredentialId::generate()),
        user_id: Set(user),
        kind: Set(Authenticator::Password),
        secret: Set(hash),
        change_required_at: Set(None),
        created_at: Set(write.now),
        last_used_at: Set(None),
    }
}

/// Gives a user a password, or none, in the place of the one that is there. The caller holds the user's lock. `checked`
/// is the hash that the password must have that is replaced.
///
/// # Errors
/// [`Error::WrongPassword`] if it has another one.
pub(in crate::domain) async fn replace(
    write: &Write<'_>,
    user: UserId,
    checked: Option<&str>,
    hash: Option<String>,
) -> Result<(), Error> {
    let mut replaced = Entity::delete_many().filter(Entity::is_password_of(user));
    if let Some(checked) = checked {
        replaced = replaced.filter(credential::COLUMN.secret.eq(checked));
    }
    if replaced.exec(write).await?.rows_affected == 0 && checked.is_some() {
        return Err(Error::WrongPassword);
    }
    if let Some(hash) = hash {
        row(write, user, hash).insert(write).await?;
    }
    Ok(())
}

/// Marks a password that its owner did not choose: until it is replaced, it opens nothing but the way to a new one.
pub async fn require_change(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::ChangeRequiredAt, Expr::value(write.now))
        .filter(Entity::is_password_of(user))
        .exec(write)
        .await?;
    write.record(Event::UserPasswordChangeRequired { user }).await
}

/// Notes that a user signed in with the password that was checked, and stores `upgraded` in the place of its hash: one of
/// the same password at today's cost. The caller holds the user's lock.
///
/// Gives back the password as it is now; `None` if another one is there by now.
pub(in crate::domain) async fn mark_used(
    write: &Write<'_>,
    checked: &UserWithPassword,
    upgraded: Option<String>,
) -> Result<Option<credential::Model>, Error> {
    let Some(hash) = checked.hash() else { return Ok(None) };
    let used = Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(write.now))
        .col_expr(Column::Secret, Expr::value(upgraded.as_deref().unwrap_or(hash)))
        .filter(Entity::is_password_of(checked.user.id))
        .filter(credential::COLUMN.secret.eq(hash))
        .exec_with_returning(&write.without_event(NoEvent::Uses))
        .await?;
    Ok(used.into_iter().next())
}
