//! The pages: this is their route list.
//!
//! To add one: a file with its handlers, a template in `templates/pages/`, a line below.

mod dev_mail;
mod invite;
mod page;
mod reset;
mod setup;
mod unlock;
mod verify;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// The pages' routes, without the layers that all requests pass.
pub fn router() -> Router<App> {
    Router::new()
        // Whoever holds the link, once, until the first administrator exists.
        .route("/setup/{link}", get(setup::show).post(setup::create))
        // Whoever holds a link that was mailed to them. Looking does not use it up.
        .route("/verify/{link}", get(verify::show).post(verify::confirm))
        .route("/reset/{link}", get(reset::show).post(reset::choose))
        .route("/unlock/{link}", get(unlock::show).post(unlock::let_in))
        .route("/invite/{link}", get(invite::show).post(invite::accept))
        // Everybody, in development, while mails are kept in memory.
        .route("/dev/mail", get(dev_mail::list))
        .route("/dev/mail/{id}", get(dev_mail::show))
        // Everybody.
        .route("/assets/oskar.css", get(page::stylesheet))
}
