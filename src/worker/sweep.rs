//! Deletes rows that can never be used again.

use crate::app::App;
use crate::domain::journal::audit::Actor;
use crate::domain::upkeep::sweep;
use crate::domain::upkeep::sweep::Retention;
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
    let write = app.write(&actor).await?;
    // After a long pause there is much to delete, and no request waits for it.
    app.db.without_time_limit(&write).await?;
    let deleted = sweep::run(&write, kept).await?;
    write.commit().await?;
    tracing::debug!(deleted, "swept");
    Ok(())
}
