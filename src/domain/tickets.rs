//! Tickets that open a socket once: browsers cannot send headers with a WebSocket, and what stands in an address
//! ends up in logs.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use super::Change;
use crate::entity::{socket_ticket, user};
use crate::error::Error;
use crate::id::{ApiKeyId, OrganisationId, SessionId, SocketTicketId, UserId};
use crate::keyring::{Keyring, Purpose};
use crate::secret::{Kind, Secret};

/// How long a ticket is good.
pub const LIFETIME: TimeDelta = TimeDelta::seconds(120);

/// Whose ticket it is.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'h> {
    User(UserId, SessionId),
    /// By the password alone: the ticket dies with it.
    Sessionless(&'h user::Model),
    Key(ApiKeyId),
}

/// What changes with the password, under each accepted master secret.
fn password_digests(keyring: &Keyring, user: &user::Model) -> Vec<Vec<u8>> {
    let stored = user.password_hash.as_deref().unwrap_or_default();
    let parts = [b"ticket ", user.id.0.as_bytes().as_slice(), stored.as_bytes()];
    keyring.macs(Purpose::Basic, &parts).map(|digest| digest.to_vec()).collect()
}

/// Whether the password is still the one that the ticket was asked for with.
pub fn is_same_password(keyring: &Keyring, user: &user::Model, digest: Option<&Vec<u8>>) -> bool {
    digest.is_some_and(|digest| password_digests(keyring, user).contains(digest))
}

/// Makes a ticket for one organisation, and for pages of one origin.
pub async fn issue(
    change: Change<'_>,
    keyring: &Keyring,
    holder: Holder<'_>,
    organisation: OrganisationId,
    origin: Option<String>,
) -> Result<Secret, Error> {
    let secret = Secret::generate(Kind::SocketTicket);
    let (user, session, password, key) = match holder {
        Holder::User(user, session) => (Some(user), Some(session), None, None),
        Holder::Sessionless(user) => {
            (Some(user.id), None, password_digests(keyring, user).into_iter().next(), None)
        }
        Holder::Key(key) => (None, None, None, Some(key)),
    };
    socket_ticket::ActiveModel {
        id: Set(SocketTicketId::generate()),
        digest: Set(secret.digest(keyring).to_vec()),
        organisation_id: Set(organisation),
        user_id: Set(user),
        session_id: Set(session),
        api_key_id: Set(key),
        password_digest: Set(password),
        origin: Set(origin),
        expires_at: Set(change.now + LIFETIME),
        created_at: Set(change.now),
    }
    .insert(change.txn)
    .await?;
    Ok(secret)
}

/// Uses a ticket up.
///
/// # Errors
/// [`Error::InvalidCredential`] if it is used or too old.
pub async fn consume(
    change: Change<'_>,
    keyring: &Keyring,
    secret: &Secret,
) -> Result<socket_ticket::Model, Error> {
    let found = socket_ticket::Entity::by_digests(secret.digests(keyring)).one(change.txn).await?;
    let ticket = found.ok_or(Error::InvalidCredential)?;
    // Of two at once, one finds it gone.
    let deleted = socket_ticket::Entity::delete_many()
        .filter(socket_ticket::COLUMN.id.eq(ticket.id))
        .filter(socket_ticket::COLUMN.expires_at.gt(change.now))
        .exec(change.txn)
        .await?;
    if deleted.rows_affected == 1 { Ok(ticket) } else { Err(Error::InvalidCredential) }
}
