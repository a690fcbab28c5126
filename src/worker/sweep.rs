//! Deletes rows that can never be used again.

use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::sweep::Retention;
use crate::domain::{Change, sweep};
use crate::error::Error;

/// Deletes what is past its time.
pub async fn tick(app: &App) -> Result<(), Error> {
    let actor = Actor::system();
    let config = &app.config;
    let kept = Retention {
        sessions: config.longest_session(),
        events: config.limits.events_retention,
        ended: config.limits.ended_retention,
    };
    let txn = app.db.begin().await?;
    // After a long pause there is much to delete, and nobody waits for it.
    app.db.without_time_limit(&txn).await?;
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    let deleted = sweep::run(change, kept).await?;
    txn.commit().await?;
    tracing::debug!(deleted, "swept");
    Ok(())
}
