//! Last uses: collected in memory, written every few seconds, so that verification writes nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::clock::Timestamp;
use crate::database::Transaction;
use crate::entity::{api_key, session};
use crate::error::Error;
use crate::id::{ApiKeyId, SessionId};

/// The uses that are not written yet.
#[derive(Debug, Default)]
pub struct Usage {
    seen: Mutex<Seen>,
}

/// See [`Usage::take`].
#[derive(Debug, Default)]
pub struct Seen {
    keys: BTreeMap<ApiKeyId, Timestamp>,
    sessions: BTreeMap<SessionId, Timestamp>,
}

impl Usage {
    /// A key was used.
    pub fn key(&self, id: ApiKeyId, now: Timestamp) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).keys.insert(id, now);
    }

    /// A session was used.
    pub fn session(&self, id: SessionId, now: Timestamp) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).sessions.insert(id, now);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.keys.is_empty() && seen.sessions.is_empty()
    }

    /// Takes what was collected, to be written.
    pub fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written, where nothing later came in.
    pub fn put_back(&self, unwritten: Seen) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, at) in unwritten.keys {
            seen.keys.entry(id).or_insert(at);
        }
        for (id, at) in unwritten.sessions {
            seen.sessions.entry(id).or_insert(at);
        }
    }
}

impl Seen {
    /// Writes it, in the order of the ids, so that two nodes never wait for each other in a circle. A later time
    /// that another node wrote stays.
    pub async fn write(&self, txn: &Transaction) -> Result<usize, Error> {
        for (id, at) in &self.sessions {
            session::Entity::update_many()
                .col_expr(session::Column::SeenAt, Expr::value(*at))
                .filter(session::COLUMN.id.eq(*id))
                .filter(session::COLUMN.seen_at.lt(*at))
                .exec(txn)
                .await?;
        }
        for (id, at) in &self.keys {
            api_key::Entity::update_many()
                .col_expr(api_key::Column::LastUsedAt, Expr::value(*at))
                .filter(api_key::COLUMN.id.eq(*id))
                .filter(
                    Condition::any()
                        .add(api_key::COLUMN.last_used_at.is_null())
                        .add(api_key::COLUMN.last_used_at.lt(*at)),
                )
                .exec(txn)
                .await?;
        }
        Ok(self.keys.len() + self.sessions.len())
    }
}
