//! Mails to be sent, written down in the transaction of what they tell of.
//!
//! A row holds addresses and ids, never a link: that is made when the mail is sent, so the secret is only
//! in the mail, and its lifetime begins there.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Set, Statement,
};
use serde_json::{Value, json};

use super::{NoEvent, Write};
use crate::clock::Timestamp;
use crate::entity::membership;
use crate::entity::outbox::{self, Kind, State};
use crate::entity::user;
use crate::error::Error;
use crate::id::{InvitationId, OrganisationId, OutboxId};
use crate::network::network;
use crate::permission::{Permission, Role};

/// Mails that anybody can ask for: so many of a kind an hour for one recipient, and of all kinds from one client.
const PER_RECIPIENT: u64 = 3;
const PER_CLIENT: u64 = 20;
/// Invitations: so many an hour to one address, by whomever, and by one inviter, into whatever organisations.
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
/// After this another node takes over: longer than an attempt may take (`worker/outbox.rs`).
const ATTEMPT: TimeDelta = TimeDelta::seconds(60);
/// No attempt is put off for longer. One that is due later was written down while a clock was ahead.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(3);
/// After this it is given up.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);

/// Writes down a mail.
pub async fn enqueue(write: &Write<'_>, kind: Kind, recipient: &str, data: Value) -> Result<OutboxId, Error> {
    insert(write, kind, recipient, data, None, None).await
}

/// Writes down a mail that anybody can ask for. If the recipient got too many already none is written, and the client
/// is not told: that would say who else asks for mails to this address.
///
/// # Errors
/// [`Error::TooManyMailsAsked`] if the client asked for too many, for whichever addresses.
pub async fn enqueue_requested(
    write: &Write<'_>,
    kind: Kind,
    recipient: &str,
    data: Value,
) -> Result<(), Error> {
    let address = write.actor.address();
    let client = address.map_or_else(|| "local".to_owned(), |ip| network(ip).to_string());
    one_after_the_other(write, &client, &[recipient]).await?;
    let from_there = recent(write, outbox::COLUMN.requested_from.eq(client.as_str()))
        .order_by_desc(outbox::Column::CreatedAt)
        .offset(PER_CLIENT - 1);
    if let Some(oldest) = from_there.one(write).await? {
        let wait = (oldest.created_at + HOUR - write.now).num_seconds();
        return Err(Error::TooManyMailsAsked { retry_after: u64::try_from(wait).unwrap_or(0) + 1 });
    }
    unless_too_many(write, kind, recipient, data, client).await
}

/// Writes down a mail that an account's own device asks for, to the account's address: others behind the same network
/// address cannot use up what the client may ask for. The cap for the recipient holds.
pub async fn enqueue_for_owner(write: &Write<'_>, kind: Kind, recipient: &str) -> Result<(), Error> {
    let client = "own device";
    one_after_the_other(write, client, &[recipient]).await?;
    unless_too_many(write, kind, recipient, json!({}), client.to_owned()).await
}

async fn unless_too_many(
    write: &Write<'_>,
    kind: Kind,
    recipient: &str,
    data: Value,
    client: String,
) -> Result<(), Error> {
    let to_them = recent(write, outbox::COLUMN.recipient.eq(recipient)).filter(outbox::COLUMN.kind.eq(kind));
    if to_them.count(write).await? < PER_RECIPIENT {
        insert(write, kind, recipient, data, Some(client), None).await?;
    }
    Ok(())
}

fn inviter(write: &Write<'_>) -> String {
    write.actor.id.clone().unwrap_or_else(|| "local".to_owned())
}

/// Locks whom invitations are from and to, so that they are counted right: once in a transaction, for all of them.
pub async fn lock_invitations(write: &Write<'_>, recipients: &[&str]) -> Result<(), Error> {
    one_after_the_other(write, &inviter(write), recipients).await
}

/// Writes down the mail that may help whoever could not sign in, unless there were too many of them; nobody is told. They
/// have a budget of their own for each client, or wrong passwords would use up the mails that the client asks for.
/// `right` says that only the proof of the address was missing.
pub async fn enqueue_for_failed_sign_in(
    write: &Write<'_>,
    network: IpAddr,
    recipient: &str,
    right: bool,
) -> Result<(), Error> {
    let kind = Kind::SignInFailed;
    let client = format!("sign-in {network}");
    one_after_the_other(write, &client, &[recipient]).await?;
    let from_there = recent(write, outbox::COLUMN.requested_from.eq(client.as_str()));
    if from_there.count(write).await? >= PER_CLIENT {
        return Ok(());
    }
    unless_too_many(write, kind, recipient, json!({ "right": right }), client).await
}

/// Whether somebody has registered with an address lately, and so may wait for a word about it.
pub async fn was_registered_with(write: &Write<'_>, recipient: &str) -> Result<bool, Error> {
    let registration = outbox::Entity::find()
        .filter(outbox::COLUMN.recipient.eq(recipient))
        .filter(outbox::COLUMN.kind.eq(Kind::Registration))
        .filter(outbox::COLUMN.created_at.gt(write.now - REGISTERED));
    Ok(registration.one(write).await?.is_some())
}

/// Writes down an invitation's mail, after [`lock_invitations`]. The recipient is normalised: else case would be a way
/// around the limit.
///
/// # Errors
/// [`Error::TooManyMails`]: whoever invites is told, or would wait for an answer to a mail that nobody got.
pub async fn enqueue_invitation(
    write: &Write<'_>,
    recipient: &str,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<OutboxId, Error> {
    let kind = Kind::Invitation;
    let inviter = inviter(write);
    let to_them = recent(write, outbox::COLUMN.recipient.eq(recipient)).filter(outbox::COLUMN.kind.eq(kind));
    let by_them = recent(write, outbox::COLUMN.requested_from.eq(inviter.as_str()));
    if to_them.count(write).await? >= INVITATIONS_TO_ADDRESS
        || by_them.count(write).await? >= INVITATIONS_BY_INVITER
    {
        return Err(Error::TooManyMails);
    }
    let data = json!({ "invitation_id": id });
    insert(write, kind, recipient, data, Some(inviter), Some(organisation)).await
}

fn recent(write: &Write<'_>, which: Expr) -> Select<outbox::Entity> {
    outbox::Entity::find()
        .filter(which)
        .filter(outbox::COLUMN.requested_from.is_not_null())
        .filter(outbox::COLUMN.created_at.gt(write.now - HOUR))
        // Not what a clock that was ahead has written, which would count for longer than an hour.
        .filter(outbox::COLUMN.created_at.lte(write.now + SKEW))
}

/// Counting and writing down must not be interleaved with another request's for the same client or recipient. All
/// that a transaction is about are locked at once, in one order everywhere, so that two cannot wait for each other.
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

/// The admins of an organisation who are not disabled: who holds `members:manage`.
pub(super) async fn active_admins(
    write: &Write<'_>,
    organisation: OrganisationId,
) -> Result<Vec<user::Model>, Error> {
    let admins = membership::Entity::in_organisation(organisation)
        .filter(membership::COLUMN.role.is_in(Role::holding(Permission::MembersManage)))
        .find_also_related(user::Entity)
        .all(write)
        .await?;
    let admins = admins.into_iter().filter_map(|(_, user)| user);
    Ok(admins.filter(|user| user.disabled_at.is_none()).collect())
}

/// Writes a mail down for each active admin of an organisation.
pub async fn enqueue_for_admins(
    write: &Write<'_>,
    organisation: OrganisationId,
    kind: Kind,
    data: Value,
) -> Result<(), Error> {
    for admin in active_admins(write, organisation).await? {
        enqueue(write, kind, &admin.email, data.clone()).await?;
    }
    Ok(())
}

async fn insert(
    write: &Write<'_>,
    kind: Kind,
    recipient: &str,
    data: Value,
    requested_from: Option<String>,
    organisation: Option<OrganisationId>,
) -> Result<OutboxId, Error> {
    let write = &write.without_event(NoEvent::Mails);
    let id = OutboxId::generate();
    outbox::ActiveModel {
        id: Set(id),
        kind: Set(kind),
        recipient: Set(recipient.to_owned()),
        data: Set(data),
        state: Set(State::Pending),
        attempts: Set(0),
        next_attempt_at: Set(write.now),
        finished_at: Set(None),
        last_error: Set(None),
        requested_from: Set(requested_from),
        organisation_id: Set(organisation),
        created_at: Set(write.now),
    }
    .insert(write)
    .await?;
    Ok(id)
}

/// The mails that are due, the longest overdue first. What a clock that was ahead has put off is due at once.
pub async fn due(db: &impl ConnectionTrait, now: Timestamp, most: u64) -> Result<Vec<outbox::Model>, Error> {
    Ok(outbox::Entity::find()
        .filter(outbox::COLUMN.state.eq(State::Pending))
        .filter(
            Condition::any()
                .add(outbox::COLUMN.next_attempt_at.lte(now))
                .add(outbox::COLUMN.next_attempt_at.gt(now + LONGEST_WAIT))
                .add(outbox::COLUMN.created_at.gt(now)),
        )
        .order_by_asc(outbox::Column::NextAttemptAt)
        .order_by_asc(outbox::Column::Id)
        .limit(most)
        .all(db)
        .await?)
}

/// Takes a mail for one attempt; false if another node has it.
pub async fn claim(write: &Write<'_>, mail: &outbox::Model) -> Result<bool, Error> {
    let write = &write.without_event(NoEvent::Mails);
    let claimed = outbox::Entity::update_many()
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(write.now + ATTEMPT))
        .col_expr(outbox::Column::Attempts, Expr::value(mail.attempts + 1))
        // From here on it is put off as others are.
        .col_expr(outbox::Column::CreatedAt, Expr::value(Ord::min(mail.created_at, write.now)))
        .filter(outbox::COLUMN.id.eq(mail.id))
        .filter(outbox::COLUMN.state.eq(State::Pending))
        .filter(outbox::COLUMN.attempts.eq(mail.attempts))
        .exec(write)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// The mail is out, or there is nobody to send it to.
pub async fn finish(write: &Write<'_>, id: OutboxId, state: State) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Mails);
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(state))
        .col_expr(outbox::Column::FinishedAt, Expr::value(write.now))
        .col_expr(outbox::Column::LastError, Expr::value(None::<String>))
        .filter(outbox::COLUMN.id.eq(id))
        .exec(write)
        .await?;
    Ok(())
}

/// The attempt failed: the next one comes later each time, by up to a quarter more than said so that
/// mails do not march in step; the last one comes a day after the first. What another node has taken over
/// meanwhile is left to it.
pub async fn retry_later(write: &Write<'_>, mail: &outbox::Model, error: &str) -> Result<State, Error> {
    let write = &write.without_event(NoEvent::Mails);
    let exponent = Ord::min(u32::try_from(mail.attempts).unwrap_or(0), 8);
    let wait = TimeDelta::seconds(30 * (1 << exponent));
    // In whole milliseconds: databases keep no more than microseconds.
    let jitter = wait.num_milliseconds() * i64::from(crate::secret::random_bytes::<1>()[0]) / 1024;
    let last = mail.created_at + GIVEN_UP_AFTER;
    let next = Ord::min(write.now + wait + TimeDelta::milliseconds(jitter), last);
    let state = if write.now >= last { State::Dead } else { State::Pending };
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(state))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(next))
        .col_expr(outbox::Column::LastError, Expr::value(error.chars().take(500).collect::<String>()))
        .filter(outbox::COLUMN.id.eq(mail.id))
        .filter(outbox::COLUMN.state.eq(State::Pending))
        .filter(outbox::COLUMN.attempts.eq(mail.attempts + 1))
        .exec(write)
        .await?;
    Ok(state)
}

/// The mail server will never take it.
pub async fn give_up(write: &Write<'_>, mail: &outbox::Model, error: &str) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Mails);
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(State::Dead))
        .col_expr(outbox::Column::LastError, Expr::value(error.chars().take(500).collect::<String>()))
        .filter(outbox::COLUMN.id.eq(mail.id))
        .filter(outbox::COLUMN.state.eq(State::Pending))
        .filter(outbox::COLUMN.attempts.eq(mail.attempts + 1))
        .exec(write)
        .await?;
    Ok(())
}

/// The account of these addresses is being deleted: what waits for it, links above all, is not sent any more. Invitations
/// are for the mailbox and not for the account. The rows stay for their time, or deleting an account would be a way
/// around the caps.
pub async fn drop_waiting(write: &Write<'_>, addresses: &[&str]) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Mails);
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(State::Dropped))
        .col_expr(outbox::Column::Data, Expr::value(json!({})))
        .col_expr(outbox::Column::FinishedAt, Expr::value(write.now))
        .col_expr(outbox::Column::LastError, Expr::value(None::<String>))
        .filter(outbox::COLUMN.recipient.is_in(addresses.iter().copied()))
        .filter(outbox::COLUMN.kind.ne(Kind::Invitation))
        .filter(outbox::COLUMN.state.is_in([State::Pending, State::Dead]))
        .exec(write)
        .await?;
    Ok(())
}

/// Gives dead mails another day, all of them or one; how many.
pub async fn revive(write: &Write<'_>, one: Option<OutboxId>) -> Result<u64, Error> {
    let write = &write.without_event(NoEvent::Mails);
    let mut reviving = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(State::Pending))
        .col_expr(outbox::Column::Attempts, Expr::value(0))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(write.now))
        .col_expr(outbox::Column::CreatedAt, Expr::value(write.now))
        .filter(outbox::COLUMN.state.eq(State::Dead));
    if let Some(id) = one {
        reviving = reviving.filter(outbox::COLUMN.id.eq(id));
    }
    Ok(reviving.exec(write).await?.rows_affected)
}
