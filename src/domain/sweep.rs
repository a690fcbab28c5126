//! Taking away what nobody can use any more.

use chrono::TimeDelta;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait, QueryFilter};

use super::Change;
use super::known_network::KNOWN_FOR;
use crate::entity::{
    api_key_secret, audit_event, known_network, login_failure, one_time_token, outbox, registration_budget,
    session, signing_key, socket_ticket, spent_issuer_token,
};
use crate::error::Error;

/// How long ended sessions and links are kept, for whoever wants to know what happened.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Deletes what is past its time; the number of rows.
pub async fn run(change: Change<'_>, sessions_end: TimeDelta, events_end: TimeDelta) -> Result<u64, Error> {
    let now = change.now;
    let sessions = session::Entity::delete_many()
        .filter(
            Condition::any()
                .add(session::COLUMN.ended_at.lt(now - KEPT))
                .add(session::COLUMN.created_at.lt(now - sessions_end - KEPT)),
        )
        .exec(change.txn)
        .await?;
    let links = one_time_token::Entity::delete_many()
        .filter(one_time_token::COLUMN.expires_at.lt(now - KEPT))
        .exec(change.txn)
        .await?;
    let secrets = api_key_secret::Entity::delete_many()
        .filter(api_key_secret::COLUMN.expires_at.lt(now - KEPT))
        .exec(change.txn)
        .await?;
    let tickets = socket_ticket::Entity::delete_many()
        .filter(socket_ticket::COLUMN.expires_at.lt(now))
        .exec(change.txn)
        .await?;
    let spent = spent_issuer_token::Entity::delete_many()
        .filter(spent_issuer_token::COLUMN.expires_at.lt(now))
        .exec(change.txn)
        .await?;
    let keys = signing_key::Entity::delete_many()
        .filter(signing_key::COLUMN.retires_at.lt(now))
        .exec(change.txn)
        .await?;
    let mails = outbox::Entity::delete_many()
        .filter(outbox::COLUMN.created_at.lt(now - KEPT))
        .filter(outbox::COLUMN.state.ne(outbox::State::Pending))
        .exec(change.txn)
        .await?;
    let failures = login_failure::Entity::delete_many()
        .filter(login_failure::COLUMN.forgotten_at.lt(now))
        .filter(login_failure::COLUMN.blocked_until.lt(now))
        .exec(change.txn)
        .await?;
    let registrations = registration_budget::Entity::delete_many()
        .filter(registration_budget::COLUMN.ends_at.lt(now))
        .exec(change.txn)
        .await?;
    let networks = known_network::Entity::delete_many()
        .filter(known_network::COLUMN.seen_at.lt(now - KNOWN_FOR))
        .exec(change.txn)
        .await?;
    let events = audit_event::Entity::delete_many()
        .filter(audit_event::COLUMN.created_at.lt(now - events_end))
        .exec(change.txn)
        .await?;
    Ok([sessions, links, secrets, tickets, spent, keys, mails, failures, registrations, networks, events]
        .iter()
        .map(|deleted| deleted.rows_affected)
        .sum())
}
