//! THE route list of the pages, and who may come in.
//!
//! | added by | open to |
//! | --- | --- |
//! | `.public` | everyone |
//! | `.user` | users, by cookie, access token or HTTP Basic |
//! | `.org(permission, …)` | members of the path's `{org}` whose role has the permission, and the organisation's own API keys if keys may use it; strangers get 404, as if it did not exist |
//! | `.operator` | operators |
//!
//! The guards are those of the API. A browser gets their errors as pages.
//!
//! To add one: a file with its handlers, a template in `templates/pages/`, a line below, and its tests.

mod brand;
mod dev_mail;
mod invite;
mod link;
mod page;
mod problems;
mod reset;
mod setup;
mod unlock;
mod verify;

use crate::app::App;
use crate::http::{PROBLEMS, PageTable, at};

/// The pages with their guards, without the layers that all requests pass.
pub fn table(app: &App) -> PageTable {
    PageTable::new(app.clone())
        // For the holder of the link, once, until the first administrator exists.
        .public(link::pages("/setup", setup::show, "create", setup::create))
        // For the holder of a link that was mailed. Looking does not use it up.
        .public(link::pages("/verify", verify::show, "confirm", verify::confirm))
        .public(link::pages("/reset", reset::show, "choose", reset::choose))
        .public(link::pages("/unlock", unlock::show, "let-in", unlock::let_in))
        .public(link::pages("/invite", invite::show, "accept", invite::accept))
        // For everyone, in development, while mails are kept in memory.
        .public([at("/dev/mail").get(dev_mail::list), at("/dev/mail/{id}").get(dev_mail::show)])
        // For everyone: where the `type` of a problem leads.
        .public([at(PROBLEMS).get(problems::list), at("/problems/{code}").get(problems::show)])
        // For everyone: the product's logo and colours.
        .public(brand::files(app))
        // For everyone.
        .public([at("/assets/oskar.css").get(page::stylesheet), at("/assets/link.js").get(link::script)])
}
