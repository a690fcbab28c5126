//! The unit of work: a transaction, its time, who does it, and the keys that its secrets are derived from.

use std::ops::Deref;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::clock::Timestamp;
use crate::crypto::keyring::Keyring;
use crate::database::{Transaction, Turn};
use crate::domain::journal::audit::Actor;
use crate::error::Error;

/// A write in progress. Dropped without [`Write::commit`], it is rolled back.
pub struct Write<'a> {
    pub now: Timestamp,
    pub actor: &'a Actor,
    pub keyring: &'a Keyring,
    transaction: Held<'a>,
    /// Whether rows that are written need an event.
    counts: bool,
    /// Held until the end.
    turn: Option<Turn>,
}

enum Held<'a> {
    Own(Box<Transaction>),
    /// Of the write that was begun.
    Lent(&'a Transaction),
}

/// Why a statement needs no audit event.
#[derive(Clone, Copy, Debug)]
pub enum NoEvent {
    /// Attempts are counted.
    Budgets,
    /// Something is to be delivered, such as a mail, or under way: the event is that of what it tells of.
    Deliveries,
    /// A user gets a number, for clients of an older API.
    Numbers,
    /// A refresh token is exchanged.
    Refresh,
    /// A request claims its `Idempotency-Key`, or its answer is kept: the event is that of what it does.
    Repetitions,
    /// What has expired is deleted.
    Sweeps,
    /// A link, a ticket or an issuer's token is made or used up: the event is that of what it brings about.
    SingleUse,
    /// What was asked for is so already.
    Unchanged,
    /// The installation's own rows follow its settings and its clock.
    Upkeep,
    /// What the use of a credential leaves behind: its time, its network, and how it is stored today.
    Uses,
}

impl<'a> Write<'a> {
    /// The time is to be asked for after the transaction was begun, which may wait for others.
    pub fn new(transaction: Transaction, now: Timestamp, actor: &'a Actor, keyring: &'a Keyring) -> Self {
        Self { now, actor, keyring, transaction: Held::Own(Box::new(transaction)), counts: true, turn: None }
    }

    /// The same write, which keeps the turn that it was begun in until its end.
    #[must_use]
    pub fn in_turn(self, turn: Turn) -> Self {
        Self { turn: Some(turn), ..self }
    }

    /// The same write by another actor. Only the one that was begun can be committed.
    #[must_use]
    pub fn by<'b>(&'b self, actor: &'b Actor) -> Write<'b> {
        Write { actor, ..self.lent() }
    }

    /// The same write, for statements that need no event.
    #[must_use]
    pub fn without_event(&self, why: NoEvent) -> Write<'_> {
        tracing::trace!(?why, "statements that need no event");
        Write { counts: false, ..self.lent() }
    }

    fn lent(&self) -> Write<'_> {
        let transaction = Held::Lent(self);
        Write {
            now: self.now,
            actor: self.actor,
            keyring: self.keyring,
            transaction,
            counts: self.counts,
            turn: None,
        }
    }

    /// Commits. What this answers without an error is stored for good.
    ///
    /// # Errors
    /// Those of [`Transaction::commit`]. In a debug build [`Error::Internal`] if rows were written that need an event and
    /// none was recorded: then nothing is stored.
    pub async fn commit(mut self) -> Result<(), Error> {
        let _turn = self.turn.take();
        if cfg!(debug_assertions) && self.lacks_event() {
            return Err(Error::internal("a write recorded no event: see `Write::without_event`"));
        }
        self.owned()?.commit().await
    }

    /// Rolls back, and waits until that is done.
    ///
    /// # Errors
    /// Those of [`Transaction::rollback`].
    pub async fn rollback(mut self) -> Result<(), Error> {
        let _turn = self.turn.take();
        self.owned()?.rollback().await
    }

    fn count(&self, wrote: bool) {
        if wrote && self.counts {
            self.need_event();
        }
    }

    fn owned(self) -> Result<Transaction, Error> {
        match self.transaction {
            Held::Own(transaction) => Ok(*transaction),
            Held::Lent(_) => Err(Error::internal("a write is ended by what began it")),
        }
    }
}

impl Deref for Write<'_> {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        match &self.transaction {
            Held::Own(transaction) => transaction,
            Held::Lent(transaction) => transaction,
        }
    }
}

/// Whether the rows of a statement are rows that it wrote.
fn writes(sql: &str) -> bool {
    !sql.starts_with("SELECT")
}

#[async_trait]
impl ConnectionTrait for Write<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.deref().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let writes = writes(&statement.sql);
        let done = self.deref().execute_raw(statement).await?;
        self.count(writes && done.rows_affected() > 0);
        Ok(done)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let done = self.deref().execute_unprepared(sql).await?;
        self.count(writes(sql) && done.rows_affected() > 0);
        Ok(done)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let writes = writes(&statement.sql);
        let row = self.deref().query_one_raw(statement).await?;
        self.count(writes && row.is_some());
        Ok(row)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let writes = writes(&statement.sql);
        let rows = self.deref().query_all_raw(statement).await?;
        self.count(writes && !rows.is_empty());
        Ok(rows)
    }
}
