//! Budgets of wrong guesses: one function that every door goes through at which a password, another issuer's token or
//! the link of a reset is said.
//!
//! An attempt is counted before the password is hashed, by one conditional statement, and given back if it was no
//! wrong guess. However many requests come at once, and on however many nodes, there are no more hashes than the
//! budget has (one more for every five seconds that the last one takes). Those that find it used up by attempts that
//! are still being hashed wait for what comes of them: right passwords at the same moment are no guesses. A process
//! that dies in between leaves the attempt counted.

use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait as _, Set};
use serde_json::json;

use super::Change;
use super::audit::Actor;
use super::device::Device;
use super::tally::Tally;
use crate::clock::{Timestamp, seconds_to_wait};
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
/// Until when a door is closed that is open. Not this moment: other nodes' clocks may be behind.
const OPEN: Timestamp = Timestamp::UNIX_EPOCH;
/// In which the wrong guesses of an address are counted.
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
    /// Who knocks, as the audit log tells it.
    pub actor: Actor,
    /// Where those are counted who knock in vain.
    pub tally: &'a Tally,
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
    /// It may be made.
    Taken,
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
        self.take_once_decided(subjects).await?;
        let outcome = work.await;
        // If that fails, the answer stands all the same.
        if outcome.as_ref().is_err_and(is_wrong_guess) {
            self.keep(subjects).await.or_log("keeping a wrong attempt in mind");
        } else {
            self.give_back(subjects, outcome.is_ok()).await.or_log("giving an attempt back");
        }
        outcome
    }

    async fn take_once_decided(&self, subjects: [Option<Subject<'_>>; 2]) -> Result<(), Error> {
        let mut waited = TimeDelta::zero();
        loop {
            match self.take(subjects, self.now + waited).await? {
                Verdict::Taken => return Ok(()),
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
        for subject in subjects.into_iter().flatten() {
            match self.reserve(&txn, subject, now).await? {
                Verdict::Taken => {}
                refused => return Ok(refused),
            }
        }
        txn.commit().await?;
        Ok(Verdict::Taken)
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
        let case = CaseStatement::new;
        let memory = if let Subject::Address(_) = subject { WINDOW } else { MEMORY };
        // The last one closes the door until it is decided.
        let (only_one, decided) = (free <= 1, now + UNDECIDED);
        let first_closes = if only_one { decided } else { OPEN };
        let last = counting().and(column(Column::Failures).add(1).gte(free));
        let until = case().case(last, decided).case(counting(), OPEN).finally(first_closes);
        let mut again = OnConflict::column(Column::Subject);
        again
            .value(Column::Failures, case().case(counting(), column(Column::Failures).add(1)).finally(1))
            .value(Column::BlockedUntil, until)
            .value(Column::Closed, false)
            .value(
                Column::ForgottenAt,
                case().case(counting(), column(Column::ForgottenAt)).finally(now + memory),
            )
            .action_and_where(column(Column::BlockedUntil).lte(now));
        let first = ActiveModel {
            subject: Set(digest.clone()),
            user_id: Set(if let Subject::Device(device) = subject { Some(device.user) } else { None }),
            failures: Set(1),
            blocked_until: Set(first_closes),
            closed: Set(false),
            forgotten_at: Set(now + memory),
        };
        let insert = Entity::insert(first).on_conflict(again).into_query();
        if txn.execute(&insert).await?.rows_affected() == 1 {
            return Ok(Verdict::Taken);
        }
        let row = Entity::find_by_id(digest).one(txn).await?;
        Ok(match row {
            Some(row) if row.closed => Verdict::Closed { wait: row.blocked_until - now },
            _ => Verdict::Undecided,
        })
    }

    /// It was no wrong guess. A right password on a known device makes its owner's earlier mistakes good; at an
    /// account it does not, or every sign-in of its owner would give those who guess from elsewhere new attempts.
    async fn give_back(&self, subjects: [Option<Subject<'_>>; 2], right: bool) -> Result<(), Error> {
        let txn = self.db.begin().await?;
        for subject in subjects.into_iter().flatten() {
            let failures = || Expr::col(Column::Failures);
            let left = match subject {
                Subject::Device(_) if right => Expr::value(0),
                _ => failures().sub(1),
            };
            // What wrong ones have closed meanwhile stays closed.
            let open = Expr::col(Column::Closed).eq(false).or(failures().sub(1).lt(self.free(subject)));
            let until = CaseStatement::new().case(open, OPEN).finally(Expr::col(Column::BlockedUntil));
            Entity::update_many()
                .col_expr(Column::Failures, left)
                .col_expr(Column::BlockedUntil, until.into())
                .filter(login_failure::COLUMN.subject.eq(subject.digest(self.keyring)))
                .filter(login_failure::COLUMN.failures.gt(0))
                .exec(&txn)
                .await?;
        }
        txn.commit().await
    }

    /// It was a wrong one: an account has it in mind for a day from now on; if it was the last one, the door closes.
    async fn keep(&self, subjects: [Option<Subject<'_>>; 2]) -> Result<(), Error> {
        let txn = self.db.begin().await?;
        for subject in subjects.into_iter().flatten() {
            let mine = || {
                let digest = subject.digest(self.keyring);
                Entity::update_many().filter(login_failure::COLUMN.subject.eq(digest))
            };
            let until = if let Subject::Address(_) = subject {
                Expr::col(Column::ForgottenAt)
            } else {
                let memory = Expr::value(self.now + MEMORY);
                mine().col_expr(Column::ForgottenAt, memory).exec(&txn).await?;
                let failures = || Expr::col(Column::Failures);
                let pauses = (FREE..).zip(PAUSES);
                pauses
                    .fold(CaseStatement::new(), |case, (count, pause)| {
                        case.case(failures().eq(count), self.now + pause)
                    })
                    .finally(self.now + PAUSES[PAUSES.len() - 1])
                    .into()
            };
            mine()
                .col_expr(Column::BlockedUntil, until)
                .col_expr(Column::Closed, Expr::value(true))
                .filter(login_failure::COLUMN.failures.gte(self.free(subject)))
                .exec(&txn)
                .await?;
        }
        txn.commit().await
    }
}

/// Whatever else went wrong is nobody's guess.
fn is_wrong_guess(error: &Error) -> bool {
    use Error as E;
    matches!(error, E::InvalidLogin | E::WrongPassword | E::LinkInvalid | E::InvalidIssuerToken)
}

fn too_many(wait: TimeDelta) -> Error {
    Error::TooManyAttempts { retry_after: seconds_to_wait(wait) }
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
