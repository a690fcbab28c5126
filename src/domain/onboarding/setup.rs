//! The first administrator: made once, by a link that works once or on the command line.

use sea_orm::sea_query::{Expr, OnConflict as Upsert};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect as _, Set};

use crate::clock::Timestamp;
use crate::crypto::keyring::Keyring;
use crate::crypto::secret::{Secret, SecretKind};
use crate::database::Database;
use crate::domain::account::one_time;
use crate::domain::account::users::{self, NewUser};
use crate::domain::organisation::organisations;
use crate::domain::values::display_name::DisplayName;
use crate::domain::{NoEvent, Write};
use crate::entity::one_time_token::{self, LinkPurpose};
use crate::entity::{instance, organisation, user};
use crate::error::Error;
use crate::event::Event;
use crate::id::OneTimeTokenId;
use crate::program::command;

/// Writes the row about this installation at the first start, and checks at every later one that the
/// database was written under the master secret, or under the previous one that is accepted, too.
///
/// # Errors
/// [`Error::Internal`] with a sentence for the operator if it is not.
pub async fn check_instance(write: &Write<'_>) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Upkeep);
    instance::Entity::insert(instance::ActiveModel {
        id: Set(instance::ONLY),
        secret_check: Set(write.keyring.check()),
        set_up_at: Set(None),
        created_at: Set(write.now),
        settings: Set(None),
        osmedeus_key_made_at: Set(None),
    })
    .on_conflict(Upsert::column(instance::Column::Id).do_nothing().to_owned())
    .try_insert()
    .exec(write)
    .await?;
    let row = instance::Entity::find_by_id(instance::ONLY).one(write).await?;
    if row.is_some_and(|row| write.keyring.accepts_check(&row.secret_check)) {
        Ok(())
    } else {
        let rotate = command("secret rotate");
        Err(Error::internal(format!(
            "this database was written under another master secret: set `secret_key` (or the data folder's secret.key) to that one, or to a new one and `secret_key_previous` to that one, until `{rotate}` has run",
        )))
    }
}

/// Whether the database was ever started with, before anything is migrated.
pub async fn has_data(db: &Database) -> Result<bool, Error> {
    // Before the migrations the row may lack columns that this version knows.
    let id = instance::Entity::find_by_id(instance::ONLY).select_only().column(instance::Column::Id);
    Ok(db.has_table("instance").await? && id.into_tuple::<i32>().one(db.read()).await?.is_some())
}

/// Whether the first administrator exists.
pub async fn is_done(db: &impl ConnectionTrait) -> Result<bool, Error> {
    Ok(instance::Entity::find_by_id(instance::ONLY).one(db).await?.is_some_and(|row| row.set_up_at.is_some()))
}

/// Makes a link's secret, good for [`one_time::lifetime`].
///
/// # Errors
/// [`Error::AlreadySetUp`].
pub async fn issue_link(write: &Write<'_>) -> Result<(Secret, Timestamp), Error> {
    if is_done(write).await? {
        return Err(Error::AlreadySetUp);
    }
    let secret = Secret::generate(SecretKind::Setup);
    let expires_at = write.now + one_time::lifetime(LinkPurpose::Setup);
    one_time_token::ActiveModel {
        id: Set(OneTimeTokenId::generate()),
        purpose: Set(LinkPurpose::Setup),
        digest: Set(secret.digest(write.keyring).to_vec()),
        user_id: Set(None),
        email: Set(None),
        expires_at: Set(expires_at),
        consumed_at: Set(None),
        created_at: Set(write.now),
        key_id: Set(Some(write.keyring.key_id().to_vec())),
    }
    .insert(write)
    .await?;
    write.record(Event::SetupLinkIssued {}).await?;
    Ok((secret, expires_at))
}

/// Whether a link would work now. Looking does not consume it.
pub async fn link_works(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    link: &Secret,
    now: Timestamp,
) -> Result<bool, Error> {
    Ok(one_time::works(db, keyring, link, now).await? && !is_done(db).await?)
}

/// Makes the first administrator and their organisation. The link, if it came by one, is consumed; all
/// others are revoked with it. Of many at once one succeeds.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::AlreadySetUp`] without a link.
pub async fn create_first_admin(
    write: &Write<'_>,
    link: Option<&Secret>,
    new: NewUser,
    organisation: &DisplayName,
) -> Result<(user::Model, organisation::Model), Error> {
    if let Some(link) = link {
        one_time::consume(write, &[LinkPurpose::Setup], link).await?;
    }
    let claimed = instance::Entity::update_many()
        .col_expr(instance::Column::SetUpAt, Expr::value(write.now))
        .filter(instance::COLUMN.id.eq(instance::ONLY))
        .filter(instance::COLUMN.set_up_at.is_null())
        .exec(write)
        .await?;
    if claimed.rows_affected != 1 {
        return Err(if link.is_some() { Error::LinkInvalid } else { Error::AlreadySetUp });
    }
    let user = users::create(write, NewUser { operator: true, ..new }).await?;
    // The holder of the link is the administrator from here on.
    let administrator = write.actor.as_user(user.id, &user.name);
    let write = if link.is_some() { &write.by(&administrator) } else { write };
    let (organisation, _) = organisations::create(write, organisation, None, Some(user.id)).await?;
    write.record(Event::SetupDone { user: user.id }).await?;
    Ok((user, organisation))
}
