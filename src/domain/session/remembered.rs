//! Passwords that come with every request: one that was right a moment ago is not hashed again.
//!
//! What is kept is a digest, under a key of its own, of the password together with the stored hash that it was
//! checked against. The stored hash is read with every request: when the password changes, on whatever node, what
//! is remembered fits no more, and the cache need not be told. Whether the account may sign in is read with it.
//!
//! It must not become a door without a budget. It is kept for an account at one address, and forgotten as soon as
//! another password comes from there: each guess draws on the budgets.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use subtle::ConstantTimeEq as _;

use crate::clock::Timestamp;
use crate::crypto::keyring::KeyPurpose;
use crate::domain::account::passwords::UserWithPassword;
use crate::domain::journal::audit::Actor;
use crate::domain::onboarding::registration;
use crate::domain::session::attempts::AttemptContext;
use crate::domain::session::{known_network, sign_in};
use crate::entity::user;
use crate::error::Error;
use crate::id::UserId;
use crate::limits::gates::Gates;
use crate::password::PresentedPassword;

/// Counted from the check, not from the last use.
const LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// The most accounts at an address that are remembered.
const MOST: usize = 10_000;

type Digest = [u8; 32];

/// What was right a moment ago.
#[derive(Debug, Default)]
pub struct Remembered {
    right: Mutex<HashMap<(UserId, IpAddr), (Digest, Timestamp)>>,
    turns: Gates<Digest>,
    checks: AtomicU64,
}

impl Remembered {
    /// Checks a password as [`sign_in::check`] does, by the same budgets, at most once a minute for each address.
    ///
    /// # Errors
    /// Those of [`sign_in::check`].
    pub async fn check(
        &self,
        attempt: &AttemptContext<'_>,
        name: &str,
        password: &PresentedPassword,
        only_verified: bool,
    ) -> Result<user::Model, Error> {
        if let Some(user) = self.recall(attempt, name, password).await? {
            return usable(user, only_verified);
        }
        // Those who come at once with the same let one of them do the work, whether there is such an account or not.
        let network = attempt.network.to_string();
        let turn = [&b"turn "[..], network.as_bytes(), b" ", name.as_bytes(), b":", password.as_bytes()];
        let _turn = self.turns.enter(attempt.keyring.mac(KeyPurpose::Basic, &turn), 1).await?;
        if let Some(user) = self.recall(attempt, name, password).await? {
            return usable(user, only_verified);
        }
        self.checks.fetch_add(1, Ordering::Relaxed);
        let checked = sign_in::check(attempt, name, password, only_verified).await?;
        let actor = Actor::system();
        let write = attempt.write(&actor).await?;
        let account = checked.confirm(&write).await?;
        let id = account.user.id;
        known_network::remember_at(&write, id, attempt.network).await?;
        if account.user.email_verified_at.is_none() {
            registration::seen(&write, id).await?;
        }
        write.commit().await?;
        self.remember(attempt, &account, password);
        Ok(account.user)
    }

    /// How often it came to a check.
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    async fn recall(
        &self,
        attempt: &AttemptContext<'_>,
        name: &str,
        password: &PresentedPassword,
    ) -> Result<Option<user::Model>, Error> {
        let Some(account) = sign_in::find_with_password(attempt.db.read(), name).await? else {
            return Ok(None);
        };
        let digest = digest(attempt, &account, password);
        let user = account.user;
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (user.id, attempt.network);
        let Some((known, until)) = right.get(&place) else { return Ok(None) };
        if *until > attempt.now && bool::from(known.ct_eq(&digest)) {
            return Ok(Some(user));
        }
        right.remove(&place);
        Ok(None)
    }

    fn remember(
        &self,
        attempt: &AttemptContext<'_>,
        account: &UserWithPassword,
        password: &PresentedPassword,
    ) {
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if right.len() >= MOST {
            right.retain(|_, (_, until)| *until > attempt.now);
        }
        if right.len() >= MOST {
            // A client that is forgotten pays with one more hash.
            right.clear();
        }
        let until = attempt.now + LIFETIME;
        right.insert((account.user.id, attempt.network), (digest(attempt, account, password), until));
    }
}

fn digest(attempt: &AttemptContext<'_>, account: &UserWithPassword, password: &PresentedPassword) -> Digest {
    let stored = account.hash().unwrap_or_default();
    let parts = [&b"right "[..], account.user.id.0.as_bytes(), stored.as_bytes(), b" ", password.as_bytes()];
    attempt.keyring.mac(KeyPurpose::Basic, &parts)
}

/// What a sign-in with the right password would be told.
fn usable(user: user::Model, only_verified: bool) -> Result<user::Model, Error> {
    if only_verified && user.email_verified_at.is_none() {
        Err(Error::InvalidLogin)
    } else if user.disabled_at.is_some() {
        Err(Error::UserDisabled)
    } else {
        Ok(user)
    }
}
