//! Who draws on which budget, and the statements that count.

use std::net::IpAddr;

use chrono::TimeDelta;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect as _, QueryTrait as _, Set,
};

use crate::clock::Timestamp;
use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::domain::session::device::Device;
use crate::entity::login_failure::{self, ActiveModel, Column, Entity};
use crate::error::Error;
use crate::id::UserId;
use crate::network::subnet;

/// Of a budget's subject.
pub type Digest = [u8; 32];

/// How many wrong guesses an account, a known network or a known device has before it has to pause.
pub(super) const FREE: i32 = 5;
/// How many attempts that draw on one budget a node hashes at once.
const AT_ONCE: usize = 5;
/// How long the last attempt of a budget keeps it closed while it is being hashed.
pub(super) const UNDECIDED: TimeDelta = TimeDelta::seconds(5);
/// Until when a door is closed that is open. Not this moment: other nodes' clocks may be behind.
pub(super) const OPEN: Timestamp = Timestamp::UNIX_EPOCH;
/// How long the wrong guesses of an address are counted.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// How long after the last one those at an account are counted.
const MEMORY: TimeDelta = TimeDelta::hours(24);
/// How far the clocks of nodes may be apart. What is closed for longer than it ever closes was closed before the
/// clock was set back, and is open.
pub(super) const SKEW: TimeDelta = TimeDelta::seconds(30);
/// How long an account is closed after the fifth wrong guess, the sixth, …
///
/// The last one decides what guessing from many addresses costs: 96 guesses a day (SECURITY.md).
const PAUSES: [TimeDelta; 5] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(2),
    TimeDelta::minutes(4),
    TimeDelta::minutes(8),
    TimeDelta::minutes(15),
];

/// Whose budget is drawn on.
#[derive(Clone, Copy)]
pub enum Subject<'s> {
    /// The address, or its /64, at whatever accounts.
    Address(IpAddr),
    /// All strangers together, at an account by its normalised name, whether there is such an account or not.
    Account(&'s str),
    /// The account's own network: all clients there together, at this account.
    Network(UserId, IpAddr),
    /// The account's own device.
    Device(Device),
}

impl Subject<'_> {
    /// What the subject is counted under: by each accepted master secret, the current one first.
    pub(super) fn digests(self, keyring: &Keyring) -> Vec<Digest> {
        let mac = |parts: &[&[u8]]| keyring.macs(KeyPurpose::Attempt, parts).collect();
        match self {
            Self::Address(network) => mac(&[b"address ", network.to_string().as_bytes()]),
            Self::Account(name) => mac(&[b"account ", name.as_bytes()]),
            Self::Network(user, address) => {
                mac(&[b"network ", user.0.as_bytes(), subnet(address).to_string().as_bytes()])
            }
            Self::Device(device) => mac(&[b"device ", device.user.0.as_bytes(), device.id.as_bytes()]),
        }
    }
}

/// What a budget says to an attempt.
pub(super) enum BudgetDecision {
    /// It may be made.
    Taken,
    /// None is left, but of those that were taken some may yet be given back.
    Undecided,
    /// They were all wrong.
    Closed { wait: TimeDelta },
}

/// A row of `login_failure`, and the rules that it is counted by.
pub(super) struct Budget {
    digest: Digest,
    /// Under the previous master secret, while that is accepted.
    previous: Option<Digest>,
    user: Option<UserId>,
    free: i32,
    memory: TimeDelta,
    /// None: closed until the wrong guesses are forgotten.
    pauses: &'static [TimeDelta],
    /// Whether a right password makes the wrong ones before it good.
    forgives: bool,
}

impl Budget {
    pub(super) fn of(subject: Subject<'_>, keyring: &Keyring, failures_per_address: i32) -> Self {
        let user = match subject {
            Subject::Address(_) | Subject::Account(_) => None,
            Subject::Network(user, _) => Some(user),
            Subject::Device(device) => Some(device.user),
        };
        let mut digests = subject.digests(keyring);
        let (digest, previous) = (digests.swap_remove(0), digests.pop());
        if let Subject::Address(_) = subject {
            return Self {
                digest,
                previous,
                user,
                free: failures_per_address,
                memory: WINDOW,
                pauses: &[],
                forgives: false,
            };
        }
        // At an account and in a network a right password forgives nothing, or every sign-in of the owner would give
        // new attempts to those who guess.
        let forgives = matches!(subject, Subject::Device(_));
        Self { digest, previous, user, free: FREE, memory: MEMORY, pauses: &PAUSES, forgives }
    }

    pub(super) fn digest(&self) -> Digest {
        self.digest
    }

    pub(super) fn is_an_account_s(&self) -> bool {
        !self.pauses.is_empty()
    }

    /// How many attempts a node makes at once.
    pub(super) fn places(&self) -> usize {
        Ord::clamp(usize::try_from(self.free).unwrap_or(1), 1, AT_ONCE)
    }

    /// How long it is closed at most, by how many wrong guesses there were.
    fn pause(&self, failures: i32) -> TimeDelta {
        let place = usize::try_from(failures - self.free).unwrap_or(0);
        self.pauses.get(place).or(self.pauses.last()).copied().unwrap_or(self.memory)
    }

    fn mine(&self) -> sea_orm::UpdateMany<Entity> {
        let accepted = [Some(self.digest), self.previous].into_iter().flatten();
        Entity::update_many().filter(Column::Subject.is_in(accepted.map(|digest| digest.to_vec())))
    }

    /// What was counted under the previous master secret counts on: guessers win nothing by a rotation.
    async fn carry_over(&self, txn: &impl ConnectionTrait) -> Result<(), Error> {
        let Some(previous) = self.previous else { return Ok(()) };
        let columns = [
            Column::Subject,
            Column::UserId,
            Column::Failures,
            Column::BlockedUntil,
            Column::Closed,
            Column::ForgottenAt,
        ];
        // A node that still has the secrets the other way round may write the same row at this moment, so it is not
        // renamed: that could break the unique key.
        let mut counted = Entity::find().select_only().expr(Expr::value(self.digest.to_vec()));
        counted = counted.columns(columns.into_iter().skip(1));
        let counted = counted.filter(login_failure::COLUMN.subject.eq(previous.to_vec())).into_query();
        let mut copy = Query::insert();
        copy.into_table(Entity).columns(columns).select_from(counted).map_err(Error::internal)?;
        copy.on_conflict(OnConflict::column(Column::Subject).do_nothing().to_owned());
        // One that is there already stays beside it: nodes that do not know the new secret yet count on there.
        if txn.execute(&copy).await?.rows_affected() == 0 {
            return Ok(());
        }
        Entity::delete_many().filter(login_failure::COLUMN.subject.eq(previous.to_vec())).exec(txn).await?;
        Ok(())
    }

    /// Something for each number of wrong guesses whose pause has a length of its own.
    fn by_pause(&self, case: CaseStatement, failures: &Expr, value: impl Fn(TimeDelta) -> Timestamp) -> Expr {
        (self.free..)
            .zip(self.pauses)
            .fold(case, |case, (count, pause)| case.case(failures.clone().eq(count), value(*pause)))
            .finally(value(self.pause(i32::MAX)))
            .into()
    }

    /// Takes an attempt if there is one.
    pub(super) async fn reserve(
        &self,
        txn: &impl ConnectionTrait,
        now: Timestamp,
    ) -> Result<BudgetDecision, Error> {
        self.carry_over(txn).await?;
        let column = |column: Column| Expr::col((Entity, column));
        let case = CaseStatement::new;
        let counting = || {
            let forgotten_at = || column(Column::ForgottenAt);
            forgotten_at().gt(now).and(forgotten_at().lte(now + self.memory + SKEW))
        };
        // The last one closes the door until it is decided.
        let decided = now + UNDECIDED;
        let first_closes = if self.free <= 1 { decided } else { OPEN };
        let last = counting().and(column(Column::Failures).add(1).gte(self.free));
        let until = case().case(last, decided).case(counting(), OPEN).finally(first_closes);
        let undecided = case().case(column(Column::Closed).eq(false), decided + SKEW);
        let longest = self.by_pause(undecided, &column(Column::Failures), |pause| now + pause + SKEW);
        let blocked_until = || column(Column::BlockedUntil);
        let mut again = OnConflict::column(Column::Subject);
        again
            .value(Column::Failures, case().case(counting(), column(Column::Failures).add(1)).finally(1))
            .value(Column::BlockedUntil, until)
            .value(Column::Closed, false)
            .value(
                Column::ForgottenAt,
                case().case(counting(), column(Column::ForgottenAt)).finally(now + self.memory),
            )
            .action_and_where(blocked_until().lte(now).or(blocked_until().gt(longest)));
        let first = ActiveModel {
            subject: Set(self.digest.to_vec()),
            user_id: Set(self.user),
            failures: Set(1),
            blocked_until: Set(first_closes),
            closed: Set(false),
            forgotten_at: Set(now + self.memory),
        };
        let insert = Entity::insert(first).on_conflict(again).into_query();
        if txn.execute(&insert).await?.rows_affected() == 1 {
            return Ok(BudgetDecision::Taken);
        }
        let row = Entity::find_by_id(self.digest.to_vec()).one(txn).await?;
        Ok(match row {
            Some(row) if row.closed => {
                BudgetDecision::Closed { wait: Ord::min(row.blocked_until - now, self.pause(row.failures)) }
            }
            _ => BudgetDecision::Undecided,
        })
    }

    /// It was no wrong guess.
    pub(super) async fn give_back(&self, txn: &impl ConnectionTrait, right: bool) -> Result<(), Error> {
        let failures = || Expr::col(Column::Failures);
        let left = if self.forgives && right { Expr::value(0) } else { failures().sub(1) };
        // What wrong ones have closed meanwhile stays closed.
        let open = Expr::col(Column::Closed).eq(false).or(failures().sub(1).lt(self.free));
        let until = CaseStatement::new().case(open, OPEN).finally(Expr::col(Column::BlockedUntil));
        self.mine()
            .col_expr(Column::Failures, left)
            .col_expr(Column::BlockedUntil, until.into())
            .filter(login_failure::COLUMN.failures.gt(0))
            .exec(txn)
            .await?;
        Ok(())
    }

    /// It was a wrong one: an account has it in mind for a day from now on. Whether it was the last one, and the
    /// door is closed now.
    pub(super) async fn keep(&self, txn: &impl ConnectionTrait, now: Timestamp) -> Result<bool, Error> {
        let until = if self.pauses.is_empty() {
            Expr::col(Column::ForgottenAt)
        } else {
            let memory = Expr::value(now + self.memory);
            self.mine().col_expr(Column::ForgottenAt, memory).exec(txn).await?;
            self.by_pause(CaseStatement::new(), &Expr::col(Column::Failures), |pause| now + pause)
        };
        let closed = self
            .mine()
            .col_expr(Column::BlockedUntil, until)
            .col_expr(Column::Closed, Expr::value(true))
            .filter(login_failure::COLUMN.failures.gte(self.free))
            .exec(txn)
            .await?;
        Ok(closed.rows_affected == 1)
    }
}
