//! Writes failures that were counted.

use crate::app::App;
use crate::error::Error;

/// Writes what was counted since the last time; the number of rows.
pub async fn tick(app: &App) -> Result<usize, Error> {
    app.tally.write(&app.db, &app.keyring, app.now()).await
}
