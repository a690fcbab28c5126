//! Writes the last uses of keys and sessions.

use crate::app::App;
use crate::domain::journal::audit::Actor;
use crate::domain::upkeep::usage::Seen;
use crate::error::Error;

/// Writes what was collected since the last time.
pub async fn tick(app: &App) -> Result<(), Error> {
    let mut batches = app.usage.take().in_batches().into_iter();
    for batch in batches.by_ref() {
        match put(app, &batch).await {
            Ok(left_out) => app.usage.put_back(left_out),
            Err(error) => {
                app.usage.put_back(batch);
                batches.for_each(|unwritten| app.usage.put_back(unwritten));
                return Err(error);
            }
        }
    }
    upgrade(app).await
}

/// Moves the digests of presented secrets to the current master secret. What fails is collected again at the next use.
async fn upgrade(app: &App) -> Result<(), Error> {
    let actor = Actor::system();
    for batch in app.upgrades.take().in_batches() {
        let write = app.write(&actor).await?;
        batch.write(&write).await?;
        write.commit().await?;
    }
    Ok(())
}

async fn put(app: &App, batch: &Seen) -> Result<Seen, Error> {
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    let left_out = batch.write(&write).await?;
    write.commit().await?;
    tracing::debug!(written = batch.len() - left_out.len(), "wrote last uses");
    Ok(left_out)
}
