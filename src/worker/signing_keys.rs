//! Learns of signing keys that another process has rotated in, or retired although this one signs with them.

use crate::app::App;
use crate::error::Error;

/// Reads the keys again.
pub async fn tick(app: &App) -> Result<(), Error> {
    app.reload_signing_keys().await
}
