//! The database's history: one file per step, applied in order, on SQLite and on PostgreSQL.
//!
//! Migrations know nothing of the server: its entities describe the tables of today, a migration
//! those of its own day. Every step is one transaction on both databases. There are no database-side
//! defaults for time, because the two write different texts.
//!
//! To add one: a new file `mNNNN_<what>.rs`, a line in [`Migrator::migrations`], and the entity in
//! the server crate; the test `schema` fails until both agree.

pub use sea_orm_migration::MigrationStatus;
pub use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait, SchemaManager};

mod m0001_instance;
mod m0002_user;
mod m0003_organisation;
mod m0004_session;
mod m0005_api_key;
mod m0006_one_time_token;
mod m0007_signing_key;
mod m0008_audit_event;
mod m0009_mail;
mod m0010_login_failure;
mod m0011_socket_ticket;
mod m0012_external_identity;
mod m0015_known_network;
mod m0017_registration;
mod m0018_outbox_organisation;
mod m0019_sessions_in_an_organisation;
mod m0020_counted_event;
mod m0021_settings_in_use;
mod m0024_authentication;
mod m0025_spent_issuer_token;
mod m0026_audit_event_indexes;
mod m0027_key_ids;
mod m0032_password_to_be_changed;
mod m0035_external_id;
mod m0036_imported_hash_digest;
mod m0037_signing_key_lifetime;
mod m0039_user_number;
mod m0040_osmedeus_key;
mod m0042_delivery;
mod m0043_credential;
mod m0044_list_indexes;
mod m0046_idempotency;
mod m0047_labels;
mod m0048_revoked_reason;
mod m0049_used_slug;
mod m0050_event_form;
mod m0051_audit_event_by_action;
mod m0052_disabled_users;

/// All steps, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_instance::Migration),
            Box::new(m0002_user::Migration),
            Box::new(m0003_organisation::Migration),
            Box::new(m0004_session::Migration),
            Box::new(m0005_api_key::Migration),
            Box::new(m0006_one_time_token::Migration),
            Box::new(m0007_signing_key::Migration),
            Box::new(m0008_audit_event::Migration),
            Box::new(m0009_mail::Migration),
            Box::new(m0010_login_failure::Migration),
            Box::new(m0011_socket_ticket::Migration),
            Box::new(m0012_external_identity::Migration),
            Box::new(m0015_known_network::Migration),
            Box::new(m0017_registration::Migration),
            Box::new(m0018_outbox_organisation::Migration),
            Box::new(m0019_sessions_in_an_organisation::Migration),
            Box::new(m0020_counted_event::Migration),
            Box::new(m0021_settings_in_use::Migration),
            Box::new(m0024_authentication::Migration),
            Box::new(m0025_spent_issuer_token::Migration),
            Box::new(m0026_audit_event_indexes::Migration),
            Box::new(m0027_key_ids::Migration),
            Box::new(m0032_password_to_be_changed::Migration),
            Box::new(m0035_external_id::Migration),
            Box::new(m0036_imported_hash_digest::Migration),
            Box::new(m0037_signing_key_lifetime::Migration),
            Box::new(m0039_user_number::Migration),
            Box::new(m0040_osmedeus_key::Migration),
            Box::new(m0042_delivery::Migration),
            Box::new(m0043_credential::Migration),
            Box::new(m0044_list_indexes::Migration),
            Box::new(m0046_idempotency::Migration),
            Box::new(m0047_labels::Migration),
            Box::new(m0048_revoked_reason::Migration),
            Box::new(m0049_used_slug::Migration),
            Box::new(m0050_event_form::Migration),
            Box::new(m0051_audit_event_by_action::Migration),
            Box::new(m0052_disabled_users::Migration),
        ]
    }
}
