//! Each token of an issuer is good once: a copy of a used one, from a log or a proxy, opens nothing.

use chrono::TimeDelta;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set, TryInsertResult};

use super::ExternalIdentityClaims;
use crate::domain::{NoEvent, Write};
use crate::entity::spent_issuer_token;
use crate::error::Error;

/// How long a token is remembered after it has expired: other nodes' clocks may be behind.
const LONGER: TimeDelta = TimeDelta::hours(1);

/// Uses a token up, in the transaction of what it is used for. Of two at once, on whatever nodes, one waits for the
/// other and finds it used.
///
/// # Errors
/// [`Error::IssuerTokenUsed`].
pub async fn spend(write: &Write<'_>, vouched: &ExternalIdentityClaims) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::SingleUse);
    let row = spent_issuer_token::ActiveModel {
        digest: Set(vouched.digest.to_vec()),
        expires_at: Set(vouched.expires_at + LONGER),
    };
    let written = spent_issuer_token::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(write)
        .await?;
    if matches!(written, TryInsertResult::Inserted(1)) { Ok(()) } else { Err(Error::IssuerTokenUsed) }
}
