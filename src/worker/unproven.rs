//! Deletes accounts whose address was not proven in time.

use crate::app::App;
use crate::clock::Timestamp;
use crate::domain::account::unproven;
use crate::domain::journal::audit::Actor;
use crate::error::{Error, OrLog as _};
use crate::id::UserId;

const BATCH: u64 = 100;

/// Ends those that are due, each in a transaction of its own; how many.
pub async fn tick(app: &App) -> Result<u64, Error> {
    let Some(kept) = app.config.limits.unproven_accounts else { return Ok(0) };
    let since = app.now() - kept;
    let mut ended = 0;
    let mut last = None;
    loop {
        let batch = unproven::due(app.db.read(), since, last, BATCH).await?;
        for user in &batch {
            match end(app, *user, since).await {
                Ok(gone) => ended += u64::from(gone),
                // One that fails must not keep the others.
                Err(error) => Err(error).or_log("ending an account whose address was not proven"),
            }
        }
        last = batch.last().copied();
        if last.is_none() {
            tracing::debug!(ended, "ended accounts whose address was not proven");
            return Ok(ended);
        }
    }
}

async fn end(app: &App, user: UserId, since: Timestamp) -> Result<bool, Error> {
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    let gone = unproven::end(&write, user, since).await?;
    write.commit().await?;
    Ok(gone)
}
