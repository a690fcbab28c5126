//! Signing keys: making the first, rotating, loading.

use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, OnConflict as Upsert};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set, TryInsertResult};

use super::Change;
use crate::clock::Timestamp;
use crate::entity::signing_key;
use crate::error::Error;
use crate::event::Event;
use crate::jwt::{LEEWAY, NewSigningKey, SigningAlgorithm, SigningKey, SigningKeys};
use crate::keyring::Keyring;

/// Makes sure that there is a key to sign with. Keys of other algorithms retire once their last token has
/// expired. True if one was made.
pub async fn ensure(
    change: Change<'_>,
    keyring: &Keyring,
    algorithm: SigningAlgorithm,
    longest_lifetime: TimeDelta,
) -> Result<bool, Error> {
    bring_back(change).await?;
    let current = newest(change, algorithm).await?;
    let made = if current.as_ref().is_none_or(|key| key.retires_at.is_some()) {
        let generation = current.map_or(1, |key| key.generation + 1);
        insert(change, keyring, algorithm, generation, change.now).await?
    } else {
        false
    };
    let retires_at = change.now + longest_lifetime + TimeDelta::seconds(LEEWAY);
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::RetiresAt, Expr::value(retires_at))
        .filter(signing_key::COLUMN.algorithm.ne(algorithm.as_str()))
        .filter(signing_key::COLUMN.retires_at.is_null())
        .exec(change.txn)
        .await?;
    Ok(made)
}

/// What a rotation brings.
#[derive(Debug)]
pub struct RotatedKey {
    pub signs_from: Timestamp,
    pub old_retires_at: Timestamp,
}

/// Publishes the next key, to sign from `ahead` on; the current one retires when its last token has expired.
///
/// # Errors
/// [`Error::Invalid`] while the key of an earlier rotation does not sign yet.
pub async fn rotate(
    change: Change<'_>,
    keyring: &Keyring,
    algorithm: SigningAlgorithm,
    ahead: TimeDelta,
    longest_lifetime: TimeDelta,
) -> Result<RotatedKey, Error> {
    bring_back(change).await?;
    let current =
        newest(change, algorithm).await?.ok_or_else(|| Error::internal("there is no key to rotate"))?;
    if current.signs_from > change.now {
        let message = format!("a rotation is under way: its key signs from {}", current.signs_from);
        return Err(Error::invalid("", message));
    }
    let signs_from = change.now + ahead;
    let old_retires_at = signs_from + longest_lifetime + TimeDelta::seconds(LEEWAY);
    if !insert(change, keyring, algorithm, current.generation + 1, signs_from).await? {
        return Err(Error::invalid("", "somebody else has just rotated"));
    }
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::RetiresAt, Expr::value(old_retires_at))
        .filter(signing_key::COLUMN.id.eq(current.id.as_str()))
        .exec(change.txn)
        .await?;
    change.record(Event::SigningKeyRotated { kid: current.id, signs_from, old_retires_at }).await?;
    Ok(RotatedKey { signs_from, old_retires_at })
}

/// All keys that still count, decrypted.
pub async fn load(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    algorithm: SigningAlgorithm,
) -> Result<SigningKeys, Error> {
    let rows = signing_key::Entity::find().order_by_asc(signing_key::Column::SignsFrom).all(db).await?;
    let keys = rows.into_iter().map(|row| {
        let private = keyring.open(&row.id, &row.private_key).ok_or_else(|| {
            Error::internal("a signing key cannot be decrypted: is the master secret another one?")
        })?;
        let algorithm = row.algorithm.parse().map_err(|error: String| Error::internal(error))?;
        SigningKey::load(row.id, algorithm, &private, row.signs_from, row.retires_at)
    });
    Ok(SigningKeys::new(algorithm, keys.collect::<Result<_, _>>()?))
}

/// Keys that were made while the clock was ahead count as made now: their time would be long in coming, and until then
/// there would be no rotation.
async fn bring_back(change: Change<'_>) -> Result<(), Error> {
    let ahead = signing_key::Entity::find().filter(signing_key::COLUMN.created_at.gt(change.now));
    for key in ahead.all(change.txn).await? {
        let by = key.created_at - change.now;
        signing_key::Entity::update_many()
            .col_expr(signing_key::Column::CreatedAt, Expr::value(change.now))
            .col_expr(signing_key::Column::SignsFrom, Expr::value(key.signs_from - by))
            .filter(signing_key::COLUMN.id.eq(key.id))
            .filter(signing_key::COLUMN.created_at.eq(key.created_at))
            .exec(change.txn)
            .await?;
    }
    Ok(())
}

async fn newest(
    change: Change<'_>,
    algorithm: SigningAlgorithm,
) -> Result<Option<signing_key::Model>, Error> {
    Ok(signing_key::Entity::find()
        .filter(signing_key::COLUMN.algorithm.eq(algorithm.as_str()))
        .order_by_desc(signing_key::Column::Generation)
        .one(change.txn)
        .await?)
}

/// False if another node has made the same generation at the same moment.
async fn insert(
    change: Change<'_>,
    keyring: &Keyring,
    algorithm: SigningAlgorithm,
    generation: i32,
    signs_from: Timestamp,
) -> Result<bool, Error> {
    let new = NewSigningKey::generate(algorithm)?;
    let sealed = keyring
        .seal(&new.kid, &new.private)
        .ok_or_else(|| Error::internal("a key could not be encrypted"))?;
    let row = signing_key::ActiveModel {
        id: Set(new.kid.clone()),
        algorithm: Set(algorithm.as_str().to_owned()),
        generation: Set(generation),
        private_key: Set(sealed),
        signs_from: Set(signs_from),
        retires_at: Set(None),
        created_at: Set(change.now),
        key_id: Set(Some(keyring.key_id().to_vec())),
    };
    let inserted = signing_key::Entity::insert(row)
        .on_conflict(
            Upsert::columns([signing_key::Column::Algorithm, signing_key::Column::Generation])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec(change.txn)
        .await?;
    if !matches!(inserted, TryInsertResult::Inserted(_)) {
        return Ok(false);
    }
    let algorithm = algorithm.as_str();
    change.record(Event::SigningKeyCreated { kid: new.kid, algorithm, signs_from }).await?;
    Ok(true)
}
