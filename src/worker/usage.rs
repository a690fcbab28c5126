//! Writes the last uses of keys and sessions.

use crate::app::App;
use crate::error::Error;

/// Writes what was collected since the last time.
pub async fn tick(app: &App) -> Result<(), Error> {
    if app.usage.is_empty() {
        return Ok(());
    }
    let seen = app.usage.take();
    let written = async {
        let txn = app.db.begin().await?;
        let written = seen.write(&txn).await?;
        txn.commit().await?;
        Ok(written)
    };
    match written.await {
        Ok(written) => {
            tracing::debug!(written, "wrote last uses");
            Ok(())
        }
        Err(error) => {
            app.usage.put_back(seen);
            Err(error)
        }
    }
}
