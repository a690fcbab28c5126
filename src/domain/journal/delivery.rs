//! Deliveries: they are claimed for an attempt, finished, tried again later, and given up after a day. This file knows
//! nothing of what is delivered.

use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, UpdateMany,
};

use crate::clock::Timestamp;
use crate::domain::{NoEvent, Write};
use crate::entity::delivery::{self, Channel, DeliveryState};
use crate::error::Error;
use crate::id::DeliveryId;

/// After this another node takes over: longer than an attempt may take (`worker/delivery.rs`).
const ATTEMPT: TimeDelta = TimeDelta::seconds(60);
/// No attempt is put off for longer. One that is due later was written down while a clock was ahead.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(3);
/// After this it is given up.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);
/// The most characters of an error that are kept.
const LONGEST_ERROR: usize = 500;

/// A delivery that this node has claimed.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    pub id: DeliveryId,
    /// 1 is the first.
    pub number: i32,
    /// When it is given up.
    ends_at: Timestamp,
}

/// Writes down that something is to be delivered, at once.
pub async fn enqueue(write: &Write<'_>, channel: Channel, id: DeliveryId) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    delivery::ActiveModel {
        id: Set(id),
        channel: Set(channel),
        state: Set(DeliveryState::Pending),
        attempts: Set(0),
        due_at: Set(write.now),
        finished_at: Set(None),
        last_error: Set(None),
        created_at: Set(write.now),
    }
    .insert(write)
    .await?;
    Ok(())
}

/// What is due, the longest overdue first. What a clock that was ahead has put off is due at once.
pub async fn due(
    db: &impl ConnectionTrait,
    channel: Channel,
    now: Timestamp,
    most: u64,
) -> Result<Vec<delivery::Model>, Error> {
    Ok(delivery::Entity::find()
        .filter(delivery::COLUMN.channel.eq(channel))
        .filter(delivery::COLUMN.state.eq(DeliveryState::Pending))
        .filter(
            Condition::any()
                .add(delivery::COLUMN.due_at.lte(now))
                .add(delivery::COLUMN.due_at.gt(now + LONGEST_WAIT))
                .add(delivery::COLUMN.created_at.gt(now)),
        )
        .order_by_asc(delivery::Column::DueAt)
        .order_by_asc(delivery::Column::Id)
        .limit(most)
        .all(db)
        .await?)
}

/// Claims a delivery for one attempt; `None` if another node has it.
pub async fn claim(write: &Write<'_>, due: &delivery::Model) -> Result<Option<Attempt>, Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    // From here on one that was written down while a clock was ahead is put off as others are.
    let created_at = Ord::min(due.created_at, write.now);
    let number = due.attempts + 1;
    let claimed = delivery::Entity::update_many()
        .col_expr(delivery::Column::DueAt, Expr::value(write.now + ATTEMPT))
        .col_expr(delivery::Column::Attempts, Expr::value(number))
        .col_expr(delivery::Column::CreatedAt, Expr::value(created_at))
        .filter(delivery::COLUMN.id.eq(due.id))
        .filter(delivery::COLUMN.state.eq(DeliveryState::Pending))
        .filter(delivery::COLUMN.attempts.eq(due.attempts))
        .exec(write)
        .await?;
    let attempt = Attempt { id: due.id, number, ends_at: created_at + GIVEN_UP_AFTER };
    Ok(Some(attempt).filter(|_| claimed.rows_affected == 1))
}

/// Notes that it is delivered, or that there is no recipient.
pub async fn finish(write: &Write<'_>, attempt: Attempt, state: DeliveryState) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    finished(write, state).filter(delivery::COLUMN.id.eq(attempt.id)).exec(write).await?;
    Ok(())
}

fn finished(write: &Write<'_>, state: DeliveryState) -> UpdateMany<delivery::Entity> {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(state))
        .col_expr(delivery::Column::FinishedAt, Expr::value(write.now))
        .col_expr(delivery::Column::LastError, Expr::value(None::<String>))
}

/// Notes that an attempt failed, for now. The waits grow from 30 s to two hours, each with up to a quarter more at random, so
/// that deliveries do not march in step. The last attempt is a day after the first.
pub async fn retry_later(write: &Write<'_>, attempt: Attempt, error: &str) -> Result<DeliveryState, Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    let exponent = Ord::clamp(attempt.number - 1, 0, 8);
    let wait = TimeDelta::seconds(30 * (1 << exponent));
    // In whole milliseconds: databases keep no more than microseconds.
    let jitter = wait.num_milliseconds() * i64::from(crate::crypto::secret::random_bytes::<1>()[0]) / 1024;
    let next = Ord::min(write.now + wait + TimeDelta::milliseconds(jitter), attempt.ends_at);
    let state = if write.now >= attempt.ends_at { DeliveryState::Dead } else { DeliveryState::Pending };
    let failed = failed(attempt, state, error).col_expr(delivery::Column::DueAt, Expr::value(next));
    failed.exec(write).await?;
    Ok(state)
}

/// Notes that an attempt failed for good.
pub async fn give_up(write: &Write<'_>, attempt: Attempt, error: &str) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    failed(attempt, DeliveryState::Dead, error).exec(write).await?;
    Ok(())
}

/// A delivery that another node has taken over meanwhile stays as it is.
fn failed(attempt: Attempt, state: DeliveryState, error: &str) -> UpdateMany<delivery::Entity> {
    let error: String = error.chars().take(LONGEST_ERROR).collect();
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(state))
        .col_expr(delivery::Column::LastError, Expr::value(error))
        .filter(delivery::COLUMN.id.eq(attempt.id))
        .filter(delivery::COLUMN.state.eq(DeliveryState::Pending))
        .filter(delivery::COLUMN.attempts.eq(attempt.number))
}

/// Drops what waits or is dead, among the deliveries whose ids a statement selects; which.
pub async fn drop_waiting(write: &Write<'_>, ids: SelectStatement) -> Result<Vec<DeliveryId>, Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    let dropped = finished(write, DeliveryState::Dropped)
        .filter(delivery::COLUMN.id.in_subquery(ids))
        .filter(delivery::COLUMN.state.is_in([DeliveryState::Pending, DeliveryState::Dead]))
        .exec_with_returning(write)
        .await?;
    Ok(dropped.into_iter().map(|delivery| delivery.id).collect())
}

/// Gives dead deliveries another day, all of a channel or one; how many.
pub async fn revive(write: &Write<'_>, channel: Channel, one: Option<DeliveryId>) -> Result<u64, Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    let mut reviving = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Pending))
        .col_expr(delivery::Column::Attempts, Expr::value(0))
        .col_expr(delivery::Column::DueAt, Expr::value(write.now))
        .col_expr(delivery::Column::CreatedAt, Expr::value(write.now))
        .filter(delivery::COLUMN.channel.eq(channel))
        .filter(delivery::COLUMN.state.eq(DeliveryState::Dead));
    if let Some(id) = one {
        reviving = reviving.filter(delivery::COLUMN.id.eq(id));
    }
    Ok(reviving.exec(write).await?.rows_affected)
}
