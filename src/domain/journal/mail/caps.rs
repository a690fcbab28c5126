//! How many mails people can cause, by kind, recipient and client.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    Statement,
};

use crate::domain::Write;
use crate::domain::journal::mail::{Mail, MailKind, insert};
use crate::entity::mail;
use crate::error::Error;
use crate::id::{InvitationId, MailId, OrganisationId};
use crate::network::network;

/// The most mails in an hour that clients can ask for without a credential: of one kind to one recipient, and of all
/// kinds from one client.
const PER_RECIPIENT: u64 = 3;
const PER_CLIENT: u64 = 20;
/// The most invitations in an hour: to one address by all inviters, and by one inviter into all organisations.
const INVITATIONS_TO_ADDRESS: u64 = 5;
const INVITATIONS_BY_INVITER: u64 = 200;
/// How long after a registration a failed sign-in may be the same person's.
const REGISTERED: TimeDelta = TimeDelta::hours(24);
const HOUR: TimeDelta = TimeDelta::hours(1);
/// By how much the clocks of two nodes may differ.
const SKEW: TimeDelta = TimeDelta::minutes(1);
/// Classes of PostgreSQL's advisory locks.
const ASKS: i32 = 1;
const RECIPIENT: i32 = 2;

/// Writes down a mail that a client asked for without a credential. If the recipient got too many already none is
/// written, and the client is not told: that would say who else asks for mails to this address.
///
/// # Errors
/// [`Error::TooManyMailsAsked`] if the client asked for too many, for all addresses together.
pub async fn enqueue_requested(write: &Write<'_>, recipient: &str, mail: Mail) -> Result<(), Error> {
    let address = write.actor.address();
    let client = address.map_or_else(|| "local".to_owned(), |ip| network(ip).to_string());
    one_after_the_other(write, &client, &[recipient]).await?;
    let from_there = recent(write, mail::COLUMN.requested_from.eq(client.as_str()))
        .order_by_desc(mail::Column::CreatedAt)
        .offset(PER_CLIENT - 1);
    if let Some(oldest) = from_there.one(write).await? {
        let wait = (oldest.created_at + HOUR - write.now).num_seconds();
        return Err(Error::TooManyMailsAsked { retry_after: u64::try_from(wait).unwrap_or(0) + 1 });
    }
    unless_too_many(write, recipient, &mail, client).await
}

/// Writes down a mail that an account's own device asks for, to the account's address: others behind the same network
/// address cannot use up what the client may ask for. The cap for the recipient holds.
pub async fn enqueue_for_owner(write: &Write<'_>, recipient: &str, mail: Mail) -> Result<(), Error> {
    let client = "own device";
    one_after_the_other(write, client, &[recipient]).await?;
    unless_too_many(write, recipient, &mail, client.to_owned()).await
}

async fn unless_too_many(
    write: &Write<'_>,
    recipient: &str,
    mail: &Mail,
    client: String,
) -> Result<(), Error> {
    if recent_to(write, recipient, mail.kind()).count(write).await? < PER_RECIPIENT {
        insert(write, recipient, mail, Some(client), None).await?;
    }
    Ok(())
}

fn inviter(write: &Write<'_>) -> String {
    write.actor.id.clone().unwrap_or_else(|| "local".to_owned())
}

/// Locks the inviter and the recipients of invitations, so that they are counted right: once in a transaction, for all
/// of them.
pub async fn lock_invitations(write: &Write<'_>, recipients: &[&str]) -> Result<(), Error> {
    one_after_the_other(write, &inviter(write), recipients).await
}

/// Writes down the mail that may help a person who could not sign in. If there were too many none is written, and the
/// client is not told. These mails have a budget of their own for each client, or wrong passwords would use up the mails
/// that the client asks for. `right` says that only the proof of the address was missing.
pub async fn enqueue_for_failed_sign_in(
    write: &Write<'_>,
    network: IpAddr,
    recipient: &str,
    right: bool,
) -> Result<(), Error> {
    let client = format!("sign-in {network}");
    one_after_the_other(write, &client, &[recipient]).await?;
    let from_there = recent(write, mail::COLUMN.requested_from.eq(client.as_str()));
    if from_there.count(write).await? >= PER_CLIENT {
        return Ok(());
    }
    unless_too_many(write, recipient, &Mail::SignInFailed { right }, client).await
}

/// Whether there was a registration with an address lately: its owner may wait for a mail about it.
pub async fn was_registered_with(write: &Write<'_>, recipient: &str) -> Result<bool, Error> {
    let registration = mail::Entity::find()
        .filter(mail::COLUMN.recipient.eq(recipient))
        .filter(mail::COLUMN.kind.eq(MailKind::Registration.as_str()))
        .filter(mail::COLUMN.created_at.gt(write.now - REGISTERED));
    Ok(registration.one(write).await?.is_some())
}

/// Writes down an invitation's mail, after [`lock_invitations`]. The recipient is normalised: else case would be a way
/// around the limit.
///
/// # Errors
/// [`Error::TooManyMails`]: the inviter is told, or would wait for an answer to a mail that was not sent.
pub async fn enqueue_invitation(
    write: &Write<'_>,
    recipient: &str,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<MailId, Error> {
    let inviter = inviter(write);
    let to_them = recent_to(write, recipient, MailKind::Invitation);
    let by_them = recent(write, mail::COLUMN.requested_from.eq(inviter.as_str()));
    if to_them.count(write).await? >= INVITATIONS_TO_ADDRESS
        || by_them.count(write).await? >= INVITATIONS_BY_INVITER
    {
        return Err(Error::TooManyMails);
    }
    let mail = Mail::Invitation { invitation_id: id };
    insert(write, recipient, &mail, Some(inviter), Some(organisation)).await
}

fn recent_to(write: &Write<'_>, recipient: &str, kind: MailKind) -> Select<mail::Entity> {
    let to_them = recent(write, mail::COLUMN.recipient.eq(recipient));
    to_them.filter(mail::COLUMN.kind.eq(kind.as_str()))
}

fn recent(write: &Write<'_>, which: Expr) -> Select<mail::Entity> {
    mail::Entity::find()
        .filter(which)
        .filter(mail::COLUMN.requested_from.is_not_null())
        .filter(mail::COLUMN.created_at.gt(write.now - HOUR))
        // Not what a clock that was ahead has written, which would count for longer than an hour.
        .filter(mail::COLUMN.created_at.lte(write.now + SKEW))
}

/// Counting and writing down must not be interleaved with another request's for the same client or recipient. A
/// transaction locks all of its names at once, in one order everywhere, so that two cannot wait for each other.
/// SQLite has one writer anyway.
async fn one_after_the_other(write: &Write<'_>, asks: &str, recipients: &[&str]) -> Result<(), Error> {
    let backend = write.get_database_backend();
    if backend != DbBackend::Postgres {
        return Ok(());
    }
    let recipients = recipients.iter().map(|recipient| (RECIPIENT, *recipient));
    // By number: two names may have the same one.
    let locks =
        recipients.chain([(ASKS, asks)]).map(|(class, name)| (class, crc32fast::hash(name.as_bytes())));
    for (class, number) in locks.collect::<BTreeSet<_>>() {
        let lock = "SELECT pg_advisory_xact_lock($1, $2)";
        let values = [class.into(), number.cast_signed().into()];
        write.execute_raw(Statement::from_sql_and_values(backend, lock, values)).await?;
    }
    Ok(())
}
