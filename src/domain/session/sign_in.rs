//! Signing in with a password.

use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, Select};

use crate::domain::Write;
use crate::domain::account::passwords::{self, UserWithPassword};
use crate::domain::account::users;
use crate::domain::email::{self, Email};
use crate::domain::journal::audit::Actor;
use crate::domain::journal::mail;
use crate::domain::session::attempts::{AttemptContext, Subject};
use crate::domain::session::device::Device;
use crate::entity::{credential, user};
use crate::error::{Error, OrLog as _};
use crate::id::SessionId;
use crate::password::{Hasher, PresentedPassword};

/// A user whose password was just checked.
#[derive(Debug)]
pub struct Checked {
    pub account: UserWithPassword,
    upgraded: Option<String>,
}

fn normalised(name: &str) -> String {
    // PostgreSQL has no texts with NUL, so no account has that name.
    email::normalise(name.trim()).replace('\0', "\u{fffd}")
}

fn named(name: &str) -> Select<user::Entity> {
    let name = normalised(name);
    let named = if name.contains('@') {
        user::COLUMN.email_normalised.eq(name)
    } else {
        user::COLUMN.username.eq(name)
    };
    user::Entity::find().filter(named)
}

/// The account by e-mail address or username; either may stand for either.
pub async fn find(db: &impl ConnectionTrait, name: &str) -> Result<Option<user::Model>, Error> {
    Ok(named(name).one(db).await?)
}

/// The same with its password, by one read.
pub async fn find_with_password(
    db: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<UserWithPassword>, Error> {
    Ok(credential::Entity::with_stored_password(named(name)).one(db).await?.map(UserWithPassword::from))
}

/// Checks a password, outside any transaction because it takes long. Unknown users take as long as known
/// ones, and get the same answer. With `only_verified` an account whose address is not proven is unknown, even by
/// its right password, or a client that registers an address could ask whether it had an account before. A mail tells
/// the owner of the mailbox what to do.
///
/// # Errors
/// [`Error::InvalidLogin`]; [`Error::UserDisabled`] once the password is known to be right;
/// [`Error::TooManyAttempts`]; [`Error::Busy`].
pub async fn check(
    attempt: &AttemptContext<'_>,
    name: &str,
    password: &PresentedPassword,
    only_verified: bool,
) -> Result<Checked, Error> {
    let reading = attempt.turn_to_read().await?;
    let account = find_with_password(attempt.db.read(), name).await?;
    let user = account.as_ref().map(|account| &account.user);
    let name = normalised(name);
    let budget = attempt.budget_for(user, &name).await?;
    drop(reading);
    let mut unproven = false;
    let outcome = attempt
        .guess(Some(budget), user, async {
            let checked = verify(attempt.hasher, account.as_ref(), password, only_verified).await;
            unproven = matches!(checked, Err(Error::EmailUnverified));
            // Inside the budgets, where it counts as a wrong guess: else they would tell the two apart.
            if unproven { Err(Error::InvalidLogin) } else { checked }
        })
        .await;
    leave_trace(attempt, user, outcome.as_ref().err());
    if only_verified && matches!(outcome, Err(Error::InvalidLogin)) {
        // If that fails, the answer stands all the same.
        help(attempt, &name, user, unproven).await.or_log("writing down a mail about a failed sign-in");
    }
    outcome
}

/// Writes down the mail that tells how to get in. By address the same is written for every one, so that the work tells
/// nothing; that a username exists is no secret.
async fn help(
    attempt: &AttemptContext<'_>,
    name: &str,
    user: Option<&user::Model>,
    right: bool,
) -> Result<(), Error> {
    let recipient = match user {
        Some(user) if user.email_verified_at.is_none() => user.email_normalised.clone(),
        _ => match Email::try_from(name.to_owned()) {
            Ok(address) => address.normalised(),
            Err(_) => return Ok(()),
        },
    };
    let actor = Actor::system();
    let write = attempt.write(&actor).await?;
    mail::enqueue_for_failed_sign_in(&write, attempt.network, &recipient, right).await?;
    write.commit().await
}

/// Names the account in the log's line of the request, and counts a failure for its organisations. Attempts that were not
/// even made, because there were too many before, are in the log's lines alone: to write them would be work for any client
/// who asks for it.
fn leave_trace(attempt: &AttemptContext<'_>, user: Option<&user::Model>, failure: Option<&Error>) {
    let Some(user) = user else { return };
    tracing::Span::current().record("account", tracing::field::display(user.id));
    if let Some(error @ (Error::InvalidLogin | Error::WrongPassword | Error::UserDisabled)) = failure {
        attempt.tally.sign_in_failed(&attempt.actor, attempt.now, user.id, error);
    }
}

/// Checks the password of a user who is signed in, as a proof of who they are.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::PasswordChangeRequired`] once the password is known to be right;
/// [`Error::TooManyAttempts`]; [`Error::Busy`].
pub async fn check_again(
    attempt: &AttemptContext<'_>,
    account: &UserWithPassword,
    session: Option<SessionId>,
    password: &PresentedPassword,
) -> Result<(), Error> {
    check_to_replace(attempt, account, session, password).await?;
    if account.must_change_password() { Err(Error::PasswordChangeRequired) } else { Ok(()) }
}

/// The same before the password is replaced, for which one that has to be changed is good enough.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::TooManyAttempts`]; [`Error::Busy`].
pub async fn check_to_replace(
    attempt: &AttemptContext<'_>,
    account: &UserWithPassword,
    session: Option<SessionId>,
    password: &PresentedPassword,
) -> Result<(), Error> {
    let user = &account.user;
    let budget = match (attempt.budget_for(Some(user), &user.email_normalised).await?, session) {
        (known @ Subject::Device(_), _) | (known, None) => known,
        // A session is as good as a device: it began by a sign-in.
        (_, Some(session)) => Subject::Device(Device { user: user.id, id: session.0, since: attempt.now }),
    };
    let check = async {
        let right = attempt.hasher.verify(password, account.hash()).await?;
        if right { Ok(()) } else { Err(Error::WrongPassword) }
    };
    let outcome = attempt.guess(Some(budget), Some(user), check).await;
    leave_trace(attempt, Some(user), outcome.as_ref().err());
    outcome
}

async fn verify(
    hasher: &Hasher,
    account: Option<&UserWithPassword>,
    password: &PresentedPassword,
    only_verified: bool,
) -> Result<Checked, Error> {
    let stored = account.and_then(UserWithPassword::hash);
    if !hasher.verify(password, stored).await? {
        return Err(Error::InvalidLogin);
    }
    let (Some(account), Some(hash)) = (account, stored) else {
        return Err(Error::InvalidLogin);
    };
    if only_verified && account.user.email_verified_at.is_none() {
        return Err(Error::EmailUnverified);
    }
    if account.user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    let upgraded = hasher.upgrade(password, hash).await?;
    Ok(Checked { account: account.clone(), upgraded })
}

impl Checked {
    /// Makes sure that the check still holds, now that the account is locked: the password may have been
    /// changed or the account disabled while it was hashed.
    ///
    /// # Errors
    /// [`Error::InvalidLogin`]; [`Error::PasswordChangeRequired`].
    pub async fn confirm(self, write: &Write<'_>) -> Result<UserWithPassword, Error> {
        let user = self.lock(write).await?;
        let password = passwords::mark_used(write, &self.account, self.upgraded).await?;
        let account = UserWithPassword::new(user, Some(password.ok_or(Error::InvalidLogin)?));
        if account.must_change_password() { Err(Error::PasswordChangeRequired) } else { Ok(account) }
    }

    /// The same, and puts a new password in the place of the one that was checked. All sessions end.
    ///
    /// # Errors
    /// [`Error::InvalidLogin`].
    pub async fn confirm_and_replace(
        self,
        write: &Write<'_>,
        new_hash: String,
    ) -> Result<user::Model, Error> {
        let user = self.lock(write).await?;
        let actor = write.actor.as_user(user.id, &user.name);
        let write = &write.by(&actor);
        let checked = self.account.hash().unwrap_or_default();
        users::change_password(write, user.id, checked, new_hash, None).await.map_err(|error| {
            if matches!(error, Error::WrongPassword) { Error::InvalidLogin } else { error }
        })?;
        users::lock(write, user.id).await
    }

    async fn lock(&self, write: &Write<'_>) -> Result<user::Model, Error> {
        // It may even have ended.
        let user = users::lock(write, self.account.user.id).await.map_err(|error| match error {
            Error::NotFound => Error::InvalidLogin,
            other => other,
        })?;
        if user.disabled_at.is_some() { Err(Error::InvalidLogin) } else { Ok(user) }
    }
}
