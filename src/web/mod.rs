//! The pages: this is their route list.
//!
//! To add one: a file with its handlers, a template in `templates/pages/`, a line below.

mod page;
mod setup;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// The pages' routes, without the layers that all requests pass.
pub fn router() -> Router<App> {
    Router::new()
        // Whoever holds the link, once, until the first administrator exists.
        .route("/setup/{link}", get(setup::show).post(setup::create))
        // Everybody.
        .route("/assets/oskar.css", get(page::stylesheet))
}
