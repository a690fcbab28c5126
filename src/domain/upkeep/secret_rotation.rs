//! Replacing the master secret while servers serve.
//!
//! What can be read back is encrypted anew, a batch a transaction; what was digested moves when its secret is presented
//! (`upgrades.rs`). Each statement is conditional on the key id, so that the rotation can be ended at any point and
//! started again.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder as _,
    QuerySelect as _,
};
use serde::Serialize;

use crate::clock::Timestamp;
use crate::crypto::keyring::Keyring;
use crate::domain::Write;
use crate::entity::{api_key, api_key_secret, instance, invitation, one_time_token, session, signing_key};
use crate::error::Error;
use crate::event::{Changed, Event};
use crate::id::{ApiKeyId, OrganisationId};

/// How many signing keys one transaction encrypts anew.
const BATCH: u64 = 20;
/// How many API keys are named of those that still hang on another master secret.
const NAMED: u64 = 100;

/// Encrypts the next batch of signing keys under the current master secret; how many it were. None is left after 0.
///
/// # Errors
/// [`Error::Internal`] if a key was encrypted under a secret that is not accepted.
pub async fn reencrypt(write: &Write<'_>) -> Result<usize, Error> {
    let rows = signing_key::Entity::find()
        .filter(behind(signing_key::Column::KeyId, write.keyring))
        .order_by_asc(signing_key::Column::Id)
        .limit(BATCH)
        .all(write)
        .await?;
    let key_id = write.keyring.key_id().to_vec();
    for row in &rows {
        let plain = write.keyring.open(&row.id, &row.private_key).ok_or_else(|| {
            Error::internal("a signing key cannot be decrypted: it is neither under `secret_key` nor under `secret_key_previous`")
        })?;
        let sealed = write
            .keyring
            .seal(&row.id, &plain)
            .ok_or_else(|| Error::internal("a key could not be encrypted"))?;
        signing_key::Entity::update_many()
            .col_expr(signing_key::Column::PrivateKey, Expr::value(sealed))
            .col_expr(signing_key::Column::KeyId, Expr::value(key_id.clone()))
            .filter(signing_key::COLUMN.id.eq(row.id.as_str()))
            .filter(behind(signing_key::Column::KeyId, write.keyring))
            .exec(write)
            .await?;
    }
    if !rows.is_empty() {
        let (key_id, signing_keys) = (write.keyring.key_id().to_string(), rows.len() as u64);
        write.record(Event::MasterSecretReencrypted { key_id, signing_keys }).await?;
    }
    Ok(rows.len())
}

/// Makes the current master secret the one that the installation starts with from now on, once nothing is left to be
/// encrypted anew. False if it is already.
///
/// # Errors
/// [`Error::Internal`] if something is left.
pub async fn conclude(write: &Write<'_>) -> Result<bool, Error> {
    let left = signing_key::Entity::find().filter(behind(signing_key::Column::KeyId, write.keyring));
    if left.count(write).await? > 0 {
        return Err(Error::internal(
            "another node has made a signing key under another master secret meanwhile: restart it with the settings of this one, and run this again",
        ));
    }
    let concluded = instance::Entity::update_many()
        .col_expr(instance::Column::SecretCheck, Expr::value(write.keyring.check()))
        .filter(instance::COLUMN.id.eq(instance::ONLY))
        .filter(instance::COLUMN.secret_check.ne(write.keyring.check()))
        .exec(write)
        .await?;
    if concluded.rows_affected != 1 {
        return Ok(false);
    }
    let key_id = Changed {
        before: write.keyring.previous_key_id().map(|id| id.to_string()),
        after: Some(write.keyring.key_id().to_string()),
    };
    write.record(Event::MasterSecretRotated { key_id }).await?;
    Ok(true)
}

/// How long credentials live.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    pub session_idle: chrono::TimeDelta,
    pub session_absolute: chrono::TimeDelta,
    pub refresh_idle: chrono::TimeDelta,
    pub refresh_absolute: chrono::TimeDelta,
}

/// What still hangs on another master secret than the current one, of what is good now.
#[derive(Clone, Debug, Serialize)]
pub struct Remaining {
    /// They move when they are used.
    pub api_keys: u64,
    /// They move when they are used.
    pub session_cookies: u64,
    /// They move when they are exchanged; those of the older `/api/login` end with their session.
    pub refresh_tokens: u64,
    /// Links, which work once or expire.
    pub invitations: u64,
    /// Links, which work once or expire.
    pub one_time_links: u64,
    /// Encrypted anew by the rotation.
    pub signing_keys: u64,
    /// Some of the API keys, for their owners to be asked.
    pub unused_api_keys: Vec<UnusedKey>,
}

/// An API key that was not used since the master secret was replaced.
#[derive(Clone, Debug, Serialize)]
pub struct UnusedKey {
    pub id: ApiKeyId,
    pub organisation_id: OrganisationId,
    pub name: String,
    pub hint: String,
    pub last_used_at: Option<Timestamp>,
}

impl Remaining {
    /// Whether the previous master secret is not needed any more.
    pub fn is_nothing(&self) -> bool {
        self.api_keys
            + self.session_cookies
            + self.refresh_tokens
            + self.invitations
            + self.one_time_links
            + self.signing_keys
            == 0
    }
}

/// Counts what still hangs on another master secret.
pub async fn remaining(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    lifetimes: Lifetimes,
    now: Timestamp,
) -> Result<Remaining, Error> {
    let keys = || {
        api_key_secret::Entity::of_installation()
            .find_also_related(api_key::Entity)
            .filter(behind(api_key_secret::Column::KeyId, keyring))
            .filter(unless_past(api_key_secret::Column::ExpiresAt, now))
            .filter(unless_past(api_key::Column::ExpiresAt, now))
            .filter(api_key::COLUMN.revoked_at.is_null())
    };
    let sessions = || {
        session::Entity::find()
            .filter(session::COLUMN.ended_at.is_null())
            .filter(session::Entity::not_over(now))
    };
    let named = keys().order_by_asc(api_key_secret::Column::Id).limit(NAMED).all(db).await?;
    let unused = named.into_iter().filter_map(|(secret, key)| {
        let key = key?;
        Some(UnusedKey {
            id: key.id,
            organisation_id: key.organisation_id,
            name: key.name,
            hint: secret.hint,
            last_used_at: key.last_used_at,
        })
    });
    Ok(Remaining {
        unused_api_keys: unused.collect(),
        api_keys: keys().count(db).await?,
        session_cookies: sessions()
            .filter(behind(session::Column::KeyId, keyring))
            .filter(session::COLUMN.created_at.gt(now - lifetimes.session_absolute))
            .filter(session::COLUMN.seen_at.gt(now - lifetimes.session_idle))
            .count(db)
            .await?,
        refresh_tokens: sessions()
            .filter(behind(session::Column::RefreshKeyId, keyring))
            .filter(session::COLUMN.created_at.gt(now - lifetimes.refresh_absolute))
            .filter(session::COLUMN.refresh_rotated_at.gt(now - lifetimes.refresh_idle))
            .count(db)
            .await?,
        invitations: invitation::Entity::of_installation()
            .filter(behind(invitation::Column::KeyId, keyring))
            .filter(invitation::COLUMN.digest.is_not_null())
            .filter(invitation::COLUMN.accepted_at.is_null())
            .filter(invitation::COLUMN.withdrawn_at.is_null())
            .filter(invitation::COLUMN.expires_at.gt(now))
            .count(db)
            .await?,
        one_time_links: one_time_token::Entity::find()
            .filter(behind(one_time_token::Column::KeyId, keyring))
            .filter(one_time_token::COLUMN.consumed_at.is_null())
            .filter(one_time_token::COLUMN.expires_at.gt(now))
            .count(db)
            .await?,
        signing_keys: signing_key::Entity::find()
            .filter(behind(signing_key::Column::KeyId, keyring))
            .count(db)
            .await?,
    })
}

/// Made under another master secret than the current one. Rows without a key id come of an older version.
fn behind(column: impl ColumnTrait, keyring: &Keyring) -> Condition {
    Condition::any().add(column.is_null()).add(column.ne(keyring.key_id().to_vec()))
}

fn unless_past(column: impl ColumnTrait, now: Timestamp) -> Condition {
    Condition::any().add(column.is_null()).add(column.gt(now))
}
