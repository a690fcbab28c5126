//! Pages of an organisation's API keys.

pub mod change;
pub mod create;
mod key_form;
pub mod list;
pub mod revoke;
pub mod rotate;
mod row;
mod secret;
pub mod show;

use crate::auth::OrganisationAccess;

/// The address of an organisation's keys.
fn keys_of(access: &OrganisationAccess) -> String {
    format!("/orgs/{}/keys", access.organisation.slug)
}
