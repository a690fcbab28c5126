//! Signing keys: making the first of each algorithm, rotating, retiring, loading.

use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, OnConflict as Upsert};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set, TryInsertResult};

use crate::clock::Timestamp;
use crate::crypto::keyring::Keyring;
use crate::domain::{NoEvent, Write};
use crate::entity::signing_key;
use crate::error::Error;
use crate::event::Event;
use crate::jwt::{LEEWAY, NewSigningKey, SigningAlgorithm, SigningKey, SigningKeys};

/// An algorithm that tokens are signed with now.
#[derive(Clone, Copy, Debug)]
pub struct UsedAlgorithm {
    pub algorithm: SigningAlgorithm,
    /// The longest lifetime of its tokens.
    pub lifetime: TimeDelta,
}

/// Makes sure that there is a key to sign with for each of these algorithms. One that another process has retired is
/// used again as long as it verifies. True if one was made.
pub async fn ensure(write: &Write<'_>, used: &[UsedAlgorithm]) -> Result<bool, Error> {
    bring_back(write).await?;
    let mut made = false;
    for UsedAlgorithm { algorithm, lifetime } in used {
        let newest = newest(write, *algorithm).await?;
        let stays = match &newest {
            Some(key) => key.retires_at.is_none() || keep(write, key).await?,
            None => false,
        };
        if !stays {
            let generation = newest.map_or(1, |key| key.generation + 1);
            made |= insert(write, *algorithm, generation, write.now, *lifetime).await?;
        }
        live_longer(write, *algorithm, *lifetime).await?;
    }
    Ok(made)
}

/// Retires the keys of all other algorithms: each verifies until the last token that it may have signed has expired.
pub async fn retire_others(write: &Write<'_>, used: &[UsedAlgorithm]) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Upkeep);
    let others = signing_key::Entity::find()
        .filter(signing_key::COLUMN.algorithm.is_not_in(used.iter().map(|used| used.algorithm.as_str())))
        .filter(signing_key::COLUMN.retires_at.is_null());
    // What keys have signed that are older than the note of it, the first of these tells: our own API's tokens.
    let own = used.first().map_or(TimeDelta::zero(), |own| own.lifetime);
    for key in others.all(write).await? {
        let lifetime = key.token_lifetime.map_or(own, TimeDelta::seconds);
        signing_key::Entity::update_many()
            .col_expr(signing_key::Column::RetiresAt, Expr::value(write.now + tail(lifetime)))
            .filter(signing_key::COLUMN.id.eq(key.id))
            .filter(signing_key::COLUMN.retires_at.is_null())
            .exec(write)
            .await?;
    }
    Ok(())
}

/// For how long a key verifies after it has signed for the last time.
fn tail(lifetime: TimeDelta) -> TimeDelta {
    lifetime + TimeDelta::seconds(LEEWAY)
}

/// Takes a retirement back; false if the key has retired already.
async fn keep(write: &Write<'_>, key: &signing_key::Model) -> Result<bool, Error> {
    let write = &write.without_event(NoEvent::Upkeep);
    let kept = signing_key::Entity::update_many()
        .col_expr(signing_key::Column::RetiresAt, Expr::value(None::<Timestamp>))
        .filter(signing_key::COLUMN.id.eq(key.id.as_str()))
        .filter(signing_key::COLUMN.retires_at.gt(write.now))
        .exec(write)
        .await?;
    Ok(kept.rows_affected == 1)
}

/// Notes how long the tokens live that keys sign from now on. The one before a key that is published and does not sign
/// yet stays for as long, too.
async fn live_longer(
    write: &Write<'_>,
    algorithm: SigningAlgorithm,
    lifetime: TimeDelta,
) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Upkeep);
    let keys = signing_key::Entity::find()
        .filter(signing_key::COLUMN.algorithm.eq(algorithm.as_str()))
        .order_by_desc(signing_key::Column::Generation)
        .all(write)
        .await?;
    let mut signs_until = None;
    for key in keys {
        let noted = key.token_lifetime.unwrap_or_default();
        if signs_until.is_none_or(|until| until > write.now) && noted < lifetime.num_seconds() {
            let mut longer = signing_key::Entity::update_many()
                .col_expr(signing_key::Column::TokenLifetime, Expr::value(lifetime.num_seconds()))
                .filter(signing_key::COLUMN.id.eq(key.id));
            let retires_at = signs_until.map(|until| until + tail(lifetime));
            if retires_at > key.retires_at {
                longer = longer.col_expr(signing_key::Column::RetiresAt, Expr::value(retires_at));
            }
            longer.exec(write).await?;
        }
        signs_until = Some(key.signs_from);
    }
    Ok(())
}

/// What a rotation brings.
#[derive(Debug)]
pub struct RotatedKey {
    pub algorithm: SigningAlgorithm,
    pub signs_from: Timestamp,
    pub old_retires_at: Timestamp,
}

/// Publishes the next key, to sign from `ahead` on; the current one retires when its last token has expired.
///
/// # Errors
/// [`Error::Invalid`] while the key of an earlier rotation does not sign yet.
pub async fn rotate(write: &Write<'_>, used: UsedAlgorithm, ahead: TimeDelta) -> Result<RotatedKey, Error> {
    bring_back(write).await?;
    let UsedAlgorithm { algorithm, lifetime } = used;
    let name = algorithm.as_str();
    let current = newest(write, algorithm).await?;
    let current = current.ok_or_else(|| Error::internal(format!("there is no {name} key to rotate")))?;
    if current.signs_from > write.now {
        let from = current.signs_from.format("%Y-%m-%d %H:%M:%S UTC");
        let message = format!("a rotation is under way: the next {name} key signs from {from}");
        return Err(Error::invalid("", message));
    }
    let signs_from = write.now + ahead;
    let longest = lifetime.max(TimeDelta::seconds(current.token_lifetime.unwrap_or_default()));
    let old_retires_at = signs_from + tail(longest);
    if !insert(write, algorithm, current.generation + 1, signs_from, lifetime).await? {
        return Err(Error::invalid("", "somebody else has just rotated"));
    }
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::RetiresAt, Expr::value(old_retires_at))
        .filter(signing_key::COLUMN.id.eq(current.id.as_str()))
        .exec(write)
        .await?;
    write
        .record(Event::SigningKeyRotated { kid: current.id, algorithm: name, signs_from, old_retires_at })
        .await?;
    Ok(RotatedKey { algorithm, signs_from, old_retires_at })
}

/// All keys that still count, decrypted; these algorithms sign.
pub async fn load(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    used: &[UsedAlgorithm],
) -> Result<SigningKeys, Error> {
    let rows = signing_key::Entity::find().order_by_asc(signing_key::Column::SignsFrom).all(db).await?;
    let keys = rows.into_iter().map(|row| {
        let private = keyring.open(&row.id, &row.private_key).ok_or_else(|| {
            Error::internal("a signing key cannot be decrypted: is the master secret another one?")
        })?;
        let algorithm = row.algorithm.parse().map_err(|error: String| Error::internal(error))?;
        SigningKey::load(row.id, algorithm, &private, row.signs_from, row.retires_at)
    });
    let algorithms = used.iter().map(|used| used.algorithm).collect();
    Ok(SigningKeys::new(algorithms, keys.collect::<Result<_, _>>()?))
}

/// Writes down that shared keys leave the installation: who has one can sign tokens.
///
/// # Errors
/// Those of the database.
pub async fn note_export(write: &Write<'_>, kids: Vec<String>) -> Result<(), Error> {
    write.record(Event::SigningKeysExported { kids }).await
}

/// Keys that were made while the clock was ahead count as made now: their time would be long in coming, and until then
/// there would be no rotation.
async fn bring_back(write: &Write<'_>) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Upkeep);
    let ahead = signing_key::Entity::find().filter(signing_key::COLUMN.created_at.gt(write.now));
    for key in ahead.all(write).await? {
        let by = key.created_at - write.now;
        signing_key::Entity::update_many()
            .col_expr(signing_key::Column::CreatedAt, Expr::value(write.now))
            .col_expr(signing_key::Column::SignsFrom, Expr::value(key.signs_from - by))
            .filter(signing_key::COLUMN.id.eq(key.id))
            .filter(signing_key::COLUMN.created_at.eq(key.created_at))
            .exec(write)
            .await?;
    }
    Ok(())
}

async fn newest(write: &Write<'_>, algorithm: SigningAlgorithm) -> Result<Option<signing_key::Model>, Error> {
    Ok(signing_key::Entity::find()
        .filter(signing_key::COLUMN.algorithm.eq(algorithm.as_str()))
        .order_by_desc(signing_key::Column::Generation)
        .one(write)
        .await?)
}

/// False if another node has made the same generation at the same moment.
async fn insert(
    write: &Write<'_>,
    algorithm: SigningAlgorithm,
    generation: i32,
    signs_from: Timestamp,
    lifetime: TimeDelta,
) -> Result<bool, Error> {
    let new = NewSigningKey::generate(algorithm)?;
    let sealed = write
        .keyring
        .seal(&new.kid, &new.private)
        .ok_or_else(|| Error::internal("a key could not be encrypted"))?;
    let row = signing_key::ActiveModel {
        id: Set(new.kid.clone()),
        algorithm: Set(algorithm.as_str().to_owned()),
        generation: Set(generation),
        private_key: Set(sealed),
        signs_from: Set(signs_from),
        retires_at: Set(None),
        created_at: Set(write.now),
        key_id: Set(Some(write.keyring.key_id().to_vec())),
        token_lifetime: Set(Some(lifetime.num_seconds())),
    };
    let inserted = signing_key::Entity::insert(row)
        .on_conflict(
            Upsert::columns([signing_key::Column::Algorithm, signing_key::Column::Generation])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec(write)
        .await?;
    if !matches!(inserted, TryInsertResult::Inserted(_)) {
        return Ok(false);
    }
    let algorithm = algorithm.as_str();
    write.record(Event::SigningKeyCreated { kid: new.kid, algorithm, signs_from }).await?;
    Ok(true)
}
