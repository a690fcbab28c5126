//! Last uses: collected in memory, written every few seconds, so that verification writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, EntityTrait, IdenStatic as _, QueryFilter, QueryOrder as _,
    QuerySelect as _, TryGetable, Value,
};

use crate::clock::Timestamp;
use crate::domain::{NoEvent, Write};
use crate::entity::{api_key, later_times, session};
use crate::error::Error;
use crate::id::{ApiKeyId, SessionId};

/// The most rows that are written in one transaction.
const BATCH: usize = 500;

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
    /// Parts that are small enough for a transaction each, in the order of the ids.
    pub fn in_batches(self) -> Vec<Self> {
        let keys = batches(self.keys).map(|keys| Self { keys, ..Self::default() });
        keys.chain(batches(self.sessions).map(|sessions| Self { sessions, ..Self::default() })).collect()
    }

    /// How many uses there are.
    pub fn len(&self) -> usize {
        self.keys.len() + self.sessions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the uses. A later time that another node wrote stays. Rows that another write has locked are left out,
    /// and given back for the next time: no request waits for this, and this waits for no lock.
    pub async fn write(&self, write: &Write<'_>) -> Result<Self, Error> {
        use {api_key::Column as Key, session::Column as Session};
        Ok(Self {
            keys: update::<api_key::Entity, _>(write, Key::Id, Key::LastUsedAt, &self.keys).await?,
            sessions: update::<session::Entity, _>(write, Session::Id, Session::SeenAt, &self.sessions)
                .await?,
        })
    }
}

fn batches<K: Ord>(seen: BTreeMap<K, Timestamp>) -> impl Iterator<Item = BTreeMap<K, Timestamp>> {
    let mut rest = seen.into_iter();
    std::iter::from_fn(move || {
        Some(rest.by_ref().take(BATCH).collect()).filter(|batch: &BTreeMap<_, _>| !batch.is_empty())
    })
}

/// Writes the times of one table by one statement; what was left out.
async fn update<E: EntityTrait, K: Copy + Ord + Into<Value> + TryGetable>(
    write: &Write<'_>,
    id: E::Column,
    time: E::Column,
    seen: &BTreeMap<K, Timestamp>,
) -> Result<BTreeMap<K, Timestamp>, Error> {
    let write = &write.without_event(NoEvent::Uses);
    if seen.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids = |ids: Vec<K>| E::find().select_only().column(id).filter(id.is_in(ids)).order_by_asc(id);
    let free = ids(seen.keys().copied().collect())
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
    let free: BTreeSet<K> = free.into_tuple().all(write).await?.into_iter().collect();
    let (writable, other): (BTreeMap<K, Timestamp>, BTreeMap<K, Timestamp>) =
        seen.iter().map(|(id, at)| (*id, *at)).partition(|(id, _)| free.contains(id));
    if !writable.is_empty() {
        let rows = writable.into_iter().map(|(id, at)| (id.into(), at.into()));
        let statement = later_times(
            write.get_database_backend(),
            E::default().table_name(),
            id.as_str(),
            time.as_str(),
            rows,
        );
        write.execute_raw(statement).await?;
    }
    if other.is_empty() {
        return Ok(BTreeMap::new());
    }
    // What was deleted meanwhile is not wanted any more.
    let locked: BTreeSet<K> =
        ids(other.keys().copied().collect()).into_tuple().all(write).await?.into_iter().collect();
    Ok(other.into_iter().filter(|(id, _)| locked.contains(id)).collect())
}
