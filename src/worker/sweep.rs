//! Takes away what nobody can use any more.

use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::{Change, sweep};
use crate::error::Error;

/// Deletes what is past its time.
pub async fn tick(app: &App) -> Result<(), Error> {
    let actor = Actor::system();
    let config = &app.config;
    let longest_session = config.tokens.refresh_absolute.max(config.sessions.absolute);
    let txn = app.db.begin().await?;
    // After a long pause there is much to delete, and nobody waits for it.
    app.db.without_time_limit(&txn).await?;
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    let deleted = sweep::run(change, longest_session, config.limits.events_retention).await?;
    txn.commit().await?;
    tracing::debug!(deleted, "swept");
    Ok(())
}
