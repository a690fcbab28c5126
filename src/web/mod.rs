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
mod device;
mod event_list;
mod event_words;
mod form;
mod home;
mod invite;
mod link;
mod list;
mod organisation;
mod page;
mod problems;
mod reset;
mod setup;
mod unlock;
mod verify;
mod visit;

use crate::app::App;
use crate::http::{CONFIRM, PROBLEMS, PageTable, at};
use crate::permission::Permission::EventsRead;

/// The pages with their guards, without the layers that all requests pass.
pub fn table(app: &App) -> PageTable {
    PageTable::new(app.clone())
        // For everyone.
        .public([at("/").get(home::lead), at("/language").post(home::choose_language)])
        // For the holder of the link, once, until the first administrator exists.
        .public(link::pages("/setup", setup::show, "create", setup::create))
        // For the holder of a link that was mailed. Looking does not use it up.
        .public(link::pages("/verify", verify::show, "confirm", verify::confirm))
        .public(link::pages("/reset", reset::show, "choose", reset::choose))
        .public(link::pages("/unlock", unlock::show, "let-in", unlock::let_in))
        .public(link::pages("/invite", invite::show, "accept", invite::accept))
        // For everyone, in development, while mails are kept in memory.
        .public([at("/dev/mail").get(dev_mail::list), at("/dev/mail/{id}").get(dev_mail::show)])
        // For users.
        .user([
            at(CONFIRM).get(account::confirm::show).post(account::confirm::confirm),
            at("/account").get(account::profile::show).post(account::profile::save),
            at("/account/resend").post(account::profile::resend).once(),
            at("/account/username")
                .get(account::profile::show_username)
                .post(account::profile::save_username)
                .fresh(),
            at("/account/delete").get(account::delete::show).post(account::delete::delete),
            at("/account/activity").get(account::activity::list),
            at("/account/organisations").get(account::organisations::list),
        ])
        .user([
            at("/account/security").get(account::security::show),
            at("/account/security/password")
                .get(account::security::show_password)
                .post(account::security::change_password),
            at("/account/security/email")
                .get(account::security::show_email)
                .post(account::security::change_email)
                .once()
                .fresh(),
            at("/account/security/unlink")
                .get(account::security::ask_to_unlink)
                .post(account::security::unlink)
                .fresh(),
            at("/account/sessions").get(account::sessions::list),
            at("/account/sessions/end-others")
                .get(account::sessions::ask_others)
                .post(account::sessions::end_others),
            at("/account/sessions/{session_id}/end")
                .get(account::sessions::ask)
                .post(account::sessions::end)
                .fresh(),
        ])
        .user([
            at("/organisations/new")
                .get(organisation::create::show)
                .post(organisation::create::create)
                .once(),
        ])
        // The audit log.
        .org(EventsRead, [
            at("/orgs/{org}/audit").get(organisation::audit::list),
            at("/orgs/{org}/audit/export").get(organisation::audit::export::export),
            at("/orgs/{org}/audit/{event_id}").get(organisation::audit::event::show),
        ])
        // For everyone: where the `type` of a problem leads.
        .public([at(PROBLEMS).get(problems::list), at("/problems/{code}").get(problems::show)])
        // For everyone: the product's logo and colours.
        .public(brand::files(app))
}
