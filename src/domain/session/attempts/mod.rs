//! Budgets of wrong guesses: every door at which a password is presented goes through [`AttemptContext::guess`].
//!
//! An attempt is counted before the password is hashed, by one conditional statement, and given back if it was no
//! wrong guess. However many requests come at once, and on however many nodes, there are no more hashes than the
//! budget has (one more for every five seconds that the last one takes). An attempt that finds the budget used up by
//! attempts that are still being hashed waits for their outcome: right passwords at the same moment are no guesses.
//! A process that dies in between leaves the attempt counted.
//!
//! `budget.rs` says who draws on which budget, and holds the statements; `owner.rs` has what the owner can do about it.

mod budget;
mod owner;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use uuid::Uuid;

use crate::clock::{Timestamp, seconds_to_wait};
use crate::crypto::keyring::Keyring;
use crate::database::Database;
use crate::domain::journal::audit::Actor;
use crate::domain::journal::tally::Tally;
use crate::domain::session::device::Device;
use crate::domain::session::known_network;
use crate::domain::{NoEvent, Write};
use crate::entity::user;
use crate::error::{Error, OrLog as _};
use crate::id::UserId;
use crate::limits::gates::{Gates, Permit};
use crate::password::Hasher;

use budget::{Budget, BudgetDecision};
pub use budget::{Digest, Subject};
pub use owner::{forget, let_in, unlock};

/// How long an attempt waits for the outcome of others. Less than a request may take.
const PATIENCE: TimeDelta = TimeDelta::seconds(20);
/// How many sign-ins of a node read at once whose attempt they are.
const READING: usize = 4;
/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);

/// What a password check needs: database, hasher, limits, client address, device cookie.
#[derive(Clone)]
pub struct AttemptContext<'a> {
    pub db: &'a Database,
    pub hasher: &'a Hasher,
    pub keyring: &'a Keyring,
    pub now: Timestamp,
    /// Lets the attempts that draw on one budget wait for each other in memory, where that is cheap and in order.
    /// What must hold on all nodes is in the database.
    pub gates: &'a Gates<Digest>,
    /// How many wrong guesses an address has in five minutes.
    pub failures_per_address: i32,
    /// The address, or its /64.
    pub network: IpAddr,
    /// What the client brings along from an earlier sign-in.
    pub device: Option<Device>,
    /// The client, as the audit log tells of it.
    pub actor: Actor,
    /// Where failed attempts are counted for the audit log.
    pub tally: &'a Tally,
}

impl AttemptContext<'_> {
    /// Begins a write.
    ///
    /// # Errors
    /// Those of [`Database::begin`].
    pub async fn write<'a>(&'a self, actor: &'a Actor) -> Result<Write<'a>, Error> {
        Ok(Write::new(self.db.begin().await?, self.now, actor, self.keyring))
    }

    /// Waits for a turn to read what an attempt needs. Many sign-ins at once wait here, in memory, because a wait for the
    /// database's connections soon ends with [`Error::Busy`].
    ///
    /// # Errors
    /// [`Error::Internal`]: never in practice.
    pub async fn turn_to_read(&self) -> Result<Permit, Error> {
        self.gates.enter(Digest::default(), READING).await
    }

    /// Whose budget an attempt at an account draws on: the device's, if the account signed in on it; the network's,
    /// if it signed in from there; or else the one that all strangers share.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub async fn budget_for<'s>(
        &self,
        user: Option<&user::Model>,
        name: &'s str,
    ) -> Result<Subject<'s>, Error> {
        // Also for names that are no account's, so that they take as long.
        let id = user.map_or(UserId(Uuid::nil()), |user| user.id);
        let known = known_network::is_known(self.db.read(), self.keyring, id, self.network, self.now).await?;
        let device = self.device.filter(|device| user.is_some_and(|user| device.is_of(user)));
        Ok(match device {
            Some(device) => Subject::Device(device),
            None if known => Subject::Network(id, self.network),
            None => Subject::Account(name),
        })
    }

    /// Does the work that tells right from wrong, if the budgets have an attempt left. `owner` is told when an
    /// account's budget is used up.
    ///
    /// A known device draws on its own budget only: others behind the same address cannot stop it. It can only be
    /// used to guess at the account that signed in on it.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`]; those of `work`.
    pub async fn guess<T>(
        &self,
        account: Option<Subject<'_>>,
        owner: Option<&user::Model>,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let address = match account {
            Some(Subject::Device(_)) => None,
            _ => Some(Subject::Address(self.network)),
        };
        // Always in this order, so that two of them cannot wait for each other.
        let budgets: Vec<_> = [address, account]
            .into_iter()
            .flatten()
            .map(|subject| Budget::of(subject, self.keyring, self.failures_per_address))
            .collect();
        let came = Instant::now();
        let _places = self.queue(&budgets).await?;
        // What time it is now, to the second: a long queue must not make a pause look like one from before the clock
        // was set back.
        let queued = TimeDelta::seconds(i64::try_from(came.elapsed().as_secs()).unwrap_or(0));
        let attempt = Self { now: self.now + queued, ..self.clone() };
        attempt.take_once_decided(&budgets).await?;
        let outcome = work.await;
        // If that fails, the answer stands all the same.
        if outcome.as_ref().is_err_and(is_wrong_guess) {
            attempt.keep(&budgets, owner).await.or_log("keeping a wrong attempt in mind");
        } else {
            attempt.give_back(&budgets, outcome.is_ok()).await.or_log("giving an attempt back");
        }
        outcome
    }

    /// Counts a link or a token that was found to be wrong without a password's hash. A right one needs no budget:
    /// it cannot be guessed, and others behind the same address must not be able to stop it.
    ///
    /// Gives back what to answer: `error`, or [`Error::TooManyAttempts`].
    pub async fn refuse(&self, error: Error) -> Error {
        let refused: Result<std::convert::Infallible, Error> =
            self.guess(None, None, std::future::ready(Err(error))).await;
        match refused {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }

    async fn queue(&self, budgets: &[Budget]) -> Result<Vec<Permit>, Error> {
        let mut places = Vec::new();
        for budget in budgets {
            places.push(self.gates.enter(budget.digest(), budget.places()).await?);
        }
        Ok(places)
    }

    async fn take_once_decided(&self, budgets: &[Budget]) -> Result<(), Error> {
        let mut waited = TimeDelta::zero();
        loop {
            match self.take(budgets, self.now + waited).await? {
                BudgetDecision::Taken => return Ok(()),
                BudgetDecision::Closed { wait } => return Err(too_many(wait)),
                BudgetDecision::Undecided if waited > PATIENCE => return Err(too_many(budget::UNDECIDED)),
                BudgetDecision::Undecided => {
                    tokio::time::sleep(LOOK).await;
                    waited += TimeDelta::from_std(LOOK).map_err(Error::internal)?;
                }
            }
        }
    }

    /// All of them or none.
    async fn take(&self, budgets: &[Budget], now: Timestamp) -> Result<BudgetDecision, Error> {
        let actor = Actor::system();
        let write = self.write(&actor).await?;
        for budget in budgets {
            match budget.reserve(&write.without_event(NoEvent::Budgets), now).await? {
                BudgetDecision::Taken => {}
                refused => return Ok(refused),
            }
        }
        write.commit().await?;
        Ok(BudgetDecision::Taken)
    }

    async fn give_back(&self, budgets: &[Budget], right: bool) -> Result<(), Error> {
        let actor = Actor::system();
        let write = self.write(&actor).await?;
        for budget in budgets {
            budget.give_back(&write.without_event(NoEvent::Budgets), right).await?;
        }
        write.commit().await
    }

    async fn keep(&self, budgets: &[Budget], owner: Option<&user::Model>) -> Result<(), Error> {
        let actor = Actor::system();
        let write = self.write(&actor).await?;
        for budget in budgets {
            let closed = budget.keep(&write.without_event(NoEvent::Budgets), self.now).await?;
            if let Some(owner) = owner.filter(|_| closed && budget.is_an_account_s()) {
                owner::tell_of_guesses(&write, owner).await?;
            }
        }
        write.commit().await
    }
}

/// Any other error says nothing about the password.
fn is_wrong_guess(error: &Error) -> bool {
    use Error as E;
    matches!(error, E::InvalidLogin | E::WrongPassword | E::LinkInvalid | E::InvalidIssuerToken)
}

fn too_many(wait: TimeDelta) -> Error {
    Error::TooManyAttempts { retry_after: seconds_to_wait(wait) }
}
