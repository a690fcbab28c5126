//! Digests that were found by the previous master secret: collected in memory when their secret is presented, and
//! moved to the current one every few seconds. Only the presented secret can give the new digest.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, EntityTrait, IdenStatic as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, TryGetable, Value,
};

use crate::crypto::keyring::Keyring;
use crate::crypto::secret::{Digest, Secret};
use crate::domain::{NoEvent, Write};
use crate::entity::{api_key_secret, moved_digests, session};
use crate::error::Error;
use crate::id::{ApiKeySecretId, SessionId};

/// The most rows in one transaction.
const BATCH: usize = 500;

/// The digests that are not written yet.
#[derive(Debug, Default)]
pub struct Upgrades {
    pending: Mutex<Pending>,
}

/// See [`Upgrades::take`].
#[derive(Debug, Default)]
pub struct Pending {
    keys: BTreeMap<ApiKeySecretId, Digest>,
    sessions: BTreeMap<SessionId, Digest>,
}

impl Upgrades {
    /// An API key was used.
    pub fn key(&self, keyring: &Keyring, row: &api_key_secret::Model, presented: &Secret) {
        if is_behind(keyring, row.key_id.as_deref()) {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.keys.insert(row.id, presented.digest(keyring));
        }
    }

    /// A session's cookie was used.
    pub fn session(&self, keyring: &Keyring, row: &session::Model, presented: &Secret) {
        if is_behind(keyring, row.key_id.as_deref()) {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.sessions.insert(row.id, presented.digest(keyring));
        }
    }

    /// Takes what was collected, to be written.
    pub fn take(&self) -> Pending {
        std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn is_behind(keyring: &Keyring, key_id: Option<&[u8]>) -> bool {
    key_id != Some(keyring.key_id().as_ref())
}

impl Pending {
    /// Parts that are small enough for a transaction each.
    pub fn in_batches(self) -> Vec<Self> {
        let keys = batches(self.keys).map(|keys| Self { keys, ..Self::default() });
        keys.chain(batches(self.sessions).map(|sessions| Self { sessions, ..Self::default() })).collect()
    }

    /// Writes the digests. Rows that others have locked are left out, and move at their next use.
    pub async fn write(&self, write: &Write<'_>) -> Result<(), Error> {
        use {api_key_secret::Column as Key, session::Column as Session};
        update::<api_key_secret::Entity, _>(write, Key::Id, Key::Digest, &self.keys).await?;
        update::<session::Entity, _>(write, Session::Id, Session::CookieDigest, &self.sessions).await
    }
}

fn batches<K: Ord>(pending: BTreeMap<K, Digest>) -> impl Iterator<Item = BTreeMap<K, Digest>> {
    let mut rest = pending.into_iter();
    std::iter::from_fn(move || {
        Some(rest.by_ref().take(BATCH).collect()).filter(|batch: &BTreeMap<_, _>| !batch.is_empty())
    })
}

async fn update<E: EntityTrait, K: Copy + Ord + Into<Value> + TryGetable>(
    write: &Write<'_>,
    id: E::Column,
    digest: E::Column,
    pending: &BTreeMap<K, Digest>,
) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Uses);
    if pending.is_empty() {
        return Ok(());
    }
    let free = E::find()
        .select_only()
        .column(id)
        .filter(id.is_in(pending.keys().copied()))
        .order_by_asc(id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let free: Vec<K> = free.into_tuple().all(write).await?;
    let rows: Vec<_> = free.iter().filter_map(|id| Some(((*id).into(), pending.get(id)?.to_vec()))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let (table, key_id) = (E::default().table_name().to_owned(), write.keyring.key_id().to_vec());
    let statement = moved_digests(write.get_database_backend(), &table, digest.as_str(), key_id, rows);
    write.execute_raw(statement).await?;
    Ok(())
}
