//! THE route list of the pages, and who may come in.
//!
//! | added by | open to |
//! | --- | --- |
//! | `.public` | everyone |
//! | `.user` | users, by cookie, access token or HTTP Basic; a browser without is led to the sign-in |
//! | `.org(permission, …)` | members of the path's `{org}` whose role has the permission; strangers get 404, as if it did not exist. |
//! | `.operator` | operators |
//!
//! The guards are those of the API, and all but `.public` refuse API keys: pages are for people. A browser gets their errors
//! as pages.
//!
//! To add one: see `docs/pages.md`.

mod account;
mod brand;
mod dev_mail;
mod device;
mod event_list;
mod event_words;
mod form;
mod front;
mod home;
mod invite;
mod link;
mod list;
mod organisation;
mod permissions;
mod problems;
mod query;
mod reset;
mod setup;
mod unlock;
mod verify;
mod visit;

use crate::app::App;
use crate::http::{CONFIRM, PROBLEMS, PageTable, PagesAt, at};
use crate::permission::Permission;
use organisation::keys;

/// The pages with their guards, without the layers that all requests pass.
pub fn table(app: &App) -> PageTable {
    organisations(PageTable::new(app.clone()))
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
        .public(link::pages("/verify", verify::show, "confirm", verify::confirm).map(PagesAt::once))
        .public(link::pages("/reset", reset::show, "choose", reset::choose).map(PagesAt::once))
        .public(link::pages("/unlock", unlock::show, "let-in", unlock::let_in).map(PagesAt::once))
        .public(link::pages("/invite", invite::show, "accept", invite::accept).map(PagesAt::once))
        // For everyone, in development, while mails are kept in memory.
        .public([
            at("/dev/mail").get(dev_mail::list),
            at("/dev/mail/{id}").get(dev_mail::show),
            at("/dev/mail/{id}/html").get(dev_mail::show_html),
        ])
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
                .post(account::sessions::end_others)
                .fresh(),
            at("/account/sessions/{session_id}/end")
                .get(account::sessions::ask)
                .post(account::sessions::end)
                .fresh(),
        ])
        .user([at("/organisations/new")
            .get(organisation::create::show)
            .post(organisation::create::create)
            .once()])
        // API keys: looking at them, and all that makes, changes or ends one.
        .org(
            Permission::KeysRead,
            [
                at("/orgs/{org}/keys").get(keys::list::list),
                at("/orgs/{org}/keys/{key_id}").get(keys::show::show),
            ],
        )
        .org(
            Permission::KeysManage,
            [
                at("/orgs/{org}/keys/new").get(keys::create::show).post(keys::create::create).once(),
                at("/orgs/{org}/keys/{key_id}/change").get(keys::change::show).post(keys::change::change),
                at("/orgs/{org}/keys/{key_id}/rotate")
                    .get(keys::rotate::show)
                    .post(keys::rotate::rotate)
                    .once(),
                at("/orgs/{org}/keys/{key_id}/revoke").get(keys::revoke::show).post(keys::revoke::revoke),
            ],
        )
        .user([at("/permissions").get(permissions::show)])
        // The audit log.
        .org(
            Permission::EventsRead,
            [
                at("/orgs/{org}/audit").get(organisation::audit::list),
                at("/orgs/{org}/audit/export").get(organisation::audit::export::export),
                at("/orgs/{org}/audit/{event_id}").get(organisation::audit::event::show),
            ],
        )
        // For everyone: where the `type` of a problem leads.
        .public([at(PROBLEMS).get(problems::list), at("/problems/{code}").get(problems::show)])
        // For everyone: the product's logo and colours.
        .public(brand::files(app))
}

/// What each role sees of its organisation, and does there.
fn organisations(table: PageTable) -> PageTable {
    table
        .org(Permission::OrgRead, [at("/orgs/{org}").get(organisation::overview::show)])
        .org(
            Permission::OrgUpdate,
            [at("/orgs/{org}/first-steps")
                .get(organisation::checklist::show)
                .post(organisation::checklist::dismiss)],
        )
        // Members: viewers see them, admins manage them.
        .org(Permission::MembersRead, [at("/orgs/{org}/members").get(organisation::members::list)])
        .org(
            Permission::MembersManage,
            [at("/orgs/{org}/members/{user_id}")
                .get(organisation::member::show)
                .post(organisation::member::change)],
        )
        .org(
            Permission::MembersManage,
            [at("/orgs/{org}/members/{user_id}/remove")
                .get(organisation::member::ask_removal)
                .post(organisation::member::remove)
                .once()],
        )
        .org(
            Permission::SessionsManage,
            [at("/orgs/{org}/members/{user_id}/sessions")
                .get(organisation::member::ask_end_of_sessions)
                .post(organisation::member::end_sessions)
                .fresh()],
        )
        // Invitations: for admins.
        .org(
            Permission::InvitationsManage,
            [
                at("/orgs/{org}/invitations").get(organisation::invitations::list),
                at("/orgs/{org}/invitations/new")
                    .get(organisation::invite::show)
                    .post(organisation::invite::invite)
                    .once(),
                at("/orgs/{org}/invitations/{invitation_id}/resend")
                    .get(organisation::invitations::ask_to_resend)
                    .post(organisation::invitations::resend)
                    .once(),
                at("/orgs/{org}/invitations/{invitation_id}/withdraw")
                    .get(organisation::invitations::ask_to_withdraw)
                    .post(organisation::invitations::withdraw),
            ],
        )
        // Settings: members see them and may leave, admins change them.
        .org(Permission::OrgRead, [at("/orgs/{org}/settings").get(organisation::settings::show)])
        .org(Permission::OrgUpdate, [at("/orgs/{org}/settings").post(organisation::settings::change)])
        .org(
            Permission::OrgLeave,
            [at("/orgs/{org}/settings/leave").get(organisation::leave::ask).post(organisation::leave::leave)],
        )
        .org(
            Permission::OrgDelete,
            [at("/orgs/{org}/settings/delete")
                .get(organisation::delete::ask)
                .post(organisation::delete::delete)],
        )
}
