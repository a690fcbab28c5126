//! One file per table: the row, its relations, and the selects that others may use.
//!
//! What belongs to an organisation is selected by `Entity::in_organisation(id)`; a bare `find()` on it
//! outside this folder fails the architecture test. The tables themselves come from the migrations.
//!
//! To add one: a migration, a file here that says the same, a line below and one in [`all`]; the test
//! `schema` fails until both agree.

pub mod api_key;
pub mod api_key_secret;
pub mod audit_event;
pub mod credential;
pub mod delivery;
pub mod external_identity;
pub mod idempotency;
pub mod instance;
pub mod invitation;
pub mod known_network;
mod last_use;
pub mod login_failure;
pub mod mail;
pub mod membership;
pub mod metadata;
pub mod one_time_token;
pub mod organisation;
pub mod registration;
pub mod registration_budget;
pub mod session;
pub mod signing_key;
pub mod socket_ticket;
pub mod spent_issuer_token;
pub mod used_slug;
pub mod user;
pub mod user_number;

pub use last_use::{later_times, moved_digests};

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{DbBackend, Schema};

/// Every table as the entities describe it, for the test that holds it against the migrations.
pub fn all(backend: DbBackend) -> Vec<TableCreateStatement> {
    let schema = Schema::new(backend);
    vec![
        schema.create_table_with_index_from_entity(instance::Entity),
        schema.create_table_with_index_from_entity(user::Entity),
        schema.create_table_with_index_from_entity(credential::Entity),
        schema.create_table_with_index_from_entity(organisation::Entity),
        schema.create_table_with_index_from_entity(used_slug::Entity),
        schema.create_table_with_index_from_entity(membership::Entity),
        schema.create_table_with_index_from_entity(session::Entity),
        schema.create_table_with_index_from_entity(external_identity::Entity),
        schema.create_table_with_index_from_entity(registration::Entity),
        schema.create_table_with_index_from_entity(registration_budget::Entity),
        schema.create_table_with_index_from_entity(api_key::Entity),
        schema.create_table_with_index_from_entity(api_key_secret::Entity),
        schema.create_table_with_index_from_entity(one_time_token::Entity),
        schema.create_table_with_index_from_entity(signing_key::Entity),
        schema.create_table_with_index_from_entity(audit_event::Entity),
        schema.create_table_with_index_from_entity(delivery::Entity),
        schema.create_table_with_index_from_entity(mail::Entity),
        schema.create_table_with_index_from_entity(invitation::Entity),
        schema.create_table_with_index_from_entity(socket_ticket::Entity),
        schema.create_table_with_index_from_entity(login_failure::Entity),
        schema.create_table_with_index_from_entity(spent_issuer_token::Entity),
        schema.create_table_with_index_from_entity(known_network::Entity),
        schema.create_table_with_index_from_entity(user_number::Entity),
        schema.create_table_with_index_from_entity(idempotency::Entity),
    ]
}
