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
use crate::http::{PROBLEMS, PageTable, at};
use crate::permission::Permission as P;
use organisation as org;

/// The pages with their guards, without the layers that all requests pass.
pub fn table(app: &App) -> PageTable {
    organisations(PageTable::new(app.clone()))
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

/// What each role sees of its organisation, and does there.
fn organisations(table: PageTable) -> PageTable {
    table
        .org(P::OrgRead, [at("/orgs/{org}").get(org::overview::show)])
        .org(P::OrgUpdate, [at("/orgs/{org}/first-steps").post(org::checklist::dismiss)])
        // Members: viewers see them, admins manage them.
        .org(P::MembersRead, [at("/orgs/{org}/members").get(org::members::list)])
        .org(
            P::MembersManage,
            [at("/orgs/{org}/members/{user_id}").get(org::member::show).post(org::member::change)],
        )
        .org(
            P::MembersManage,
            [at("/orgs/{org}/members/{user_id}/remove")
                .get(org::member::ask_removal)
                .post(org::member::remove)
                .once()],
        )
        .org(
            P::SessionsManage,
            [at("/orgs/{org}/members/{user_id}/sessions")
                .get(org::member::ask_end_of_sessions)
                .post(org::member::end_sessions)
                .fresh()],
        )
        // Invitations: for admins.
        .org(
            P::InvitationsManage,
            [
                at("/orgs/{org}/invitations").get(org::invitations::list),
                at("/orgs/{org}/invitations/new").get(org::invite::show).post(org::invite::invite).once(),
                at("/orgs/{org}/invitations/{invitation_id}/resend")
                    .get(org::invitations::ask_to_resend)
                    .post(org::invitations::resend)
                    .once(),
                at("/orgs/{org}/invitations/{invitation_id}/withdraw")
                    .get(org::invitations::ask_to_withdraw)
                    .post(org::invitations::withdraw),
            ],
        )
        // Settings: members see them and may leave, admins change them.
        .org(P::OrgRead, [at("/orgs/{org}/settings").get(org::settings::show)])
        .org(P::OrgUpdate, [at("/orgs/{org}/settings").post(org::settings::change)])
        .org(P::OrgLeave, [at("/orgs/{org}/settings/leave").get(org::leave::ask).post(org::leave::leave)])
        .org(
            P::OrgDelete,
            [at("/orgs/{org}/settings/delete").get(org::delete::ask).post(org::delete::delete)],
        )
}
