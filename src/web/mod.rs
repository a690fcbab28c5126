//! The pages: this is their route list.
//!
//! To add one: a file with its handlers, a template in `templates/pages/`, a line below.

mod dev_mail;
mod invite;
mod link;
mod page;
mod reset;
mod setup;
mod unlock;
mod verify;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// The pages' routes, without the layers that all requests pass.
pub fn router() -> Router<App> {
    Router::new()
        // Whoever holds the link, once, until the first administrator exists.
        .merge(link::routes("/setup", post(setup::show), "create", post(setup::create)))
        // Whoever holds a link that was sent to them. Looking does not use it up.
        .merge(link::routes("/verify", post(verify::show), "confirm", post(verify::confirm)))
        .merge(link::routes("/reset", post(reset::show), "choose", post(reset::choose)))
        .merge(link::routes("/unlock", post(unlock::show), "let-in", post(unlock::let_in)))
        .merge(link::routes("/invite", post(invite::show), "accept", post(invite::accept)))
        // Everybody, in development, while mails are kept in memory.
        .route("/dev/mail", get(dev_mail::list))
        .route("/dev/mail/{id}", get(dev_mail::show))
        // Everybody.
        .route("/assets/oskar.css", get(page::stylesheet))
        .route("/assets/link.js", get(link::script))
}
