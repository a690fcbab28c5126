//! Writes the last uses of keys and sessions.

use crate::app::App;
use crate::error::Error;

/// Writes what was collected since the last time.
pub async fn tick(app: &App) -> Result<(), Error> {
    if app.usage.is_empty() {
        return Ok(());
    }
    let txn = app.db.begin().await?;
    let written = app.usage.flush(&txn).await?;
    txn.commit().await?;
    tracing::debug!(written, "wrote last uses");
    Ok(())
}
