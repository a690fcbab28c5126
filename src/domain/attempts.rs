//! Budgets of wrong guesses: one function that every door with a password or a mailed link goes through.
//!
//! An attempt is counted before the password is hashed, by one conditional statement, and given back if it
//! was no wrong guess. However many requests come at once, and on however many nodes, there are never more
//! hashes than the budget has. A process that dies in between leaves the attempt counted.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use chrono::TimeDelta;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait, QueryFilter, QueryTrait as _, Set,
};
use serde_json::json;
use tokio::sync::Semaphore;

use super::Change;
use super::audit::Actor;
use super::device::Device;
use crate::clock::Timestamp;
use crate::database::Database;
use crate::entity::login_failure::{ActiveModel, Column, Entity};
use crate::entity::{login_failure, user};
use crate::error::{Error, OrLog as _};
use crate::keyring::{Keyring, Purpose};
use crate::password::Hasher;

/// So many wrong guesses are free.
const FREE: i32 = 5;
/// So many of one address are hashed at once.
const AT_ONCE: u32 = 5;
/// In which those of an address are counted.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// After so long without any, those at an account are forgotten.
const MEMORY: TimeDelta = TimeDelta::hours(24);
/// How long an account is closed for unknown devices after the fifth wrong guess, the sixth, …
const PAUSES: [TimeDelta; 7] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(2),
    TimeDelta::minutes(4),
    TimeDelta::minutes(8),
    TimeDelta::minutes(16),
    TimeDelta::minutes(32),
    TimeDelta::minutes(60),
];

/// Where somebody stands who is about to say a password.
pub struct Door<'a> {
    pub db: &'a Database,
    pub hasher: &'a Hasher,
    pub keyring: &'a Keyring,
    pub now: Timestamp,
    pub gates: &'a Gates,
    /// The address, or its /64.
    pub network: IpAddr,
    /// What they bring along from an earlier sign-in.
    pub device: Option<Device>,
}

/// Lets those of one address who come at once wait for each other, so that right passwords which are still being
/// hashed are not taken for wrong ones. For fairness only: what must hold on all nodes is in the database.
#[derive(Debug, Default)]
pub struct Gates(Mutex<HashMap<IpAddr, Weak<Semaphore>>>);

impl Gates {
    fn of(&self, network: IpAddr) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(&network).and_then(Weak::upgrade) {
            return gate;
        }
        // Nobody waits at the others: the map is as large as there are requests under way.
        gates.retain(|_, gate| gate.strong_count() > 0);
        let gate = Arc::new(Semaphore::new(AT_ONCE as usize));
        gates.insert(network, Arc::downgrade(&gate));
        gate
    }
}

/// Whose budget is drawn on.
#[derive(Clone, Copy)]
pub enum Subject<'s> {
    Address(IpAddr),
    /// The normalised name, whether there is such an account or not.
    Account(&'s str),
    Device(Device),
}

impl Subject<'_> {
    fn digest(self, keyring: &Keyring) -> Vec<u8> {
        let mac = |parts: &[&[u8]]| keyring.mac(Purpose::Attempt, parts).to_vec();
        match self {
            Self::Address(network) => mac(&[b"address ", network.to_string().as_bytes()]),
            Self::Account(name) => mac(&[b"account ", name.as_bytes()]),
            Self::Device(device) => mac(&[b"device ", device.user.0.as_bytes(), device.id.as_bytes()]),
        }
    }
}

impl Door<'_> {
    /// Does what tells right from wrong, if the budgets have an attempt left.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`]; those of `work`.
    pub async fn guess<T>(
        &self,
        account: Option<Subject<'_>>,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        // Always in this order, so that two of them cannot wait for each other.
        let subjects = [Some(Subject::Address(self.network)), account];
        let gate = self.gates.of(self.network);
        let mut permit = gate.acquire().await.map_err(Error::internal)?;
        match self.take(subjects).await {
            Err(Error::TooManyAttempts { .. }) => {
                // Perhaps only because others have not given theirs back yet.
                drop(permit);
                permit = gate.acquire_many(AT_ONCE).await.map_err(Error::internal)?;
                self.take(subjects).await?;
            }
            taken => taken?,
        }
        let outcome = work.await;
        if !matches!(outcome, Err(Error::InvalidLogin | Error::WrongPassword | Error::LinkInvalid)) {
            // If it cannot be given back, the answer stands all the same.
            self.give_back(subjects).await.or_log("giving an attempt back");
        }
        drop(permit);
        outcome
    }

    async fn take(&self, subjects: [Option<Subject<'_>>; 2]) -> Result<(), Error> {
        let txn = self.db.begin().await?;
        let actor = Actor::system();
        let change = Change { txn: &txn, now: self.now, actor: &actor };
        for subject in subjects.into_iter().flatten() {
            reserve(change, self.keyring, subject).await?;
        }
        Ok(txn.commit().await?)
    }

    async fn give_back(&self, subjects: [Option<Subject<'_>>; 2]) -> Result<(), Error> {
        let txn = self.db.begin().await?;
        for subject in subjects.into_iter().flatten() {
            Entity::update_many()
                .col_expr(Column::Failures, Expr::col(Column::Failures).sub(1))
                .col_expr(Column::BlockedUntil, Expr::value(self.now))
                .filter(login_failure::COLUMN.subject.eq(subject.digest(self.keyring)))
                .filter(login_failure::COLUMN.failures.gt(0))
                .exec(&txn)
                .await?;
        }
        Ok(txn.commit().await?)
    }
}

async fn reserve(change: Change<'_>, keyring: &Keyring, subject: Subject<'_>) -> Result<(), Error> {
    let now = change.now;
    let digest = subject.digest(keyring);
    let column = |column: Column| Expr::col((Entity, column));
    let counting = column(Column::ForgottenAt).gt(now);
    let case = || CaseStatement::new();
    let counted = || column(Column::Failures).add(1);
    let (end, kept, pause) = if let Subject::Address(_) = subject {
        let kept = case().case(counting.clone(), column(Column::ForgottenAt)).finally(now + WINDOW).into();
        let full = counting.clone().and(counted().gte(FREE));
        (now + WINDOW, kept, case().case(full, column(Column::ForgottenAt)).finally(now))
    } else {
        let mut pause = case().case(counting.clone().not().or(counted().lt(FREE)), now);
        for (failures, length) in (FREE..).zip(PAUSES) {
            pause = pause.case(counted().eq(failures), now + length);
        }
        let kept = Expr::value(now + MEMORY);
        (now + MEMORY, kept, pause.finally(now + PAUSES[PAUSES.len() - 1]))
    };
    let mut again = OnConflict::column(Column::Subject);
    again
        .value(Column::Failures, case().case(counting, counted()).finally(1))
        .value(Column::BlockedUntil, pause)
        .value(Column::ForgottenAt, kept)
        .action_and_where(column(Column::BlockedUntil).lte(now));
    let first = ActiveModel {
        subject: Set(digest.clone()),
        user_id: Set(if let Subject::Device(device) = subject { Some(device.user) } else { None }),
        failures: Set(1),
        blocked_until: Set(now),
        forgotten_at: Set(end),
    };
    let insert = Entity::insert(first).on_conflict(again).into_query();
    if change.txn.execute(&insert).await?.rows_affected() == 1 {
        return Ok(());
    }
    let row = Entity::find_by_id(digest).one(change.txn).await?;
    let wait = row.map_or(TimeDelta::zero(), |row| row.blocked_until - now);
    // Rounded up: whoever waits so long is let in.
    let milliseconds = u64::try_from(wait.num_milliseconds()).unwrap_or(0);
    let seconds = Ord::max(milliseconds.div_ceil(1000), 1);
    Err(Error::TooManyAttempts { retry_after: seconds })
}

/// Forgets the wrong guesses at an account.
pub async fn unlock(change: Change<'_>, keyring: &Keyring, user: &user::Model) -> Result<(), Error> {
    let names = [Some(&user.email_normalised), user.username.as_ref()];
    let subjects = names.into_iter().flatten().map(|name| Subject::Account(name).digest(keyring));
    Entity::delete_many()
        .filter(
            Condition::any()
                .add(Column::Subject.is_in(subjects))
                .add(login_failure::COLUMN.user_id.eq(user.id)),
        )
        .exec(change.txn)
        .await?;
    change.record(None, "user.unlocked", Some(user.id.to_string()), json!({})).await?;
    Ok(())
}
