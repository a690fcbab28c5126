//! Tickets that open a socket once: browsers cannot send headers with a WebSocket, and what stands in an address
//! ends up in logs.

use chrono::TimeDelta;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    Set,
};

use crate::clock::seconds_to_wait;
use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::account::passwords::UserWithPassword;
use crate::domain::account::users;
use crate::domain::{NoEvent, Write};
use crate::entity::{api_key, socket_ticket};
use crate::error::Error;
use crate::id::{ApiKeyId, OrganisationId, SessionId, SocketTicketId, UserId};

/// How long a ticket is good.
pub const LIFETIME: TimeDelta = TimeDelta::seconds(120);

/// Whose ticket it is.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'h> {
    User(UserId, SessionId),
    /// By the password alone: the ticket is revoked with it.
    Sessionless(&'h UserWithPassword),
    Key(OrganisationId, ApiKeyId),
}

/// What changes with the password, under each accepted master secret.
fn password_digests(keyring: &Keyring, account: &UserWithPassword) -> Vec<Vec<u8>> {
    let stored = account.hash().unwrap_or_default();
    let parts = [b"ticket ", account.user.id.0.as_bytes().as_slice(), stored.as_bytes()];
    keyring.macs(KeyPurpose::Basic, &parts).map(|digest| digest.to_vec()).collect()
}

/// Whether the password is still the one that the ticket was asked for with.
pub fn is_same_password(keyring: &Keyring, account: &UserWithPassword, digest: Option<&Vec<u8>>) -> bool {
    digest.is_some_and(|digest| password_digests(keyring, account).contains(digest))
}

/// Makes a ticket for one organisation, and for pages of one origin.
///
/// # Errors
/// [`Error::TooManyTickets`].
pub async fn issue(
    write: &Write<'_>,
    holder: Holder<'_>,
    organisation: OrganisationId,
    origin: Option<String>,
) -> Result<Secret, Error> {
    let write = &write.without_event(NoEvent::SingleUse);
    check_number(write, holder).await?;
    let secret = Secret::generate(SecretKind::SocketTicket);
    let (user, session, password, key) = match holder {
        Holder::User(user, session) => (Some(user), Some(session), None, None),
        Holder::Sessionless(account) => {
            (Some(account.user.id), None, password_digests(write.keyring, account).into_iter().next(), None)
        }
        Holder::Key(_, key) => (None, None, None, Some(key)),
    };
    socket_ticket::ActiveModel {
        id: Set(SocketTicketId::generate()),
        digest: Set(secret.digest(write.keyring).to_vec()),
        organisation_id: Set(organisation),
        user_id: Set(user),
        session_id: Set(session),
        api_key_id: Set(key),
        password_digest: Set(password),
        origin: Set(origin),
        expires_at: Set(write.now + LIFETIME),
        created_at: Set(write.now),
    }
    .insert(write)
    .await?;
    Ok(secret)
}

/// Whether the holder may have one ticket more. Under a lock on the holder, so that two requests do not count the same
/// tickets.
async fn check_number(write: &Write<'_>, holder: Holder<'_>) -> Result<(), Error> {
    let Some(most) = write.caps().tickets else { return Ok(()) };
    let unused = match holder {
        Holder::User(user, _) => of_user(write, user).await?,
        Holder::Sessionless(account) => of_user(write, account.user.id).await?,
        Holder::Key(organisation, key) => {
            api_key::Entity::in_organisation(organisation)
                .filter(api_key::COLUMN.id.eq(key))
                .lock(LockType::NoKeyUpdate)
                .one(write)
                .await?
                .ok_or(Error::InvalidCredential)?;
            socket_ticket::Entity::of_key(organisation, key)
        }
    };
    let unused = unused.filter(socket_ticket::COLUMN.expires_at.gt(write.now));
    if unused.clone().count(write).await? < most {
        return Ok(());
    }
    let oldest = unused.order_by_asc(socket_ticket::Column::ExpiresAt).one(write).await?;
    let end = oldest.map_or(write.now, |ticket| ticket.expires_at);
    Err(Error::TooManyTickets { most, retry_after: seconds_to_wait(end - write.now) })
}

async fn of_user(write: &Write<'_>, user: UserId) -> Result<Select<socket_ticket::Entity>, Error> {
    users::lock(write, user).await?;
    Ok(socket_ticket::Entity::of_user(user))
}

/// Uses a ticket up.
///
/// # Errors
/// [`Error::InvalidCredential`] if it is used or too old.
pub async fn consume(write: &Write<'_>, secret: &Secret) -> Result<socket_ticket::Model, Error> {
    let write = &write.without_event(NoEvent::SingleUse);
    let found = socket_ticket::Entity::by_digests(secret.digests(write.keyring)).one(write).await?;
    let ticket = found.ok_or(Error::InvalidCredential)?;
    // Of two at once, one finds it gone.
    let deleted = socket_ticket::Entity::delete_many()
        .filter(socket_ticket::COLUMN.id.eq(ticket.id))
        .filter(socket_ticket::COLUMN.expires_at.gt(write.now))
        .exec(write)
        .await?;
    if deleted.rows_affected == 1 { Ok(ticket) } else { Err(Error::InvalidCredential) }
}
