//! Links that work once and are sent by mail.

use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use crate::clock::Timestamp;
use crate::crypto::keyring::Keyring;
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::{NoEvent, Write};
use crate::entity::one_time_token::{self, LinkPurpose};
use crate::error::Error;
use crate::id::{OneTimeTokenId, UserId};

/// What a link's secret looks like, and how long it works.
const fn form(purpose: LinkPurpose) -> (SecretKind, TimeDelta) {
    match purpose {
        LinkPurpose::Setup => (SecretKind::Setup, TimeDelta::minutes(30)),
        LinkPurpose::VerifyEmail | LinkPurpose::NewEmail => {
            (SecretKind::EmailVerification, TimeDelta::hours(24))
        }
        LinkPurpose::ResetPassword => (SecretKind::PasswordReset, TimeDelta::minutes(30)),
        LinkPurpose::Unlock => (SecretKind::Unlock, TimeDelta::hours(24)),
    }
}

/// How long a link works.
pub const fn lifetime(purpose: LinkPurpose) -> TimeDelta {
    form(purpose).1
}

/// Makes a link's secret for a user; older links of the same kind are revoked.
pub async fn issue(
    write: &Write<'_>,
    purpose: LinkPurpose,
    user: UserId,
    email: &str,
) -> Result<Secret, Error> {
    issue_for(write, purpose, user, email, lifetime(purpose)).await
}

/// The same with another lifetime: a person who did not ask for the link may find it late.
pub async fn issue_for(
    write: &Write<'_>,
    purpose: LinkPurpose,
    user: UserId,
    email: &str,
    lifetime: TimeDelta,
) -> Result<Secret, Error> {
    let write = &write.without_event(NoEvent::SingleUse);
    revoke(write, purpose, user).await?;
    let secret = Secret::generate(form(purpose).0);
    one_time_token::ActiveModel {
        id: Set(OneTimeTokenId::generate()),
        purpose: Set(purpose),
        digest: Set(secret.digest(write.keyring).to_vec()),
        user_id: Set(Some(user)),
        email: Set(Some(email.to_owned())),
        expires_at: Set(write.now + lifetime),
        consumed_at: Set(None),
        created_at: Set(write.now),
        key_id: Set(Some(write.keyring.key_id().to_vec())),
    }
    .insert(write)
    .await?;
    Ok(secret)
}

/// Revokes a user's links of one kind.
pub async fn revoke(write: &Write<'_>, purpose: LinkPurpose, user: UserId) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::SingleUse);
    one_time_token::Entity::delete_many()
        .filter(one_time_token::COLUMN.user_id.eq(user))
        .filter(one_time_token::COLUMN.purpose.eq(purpose))
        .exec(write)
        .await?;
    Ok(())
}

/// Uses a link up.
///
/// # Errors
/// [`Error::LinkInvalid`] if it is used, too old, or replaced by a newer one.
pub async fn consume(
    write: &Write<'_>,
    purposes: &[LinkPurpose],
    secret: &Secret,
) -> Result<one_time_token::Model, Error> {
    let write = &write.without_event(NoEvent::SingleUse);
    let digests = secret.digests(write.keyring);
    let consumed = one_time_token::Entity::update_many()
        .col_expr(one_time_token::Column::ConsumedAt, Expr::value(write.now))
        .filter(one_time_token::Column::Digest.is_in(digests.clone()))
        .filter(one_time_token::COLUMN.purpose.is_in(purposes.iter().copied()))
        .filter(one_time_token::COLUMN.consumed_at.is_null())
        .filter(one_time_token::COLUMN.expires_at.gt(write.now))
        .exec(write)
        .await?;
    if consumed.rows_affected != 1 {
        return Err(Error::LinkInvalid);
    }
    let token = one_time_token::Entity::find().filter(one_time_token::Column::Digest.is_in(digests));
    token.one(write).await?.ok_or(Error::LinkInvalid)
}

/// Whether a link would work. Looking does not use it up.
pub async fn works(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    secret: &Secret,
    now: Timestamp,
) -> Result<bool, Error> {
    Ok(find(db, keyring, secret, now).await?.is_some())
}

/// A link that would work.
pub async fn find(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    secret: &Secret,
    now: Timestamp,
) -> Result<Option<one_time_token::Model>, Error> {
    let found = one_time_token::Entity::find()
        .filter(one_time_token::Column::Digest.is_in(secret.digests(keyring)))
        .filter(one_time_token::COLUMN.consumed_at.is_null())
        .filter(one_time_token::COLUMN.expires_at.gt(now))
        .one(db)
        .await?;
    Ok(found)
}
