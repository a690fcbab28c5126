//! THE route list: every door of the API, and who may come in.
//!
//! | added by | open to |
//! | --- | --- |
//! | `.public` | everybody |
//! | `.sign_in` | everybody; another issuer's token may stand for a password |
//! | `.optional` | everybody; the handler learns who it is, and a bad credential counts as none |
//! | `.any` | every caller with a good credential: cookie, access token, API key, HTTP Basic |
//! | `.forwarded` | the same, by every method that a proxy forwards; the body is not read |
//! | `.user` | users, by cookie, access token or HTTP Basic |
//! | `.operator` | operators, by cookie, access token or HTTP Basic |
//! | `.own(permission, …)` | callers who have the permission in the organisation that their credential implies, also test keys: the request changes nothing |
//! | `.socket(permission, …)` | sockets that are opened by a ticket of a caller with the permission in the path's `{org}` |
//! | `.org(permission, …)` | members of the path's `{org}` whose role has the permission, and the organisation's own API keys if keys may use it; strangers get 404, as if it did not exist, and members with an access token for another organisation 403 |
//!
//! `fresh(…)` around the routes of a line lets in only users who have proved recently who they are. `idempotent(…)` lets
//! its POST be repeated with the same `Idempotency-Key`: all that make something, and rotations. `cookies(…)` says that
//! their successes set cookies.
//!
//! The permissions and the roles that have them stand in one table in `permission.rs`.
//!
//! To add one: a handler with `#[utoipa::path]` (no word about security) in the file of its resource, a line
//! below, `cargo run -- openapi > openapi/openapi.json`, and its tests in `tests/it/`.

mod account;
mod account_deletion;
mod account_events;
mod auth;
mod compat;
mod credentials;
mod docs;
mod document;
mod events;
mod health;
mod identities;
mod invitations;
mod keys;
mod members;
mod openapi;
mod organisations;
mod password_strength;
mod reauthentication;
mod recovery;
mod register;
mod session_carrier;
mod sessions;
mod sign_in;
mod stream;
mod tickets;
mod tokens;
mod verify;
mod webhooks;
mod well_known;
mod who;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

pub use stream::Stopping;

use crate::app::App;
// `super::conditions`, `super::input` and `super::page` to the files of this folder.
use crate::http::{
    Doors, Route, RouteTable, conditions, cookies, fresh, idempotent, input, list_filters as filters, page,
};
use crate::permission::Permission as P;
use compat::{appliance, datarhei_core, onedb, osmedeus};

fn table(app: &App) -> RouteTable {
    let table = RouteTable::new(app.clone(), openapi::document(&app.config.sessions.cookies.session))
        // Signing in: everybody may try; the rest needs a session.
        .public(cookies(idempotent(routes!(register::register))))
        .sign_in(cookies(routes!(auth::login)))
        .public(routes!(auth::refresh))
        .public(routes!(recovery::forgot_password))
        .public(cookies(routes!(recovery::reset_password)))
        .public(routes!(password_strength::measure))
        .public(cookies(routes!(recovery::verify_email)))
        .public(cookies(routes!(recovery::unlock)))
        .public(routes!(recovery::resend_verification))
        .user(cookies(routes!(auth::logout)))
        .user(routes!(tokens::create))
        .user(cookies(routes!(reauthentication::reauthenticate)))
        // Account: `me` tells any caller who they are; the account is for the user alone.
        .any(idempotent(routes!(tickets::create)))
        .any(routes!(account::show_me))
        .user(routes!(account::show, account::update))
        .user(cookies(routes!(account_deletion::delete)))
        .user(cookies(routes!(account::change_password)))
        .user(routes!(recovery::change_email))
        .user(routes!(identities::list))
        .user(fresh(idempotent(routes!(identities::link, identities::unlink))))
        .user(routes!(sessions::list))
        .user(fresh(routes!(sessions::end_others)))
        .user(routes!(sessions::end))
        .user(routes!(account_events::list))
        // Organisations: any user may make one and becomes its admin. Viewers see it and may leave, admins change it.
        .user(idempotent(routes!(organisations::list, organisations::create)))
        .org(P::OrgRead, routes!(organisations::show))
        .org(P::OrgUpdate, routes!(organisations::update))
        .org(P::OrgDelete, routes!(organisations::delete))
        .org(P::OrgLeave, routes!(organisations::leave))
        // Members: viewers see them, admins manage them.
        .org(P::MembersRead, routes!(members::list))
        .org(P::MembersRead, routes!(members::show))
        .org(P::MembersManage, routes!(members::change_role, members::remove))
        .org(P::SessionsManage, fresh(routes!(members::end_sessions)))
        // Invitations: for admins; the invited person, who has the link and its address, accepts.
        .org(P::InvitationsManage, idempotent(routes!(invitations::list, invitations::create)))
        .org(P::InvitationsManage, routes!(invitations::show, invitations::withdraw))
        .org(P::InvitationsManage, routes!(invitations::resend))
        .public(cookies(idempotent(routes!(invitations::accept))))
        // API keys: members see them masked, admins manage them. Keys never manage keys.
        .org(P::KeysRead, routes!(keys::list))
        .org(P::KeysRead, routes!(keys::show_key))
        .org(P::KeysManage, idempotent(routes!(keys::create)))
        .org(P::KeysManage, routes!(keys::update, keys::revoke))
        .org(P::KeysManage, routes!(keys::revoke_with_reason))
        .org(P::KeysManage, idempotent(routes!(keys::rotate)))
        // Audit log: for admins.
        .org(P::EventsRead, routes!(events::list))
        .socket(P::EventsRead, routes!(stream::events))
        // Verification, for other services
        .forwarded(routes!(verify::check), verify::check)
        .forwarded(routes!(verify::check_path), verify::check_path)
        .own(P::CredentialsVerify, routes!(credentials::verify))
        .public(routes!(well_known::jwks))
        .public(routes!(well_known::metadata))
        .public(routes!(well_known::provider_metadata))
        // Service: health and this document.
        .public(routes!(health::live))
        .public(routes!(health::ready))
        .optional(routes!(health::health))
        .optional(routes!(health::api_health))
        .public(routes!(docs::openapi));
    table.merge(older_clients(app))
}

/// Requests of older clients, those of the dialects that are not turned off.
fn older_clients(app: &App) -> RouteTable {
    let none = || RouteTable::new(app.clone(), OpenApi::default());
    let compat = &app.config.compat;
    let mut table = none();
    if compat.osmedeus.is_served() {
        let guarded = none()
            .forwarded(routes!(osmedeus::verify), osmedeus::verify)
            .wrap(|router| router.route_layer(from_fn(osmedeus::key)));
        table = table
            .merge(guarded)
            .public(cookies(routes!(osmedeus::login)))
            .public(cookies(routes!(osmedeus::logout)));
    }
    if compat.core.is_served() {
        table = table.sign_in(cookies(routes!(datarhei_core::login))).public(routes!(datarhei_core::refresh));
    }
    if compat.appliance.is_served() {
        table = table
            .any(cookies(routes!(appliance::logout)))
            .any(routes!(appliance::ticket))
            .user(cookies(routes!(appliance::change_password)));
    }
    if compat.onedb.is_served() {
        table = table.public(cookies(routes!(onedb::authenticate)));
    }
    table.deprecated()
}

/// The API's routes with their guards, without the layers that all requests pass; and those where gateways ask.
pub fn router(app: &App) -> (Router<App>, Doors) {
    let (router, mut document, recorded) = table(app).finish();
    if !app.config.show_version {
        // The document must have one (OpenAPI 3.1 section 4.8.2).
        "not shown".clone_into(&mut document.info.version);
    }
    let text = document::written(&document).to_string();
    let router = if app.config.docs { router.merge(docs::swagger_ui()) } else { router };
    (router.layer(Extension(docs::Document(text.into()))), Doors::among(&recorded))
}

/// Gives failures the shapes that older clients know, at their paths.
pub fn in_shapes_of_older_clients(app: &App, router: Router) -> Router {
    use compat::errors::{Shapes, shape};
    router.layer(from_fn_with_state(Shapes::new(&app.config.compat), shape))
}

/// The OpenAPI document.
pub fn document(app: &App) -> Value {
    document::written(&table(app).finish().1)
}

/// Every route, for the permission matrix.
pub fn recorded_routes(app: &App) -> Vec<Route> {
    table(app).finish().2
}
