//! THE route list of the pages, and who may come in.
//!
//! | added by | open to |
//! | --- | --- |
//! | `.public` | everyone |
//! | `.user` | users, by cookie, access token or HTTP Basic; a browser without is led to the sign-in |
//! | `.org(permission, …)` | members of the path's `{org}` whose role has the permission; strangers get 404, as if it did not exist. API keys are refused: pages are for people |
//! | `.operator` | operators |
//!
//! The guards are those of the API. A browser gets their errors as pages.
//!
//! To add one: a file with its handlers, a template in `templates/pages/`, a line below, and its tests.

mod account;
mod brand;
mod dev_mail;
mod form;
mod front;
mod home;
mod invite;
mod link;
mod list;
mod organisation;
mod problems;
mod reset;
mod setup;
mod unlock;
mod verify;
mod visit;

use crate::app::App;
use crate::http::{PROBLEMS, PageTable, PagesAt, at};

/// The pages with their guards, without the layers that all requests pass.
pub fn table(app: &App) -> PageTable {
    PageTable::new(app.clone())
        // For everyone.
        .public([at("/").get(home::lead), at("/language").post(home::choose_language)])
        // For everyone: the front door.
        .public([
            at("/sign-in").get(front::sign_in::show).post(front::sign_in::sign_in),
            at("/sign-up").get(front::sign_up::show).post(front::sign_up::sign_up).once(),
            at("/forgot").get(front::check_mail::ask).post(front::check_mail::send),
            at("/verify/again").get(front::check_mail::ask).post(front::check_mail::send),
            at("/check-mail").get(front::check_mail::show),
            at("/sign-out").get(front::sign_out::show).post(front::sign_out::sign_out),
        ])
        // For the holder of the link, once, until the first administrator exists.
        .public(link::pages("/setup", setup::show, "create", setup::create).map(PagesAt::once))
        // For the holder of a link that was mailed. Looking does not use it up.
        .public(link::pages("/verify", verify::show, "confirm", verify::confirm))
        .public(link::pages("/reset", reset::show, "choose", reset::choose))
        .public(link::pages("/unlock", unlock::show, "let-in", unlock::let_in))
        .public(link::pages("/invite", invite::show, "accept", invite::accept))
        // For everyone, in development, while mails are kept in memory.
        .public([
            at("/dev/mail").get(dev_mail::list),
            at("/dev/mail/{id}").get(dev_mail::show),
            at("/dev/mail/{id}/html").get(dev_mail::show_html),
        ])
        // For users.
        .user([
            at("/account/organisations").get(account::organisations::list),
            at("/organisations/new")
                .get(organisation::create::show)
                .post(organisation::create::create)
                .once(),
        ])
        // For everyone: where the `type` of a problem leads.
        .public([at(PROBLEMS).get(problems::list), at("/problems/{code}").get(problems::show)])
        // For everyone: the product's logo and colours.
        .public(brand::files(app))
}
