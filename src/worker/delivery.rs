//! Delivers what is due. What it delivers, and how, is a [`Deliverable`].
//!
//! A delivery is claimed, prepared in the same transaction, sent, and then marked. A crash at any point loses none and
//! sends at most one twice.

use std::time::Duration;

use crate::app::App;
use crate::domain::Write;
use crate::domain::journal::audit::Actor;
use crate::domain::journal::delivery::{self, Attempt};
use crate::entity::delivery::{Channel, DeliveryState, Model};
use crate::error::{Error, OrLog as _};
use crate::id::DeliveryId;

const AT_ONCE: u64 = 20;
/// Shorter than the time after which another node takes over (`domain/journal/delivery.rs`).
const LONGEST_ATTEMPT: Duration = Duration::from_secs(45);

/// One thing, ready to be sent.
pub trait Deliverable: Sized + Send {
    /// The channel whose deliveries these are.
    const CHANNEL: Channel;

    /// The id by which operators know the delivery.
    fn shown(id: DeliveryId) -> String;

    /// Makes ready what a claimed delivery is about, in the transaction of the claim.
    fn prepare(
        app: &App,
        write: &Write<'_>,
        id: DeliveryId,
    ) -> impl Future<Output = Result<Prepared<Self>, Error>> + Send;

    /// Sends it. The error has no address: it is logged.
    fn send(self, app: &App) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The outcome of preparing a delivery.
#[derive(Debug)]
pub enum Prepared<T> {
    Ready(T),
    /// There is no recipient.
    Dropped,
    /// It is given up at once, and an operator should see why.
    Impossible(String),
}

/// Why an attempt failed.
#[derive(Debug)]
pub enum Failure {
    /// Another attempt would end the same.
    Permanent(String),
    Transient(String),
}

/// Delivers what is due of one channel; how many deliveries were dealt with.
pub async fn tick<T: Deliverable>(app: &App) -> Result<usize, Error> {
    let due = delivery::due(app.db.read(), T::CHANNEL, app.now(), AT_ONCE).await?;
    for row in &due {
        // One that fails must not hold up the others.
        deliver::<T>(app, row).await.or_log("delivering");
    }
    Ok(due.len())
}

async fn deliver<T: Deliverable>(app: &App, row: &Model) -> Result<(), Error> {
    let (attempt, thing) = match prepare::<T>(app, row).await {
        Ok(Some(ready)) => ready,
        Ok(None) => return Ok(()),
        Err(error) => {
            // Later, or it would be the first in line for ever.
            postpone(app, row).await?;
            return Err(error);
        }
    };
    let sent = tokio::time::timeout(LONGEST_ATTEMPT, thing.send(app)).await;
    let sent = sent.unwrap_or_else(|_| Err(Failure::Transient("the other side took too long".to_owned())));
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    match sent {
        Ok(()) => delivery::finish(&write, attempt, DeliveryState::Sent).await?,
        Err(Failure::Permanent(error)) => give_up::<T>(&write, attempt, &error).await?,
        Err(Failure::Transient(error)) => {
            let state = delivery::retry_later(&write, attempt, &error).await?;
            let (id, attempts) = (T::shown(attempt.id), attempt.number);
            tracing::warn!(id, attempts, ?state, error, "a delivery failed");
        }
    }
    write.commit().await
}

/// Claims a delivery and makes it ready. `None` if another node has it, or it is not to be sent.
async fn prepare<T: Deliverable>(app: &App, row: &Model) -> Result<Option<(Attempt, T)>, Error> {
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    let Some(attempt) = delivery::claim(&write, row).await? else { return Ok(None) };
    let ready = match T::prepare(app, &write, attempt.id).await? {
        Prepared::Ready(thing) => Some((attempt, thing)),
        Prepared::Dropped => {
            delivery::finish(&write, attempt, DeliveryState::Dropped).await?;
            None
        }
        Prepared::Impossible(error) => {
            give_up::<T>(&write, attempt, &error).await?;
            None
        }
    };
    write.commit().await?;
    Ok(ready)
}

async fn give_up<T: Deliverable>(write: &Write<'_>, attempt: Attempt, error: &str) -> Result<(), Error> {
    tracing::warn!(id = T::shown(attempt.id), error, "a delivery was given up");
    delivery::give_up(write, attempt, error).await
}

async fn postpone(app: &App, row: &Model) -> Result<(), Error> {
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    if let Some(attempt) = delivery::claim(&write, row).await? {
        delivery::retry_later(&write, attempt, "it could not be prepared: see the log").await?;
    }
    write.commit().await
}
