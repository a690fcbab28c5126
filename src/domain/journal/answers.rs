//! Answers that are kept for a day: a request that comes again with the same `Idempotency-Key` is answered again and not
//! done again.
//!
//! The request that comes first claims its key in a transaction of its own, for as long as a request can take. The answer
//! is written in the transaction of what was done, by the claim alone: who has lost it cannot commit. So what was done has
//! its answer, also if the client did not get it; and what was not done blocks nothing for longer than the lease.
//!
//! An answer may have secrets. It is encrypted under a key that is derived from the master secret, the caller, the
//! `Idempotency-Key`, method, path and body. The row has digests of these under keys, so that the database and the master
//! secret together do not open it: that takes the request itself.

use chrono::TimeDelta;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryTrait as _, Set};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::crypto::secret::random_bytes;
use crate::domain::{NoEvent, Write};
use crate::entity::idempotency::{ActiveModel, COLUMN, Column, Entity, Model};
use crate::error::Error;
use crate::id::{OrganisationId, UserId};

/// For how long an answer is kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// How long a request that never ended blocks its repetition. Longer than requests may take.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// What a request is, as far as its repetition must be the same.
#[derive(Clone, Copy)]
pub struct Repeated<'a> {
    /// The user or the key; `None` on routes without a credential. There strangers could use the same `Idempotency-Key`, so it
    /// counts for the same request only.
    pub caller: Option<&'a str>,
    /// The `Idempotency-Key`.
    pub key: &'a str,
    /// Method, path and query.
    pub route: &'a str,
    pub body: &'a [u8],
}

/// What is known of a request: digests alone.
pub struct Asked {
    /// Under each accepted master secret, the current one first.
    digests: Vec<Vec<u8>>,
    requests: Vec<Vec<u8>>,
    /// What the answer's key is derived from.
    parts: Zeroizing<Vec<u8>>,
}

impl Asked {
    /// The digests of a request.
    pub fn new(keyring: &Keyring, repeated: Repeated<'_>) -> Self {
        let Repeated { caller, key, route, body } = repeated;
        // Each of the same length, so that no two requests have the same text.
        let parts = [caller.unwrap_or("").as_bytes(), key.as_bytes(), route.as_bytes(), body];
        let [caller_digest, key, route, body] = parts.map(|part| <[u8; 32]>::from(Sha256::digest(part)));
        let of = |parts: &[&[u8]]| -> Vec<Vec<u8>> {
            keyring.macs(KeyPurpose::Idempotency, parts).map(|mac| mac.to_vec()).collect()
        };
        let digests = match caller {
            Some(_) => of(&[b"caller", &caller_digest, &key]),
            None => of(&[b"anonymous", &key, &route, &body]),
        };
        let requests = of(&[b"request", &key, &route, &body]);
        Self { digests, requests, parts: Zeroizing::new([caller_digest, key, route, body].concat()) }
    }

    fn is_same(&self, row: &Model) -> bool {
        self.requests.contains(&row.request)
    }
}

/// The right to write the answer of a request, until the lease is over.
#[derive(Clone)]
pub struct Claim {
    digest: Vec<u8>,
    id: Uuid,
    parts: Zeroizing<Vec<u8>>,
}

/// The answer of the same request, if it was kept; `None`: it has not been made, or too long ago.
///
/// # Errors
/// [`Error::IdempotencyMismatch`]; [`Error::IdempotencyInProgress`].
pub async fn find(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    asked: &Asked,
    now: Timestamp,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let row = Entity::by_digests(asked.digests.clone()).filter(COLUMN.expires_at.gt(now)).one(db).await?;
    let Some(row) = row else { return Ok(None) };
    if !asked.is_same(&row) {
        return Err(Error::IdempotencyMismatch);
    }
    let answer = row.answer.ok_or(Error::IdempotencyInProgress)?;
    let opened = keyring.open_for(KeyPurpose::KeptAnswer, &asked.parts, &answer);
    opened.map(Some).ok_or_else(|| Error::internal("a kept answer cannot be opened by its own request"))
}

/// Claims a key for a request; `None` if another one has it. The caller commits before it does anything.
pub async fn claim(
    write: &Write<'_>,
    asked: &Asked,
    user: Option<UserId>,
    organisation: Option<OrganisationId>,
) -> Result<Option<Claim>, Error> {
    let write = &write.without_event(NoEvent::Repetitions);
    let (Some(digest), Some(request)) = (asked.digests.first(), asked.requests.first()) else {
        return Err(Error::internal("there is no master secret"));
    };
    let claim =
        Claim { digest: digest.clone(), id: Uuid::from_bytes(random_bytes()), parts: asked.parts.clone() };
    let row = ActiveModel {
        digest: Set(digest.clone()),
        request: Set(request.clone()),
        claim: Set(claim.id),
        answer: Set(None),
        user_id: Set(user),
        organisation_id: Set(organisation),
        created_at: Set(write.now),
        expires_at: Set(write.now + LEASE),
    };
    let mut again = OnConflict::column(Column::Digest);
    again
        .update_columns([
            Column::Request,
            Column::Claim,
            Column::Answer,
            Column::UserId,
            Column::OrganisationId,
            Column::CreatedAt,
            Column::ExpiresAt,
        ])
        .action_cond_where(Expr::col((Entity, Column::ExpiresAt)).lte(write.now));
    let insert = Entity::insert(row).on_conflict(again).into_query();
    let is_ours = write.execute(&insert).await?.rows_affected() == 1;
    Ok(is_ours.then_some(claim))
}

/// Keeps the answer, in the transaction of what it tells. `user`: whom it tells of, where that is not the caller.
///
/// # Errors
/// [`Error::IdempotencyInProgress`] if the lease was over and another request has the key: what was done here must not be
/// committed.
pub async fn keep(
    write: &Write<'_>,
    claim: &Claim,
    user: Option<UserId>,
    answer: &[u8],
) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Repetitions);
    let sealed = write.keyring.seal_for(KeyPurpose::KeptAnswer, &claim.parts, answer);
    let sealed = sealed.ok_or_else(|| Error::internal("an answer cannot be encrypted"))?;
    let mut update = Entity::update_many()
        .col_expr(Column::Answer, Expr::value(sealed))
        .col_expr(Column::ExpiresAt, Expr::value(write.now + KEPT_FOR));
    if let Some(user) = user {
        update = update.col_expr(Column::UserId, Expr::value(user));
    }
    let kept = update
        .filter(Column::Digest.eq(claim.digest.clone()))
        .filter(COLUMN.claim.eq(claim.id))
        .filter(COLUMN.answer.is_null())
        .exec(write)
        .await?;
    if kept.rows_affected == 1 { Ok(()) } else { Err(Error::IdempotencyInProgress) }
}

/// Gives a key back whose request has come to nothing. If it has its answer for all that, it stays.
pub async fn release(write: &Write<'_>, claim: &Claim) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Repetitions);
    Entity::delete_many()
        .filter(Column::Digest.eq(claim.digest.clone()))
        .filter(COLUMN.claim.eq(claim.id))
        .filter(COLUMN.answer.is_null())
        .exec(write)
        .await?;
    Ok(())
}
