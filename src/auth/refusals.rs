//! What the log is told of credentials that are refused: clients are told no reason, operators need one.

use std::fmt::Display;

use super::client::Client;
use crate::app::App;
use crate::limits::rate::Rate;

/// For each network: one who sends nothing but bad tokens must not fill the log with warnings. The line that each
/// request has anyway is not limited.
const MOST: Rate = Rate { per_second: 1, burst: 10 };

/// Warns of a credential that is refused. The reason must be our own text, never one from the request.
pub fn warn_of_refusal(app: &App, client: &Client, credential: &str, reason: &dyn Display) {
    if app.refusals.take(client.address.network(), MOST, app.now()).allowed {
        tracing::warn!(credential, %reason, "refused a credential");
    }
}
