//! Budgets of wrong guesses: one function that every door with a password or a mailed link goes through.
//!
//! An attempt is counted before the password is hashed, by one conditional statement, and given back if it
//! was no wrong guess. However many requests come at once, and on however many nodes, there are never more
//! hashes than the budget has. Those that find it used up by attempts that are still being hashed wait for
//! what comes of them: right passwords at the same moment are no guesses. A process that dies in between
//! leaves the attempt counted.

use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait as _, Set};
use serde_json::json;

use super::Change;
use super::device::Device;
use crate::clock::Timestamp;
use crate::database::Database;
use crate::entity::login_failure::{ActiveModel, Column, Entity};
use crate::entity::{login_failure, user};
use crate::error::{Error, OrLog as _};
use crate::gates::Gates;
use crate::keyring::{Keyring, Purpose};
use crate::password::Hasher;

/// So many wrong guesses at an account, or of one device, are free.
const FREE: i32 = 5;
/// So many of one address are hashed at once by a node.
const AT_ONCE: usize = 5;
/// So long what comes of an attempt is waited for.
const UNDECIDED: TimeDelta = TimeDelta::seconds(5);
/// So often it is looked at.
const LOOK: Duration = Duration::from_millis(50);
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
    /// Lets those of one address who come at once wait for each other, in memory where that is cheap. For
    /// fairness only: what must hold on all nodes is in the database.
    pub gates: &'a Gates<IpAddr>,
    /// So many wrong guesses an address has in five minutes.
    pub failures_per_address: i32,
    /// The address, or its /64.
    pub network: IpAddr,
    /// What they bring along from an earlier sign-in.
    pub device: Option<Device>,
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

/// What a budget says to an attempt.
enum Verdict {
    /// It may be made; whether it was the last one.
    Taken { last: bool },
    /// None is left, but of those that were taken some may yet be given back.
    Undecided,
    /// They were all wrong.
    Closed { wait: TimeDelta },
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
        let _permit = self.gates.enter(self.network, AT_ONCE).await?;
        let last = self.take_once_decided(subjects).await?;
        let outcome = work.await;
        // If that fails, the answer stands all the same.
        if !outcome.as_ref().is_err_and(is_wrong_guess) {
            self.give_back(subjects).await.or_log("giving an attempt back");
        } else if last {
            self.close(subjects).await.or_log("closing after the last attempt");
        }
        outcome
    }

    async fn take_once_decided(&self, subjects: [Option<Subject<'_>>; 2]) -> Result<bool, Error> {
        let mut waited = TimeDelta::zero();
        loop {
            match self.take(subjects, self.now + waited).await? {
                Verdict::Taken { last } => return Ok(last),
                Verdict::Closed { wait } => return Err(too_many(wait)),
                Verdict::Undecided if waited > UNDECIDED => return Err(too_many(UNDECIDED)),
                Verdict::Undecided => {
                    tokio::time::sleep(LOOK).await;
                    waited += TimeDelta::from_std(LOOK).map_err(Error::internal)?;
                }
            }
        }
    }

    /// All of them or none.
    async fn take(&self, subjects: [Option<Subject<'_>>; 2], now: Timestamp) -> Result<Verdict, Error> {
        let txn = self.db.begin().await?;
        let mut any_last = false;
        for subject in subjects.into_iter().flatten() {
            match self.reserve(&txn, subject, now).await? {
                Verdict::Taken { last } => any_last |= last,
                refused => return Ok(refused),
            }
        }
        txn.commit().await?;
        Ok(Verdict::Taken { last: any_last })
    }

    const fn free(&self, subject: Subject<'_>) -> i32 {
        if let Subject::Address(_) = subject { self.failures_per_address } else { FREE }
    }

    async fn reserve(
        &self,
        txn: &impl ConnectionTrait,
        subject: Subject<'_>,
        now: Timestamp,
    ) -> Result<Verdict, Error> {
        let digest = subject.digest(self.keyring);
        let free = self.free(subject);
        let column = |column: Column| Expr::col((Entity, column));
        let counting = || column(Column::ForgottenAt).gt(now);
        let last = || counting().and(column(Column::Failures).add(1).gte(free));
        let case = CaseStatement::new;
        let (end, kept) = if let Subject::Address(_) = subject {
            let kept = case().case(counting(), column(Column::ForgottenAt)).finally(now + WINDOW);
            (now + WINDOW, kept.into())
        } else {
            (now + MEMORY, Expr::value(now + MEMORY))
        };
        let mut again = OnConflict::column(Column::Subject);
        again
            .value(Column::Failures, case().case(counting(), column(Column::Failures).add(1)).finally(1))
            .value(Column::BlockedUntil, case().case(last(), now + UNDECIDED).finally(now))
            .value(Column::Closed, false)
            .value(Column::ForgottenAt, kept)
            .action_and_where(column(Column::BlockedUntil).lte(now));
        let only_one = free <= 1;
        let first = ActiveModel {
            subject: Set(digest.clone()),
            user_id: Set(if let Subject::Device(device) = subject { Some(device.user) } else { None }),
            failures: Set(1),
            blocked_until: Set(if only_one { now + UNDECIDED } else { now }),
            closed: Set(false),
            forgotten_at: Set(end),
        };
        let mut insert = Entity::insert(first).on_conflict(again).into_query();
        insert.returning_col(Column::Failures);
        if let Some(row) = txn.query_one(&insert).await? {
            return Ok(Verdict::Taken { last: row.try_get::<i32>("", "failures")? >= free });
        }
        let row = Entity::find_by_id(digest).one(txn).await?;
        Ok(match row {
            Some(row) if row.closed => Verdict::Closed { wait: row.blocked_until - now },
            _ => Verdict::Undecided,
        })
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

    /// The last attempt was a wrong one too.
    async fn close(&self, subjects: [Option<Subject<'_>>; 2]) -> Result<(), Error> {
        let txn = self.db.begin().await?;
        for subject in subjects.into_iter().flatten() {
            let until = if let Subject::Address(_) = subject {
                Expr::col(Column::ForgottenAt)
            } else {
                let failures = || Expr::col(Column::Failures);
                let pauses = (FREE..).zip(PAUSES);
                pauses
                    .fold(CaseStatement::new(), |case, (count, pause)| {
                        case.case(failures().eq(count), self.now + pause)
                    })
                    .finally(self.now + PAUSES[PAUSES.len() - 1])
                    .into()
            };
            Entity::update_many()
                .col_expr(Column::BlockedUntil, until)
                .col_expr(Column::Closed, Expr::value(true))
                .filter(login_failure::COLUMN.subject.eq(subject.digest(self.keyring)))
                .filter(login_failure::COLUMN.failures.gte(self.free(subject)))
                .exec(&txn)
                .await?;
        }
        Ok(txn.commit().await?)
    }
}

/// Whatever else went wrong is nobody's guess.
fn is_wrong_guess(error: &Error) -> bool {
    use Error as E;
    matches!(error, E::InvalidLogin | E::WrongPassword | E::LinkInvalid | E::InvalidIssuerToken)
}

/// Rounded up: whoever waits so long is let in.
fn too_many(wait: TimeDelta) -> Error {
    let milliseconds = u64::try_from(wait.num_milliseconds()).unwrap_or(0);
    Error::TooManyAttempts { retry_after: Ord::max(milliseconds.div_ceil(1000), 1) }
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
