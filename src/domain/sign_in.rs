//! Signing in with a password.

use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::attempts::{Door, Subject};
use super::device::Device;
use super::{Change, email, users};
use crate::entity::user;
use crate::error::Error;
use crate::id::SessionId;
use crate::password::{Hasher, PresentedPassword};

/// A user whose password was just checked.
#[derive(Debug)]
pub struct Checked {
    pub user: user::Model,
    hash: String,
    upgraded: Option<String>,
}

fn normalised(name: &str) -> String {
    // PostgreSQL has no texts with NUL, so nobody is called that.
    email::normalise(name.trim()).replace('\0', "\u{fffd}")
}

/// The account by e-mail address or username; either may stand for either.
pub async fn find(db: &impl ConnectionTrait, name: &str) -> Result<Option<user::Model>, Error> {
    let name = normalised(name);
    let named = if name.contains('@') {
        user::COLUMN.email_normalised.eq(name)
    } else {
        user::COLUMN.username.eq(name)
    };
    Ok(user::Entity::find().filter(named).one(db).await?)
}

/// Checks a password, outside any transaction because it takes long. Unknown users take as long as known
/// ones, and get the same answer.
///
/// # Errors
/// [`Error::InvalidLogin`]; once the password is known to be right [`Error::UserDisabled`], and
/// [`Error::EmailUnverified`] with `only_verified`; [`Error::TooManyAttempts`]; [`Error::Busy`].
pub async fn check(
    door: &Door<'_>,
    name: &str,
    password: &PresentedPassword,
    only_verified: bool,
) -> Result<Checked, Error> {
    let user = find(door.db.read(), name).await?;
    let name = normalised(name);
    let known = door.device.filter(|device| user.as_ref().is_some_and(|user| device.is_of(user)));
    let budget = known.map_or(Subject::Account(&name), Subject::Device);
    door.guess(Some(budget), verify(door.hasher, user.as_ref(), password, only_verified)).await
}

/// Checks the password of somebody who is signed in.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::TooManyAttempts`]; [`Error::Busy`].
pub async fn check_again(
    door: &Door<'_>,
    user: &user::Model,
    session: Option<SessionId>,
    password: &PresentedPassword,
) -> Result<(), Error> {
    let known = door.device.filter(|device| device.is_of(user));
    // Whoever has a session signed in on that device once.
    let device = known.or(session.map(|session| Device { user: user.id, id: session.0, since: door.now }));
    let budget = device.map_or(Subject::Account(&user.email_normalised), Subject::Device);
    let check = async {
        let right = door.hasher.verify(password, user.password_hash.as_deref()).await?;
        if right { Ok(()) } else { Err(Error::WrongPassword) }
    };
    door.guess(Some(budget), check).await
}

async fn verify(
    hasher: &Hasher,
    user: Option<&user::Model>,
    password: &PresentedPassword,
    only_verified: bool,
) -> Result<Checked, Error> {
    let stored = user.and_then(|user| user.password_hash.as_deref());
    if !hasher.verify(password, stored).await? {
        return Err(Error::InvalidLogin);
    }
    let (Some(user), Some(hash)) = (user, stored.map(str::to_owned)) else {
        return Err(Error::InvalidLogin);
    };
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    if only_verified && user.email_verified_at.is_none() {
        return Err(Error::EmailUnverified);
    }
    let upgraded = hasher.upgrade(password, &hash).await?;
    Ok(Checked { user: user.clone(), hash, upgraded })
}

impl Checked {
    /// Makes sure that the check still holds, now that the account is locked: the password may have been
    /// changed or the account disabled while it was hashed.
    pub async fn confirm(self, change: Change<'_>) -> Result<user::Model, Error> {
        let user = users::lock(change, self.user.id).await?;
        if user.disabled_at.is_some() || user.password_hash.as_deref() != Some(&self.hash) {
            return Err(Error::InvalidLogin);
        }
        if let Some(upgraded) = self.upgraded {
            users::upgrade_hash(change, user.id, &self.hash, upgraded).await?;
        }
        Ok(user)
    }

    /// The hash that was checked.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}
