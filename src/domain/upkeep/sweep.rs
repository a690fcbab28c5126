//! Deletes rows that can never be used again.

use chrono::TimeDelta;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait, QueryFilter, QuerySelect as _};

use crate::clock::Timestamp;
use crate::domain::account::deletion;
use crate::domain::session::known_network::KNOWN_FOR;
use crate::domain::{NoEvent, Write};
use crate::entity::delivery::DeliveryState;
use crate::entity::{
    api_key, api_key_secret, audit_event, delivery, idempotency, invitation, known_network, login_failure,
    one_time_token, registration_budget, session, signing_key, socket_ticket, spent_issuer_token,
};
use crate::error::Error;
use crate::event::Event;

/// The most API keys that one statement deletes; each has an event.
const KEYS_AT_ONCE: u64 = 200;

/// What was under way when an account was deleted has ended by then.
const LATE: TimeDelta = TimeDelta::days(1);

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// The longest that a session can live.
    pub sessions: TimeDelta,
    pub events: TimeDelta,
    /// What has ended, for those who want to know what happened.
    pub ended: TimeDelta,
}

/// Deletes what is past its time; the number of rows.
pub async fn run(write: &Write<'_>, kept: Retention) -> Result<u64, Error> {
    let write = &write.without_event(NoEvent::Sweeps);
    let now = write.now;
    let ended_before = now - kept.ended;
    let sessions = session::Entity::delete_many()
        .filter(
            Condition::any()
                .add(session::COLUMN.ended_at.lt(ended_before))
                .add(session::COLUMN.created_at.lt(ended_before - kept.sessions)),
        )
        .exec(write)
        .await?;
    let links = one_time_token::Entity::delete_many()
        .filter(one_time_token::COLUMN.expires_at.lt(ended_before))
        .exec(write)
        .await?;
    let secrets = api_key_secret::Entity::delete_many()
        .filter(api_key_secret::COLUMN.expires_at.lt(ended_before))
        .exec(write)
        .await?;
    let tickets = socket_ticket::Entity::delete_many()
        .filter(socket_ticket::COLUMN.expires_at.lt(now))
        .exec(write)
        .await?;
    let spent = spent_issuer_token::Entity::delete_many()
        .filter(spent_issuer_token::COLUMN.expires_at.lt(now))
        .exec(write)
        .await?;
    let keys =
        signing_key::Entity::delete_many().filter(signing_key::COLUMN.retires_at.lt(now)).exec(write).await?;
    // What was delivered goes with them.
    let deliveries = delivery::Entity::delete_many()
        .filter(delivery::COLUMN.created_at.lt(ended_before))
        .filter(delivery::COLUMN.state.ne(DeliveryState::Pending))
        .exec(write)
        .await?;
    let failures = login_failure::Entity::delete_many()
        .filter(login_failure::COLUMN.forgotten_at.lt(now))
        .filter(login_failure::COLUMN.blocked_until.lt(now))
        .exec(write)
        .await?;
    let registrations = registration_budget::Entity::delete_many()
        .filter(registration_budget::COLUMN.ends_at.lt(now))
        .exec(write)
        .await?;
    // Those that were accepted stay: how many an organisation may send goes by their number.
    let invitations = invitation::Entity::delete_many()
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(
            Condition::any()
                .add(invitation::COLUMN.expires_at.lt(ended_before))
                .add(invitation::COLUMN.withdrawn_at.lt(ended_before)),
        )
        .exec(write)
        .await?;
    let networks = known_network::Entity::delete_many()
        .filter(known_network::COLUMN.seen_at.lt(now - KNOWN_FOR))
        .exec(write)
        .await?;
    let events = audit_event::Entity::delete_many()
        .filter(audit_event::COLUMN.created_at.lt(now - kept.events))
        .exec(write)
        .await?;
    let answers =
        idempotency::Entity::delete_many().filter(idempotency::COLUMN.expires_at.lt(now)).exec(write).await?;
    deletion::forget_late_names(write, now - LATE).await?;
    let api_keys = delete_keys(write, ended_before).await?;
    let deleted = [
        sessions,
        links,
        secrets,
        tickets,
        spent,
        keys,
        deliveries,
        failures,
        registrations,
        invitations,
        networks,
        events,
        answers,
    ];
    Ok(deleted.iter().map(|deleted| deleted.rows_affected).sum::<u64>() + api_keys)
}

/// Deletes API keys that were revoked or have expired. An event keeps what they were called and when they were used last.
async fn delete_keys(write: &Write<'_>, ended_before: Timestamp) -> Result<u64, Error> {
    let mut deleted = 0;
    loop {
        let due = api_key::Entity::ended_before(ended_before).limit(KEYS_AT_ONCE).all(write).await?;
        if due.is_empty() {
            return Ok(deleted);
        }
        // Of two nodes that sweep at once, one gets each row.
        let gone = api_key::Entity::delete_many()
            .filter(api_key::COLUMN.id.is_in(due.iter().map(|key| key.id)))
            .exec_with_returning(write)
            .await?;
        deleted += gone.len() as u64;
        let events = gone.into_iter().map(|key| Event::KeyDeleted {
            organisation: key.organisation_id,
            key: key.id,
            name: key.name,
            created_by: key.created_by,
            revoked_at: key.revoked_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        });
        write.record_all(events).await?;
    }
}
