//! The rules: every insert and update, in one transaction with its audit event.
//!
//! Functions here take a [`Write`] (the transaction, the time, who does it, the keys) and plain values, and give
//! back entities. They know nothing of HTTP. The caller commits.
//!
//! Rows are locked in one order, so that no two writes wait for each other: organisations by id, then the user, then
//! sessions by id, then the rest.

pub mod allowance;
pub mod attempts;
pub mod audit;
pub mod authentication;
pub mod choose_password;
pub mod deletion;
pub mod delivery;
pub mod developer;
pub mod device;
pub mod display_name;
pub mod external_id;
pub mod identities;
pub mod import;
pub mod invitations;
pub mod joining;
pub mod keys;
pub mod known_network;
pub mod mail;
pub mod mailbox;
pub mod members;
pub mod one_time;
pub mod organisations;
pub mod osmedeus_key;
pub mod passwords;
pub mod registration;
pub mod remembered;
pub mod replacement;
pub mod secret_rotation;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod signing_keys;
pub mod slug;
pub mod sweep;
pub mod tally;
pub mod tickets;
pub mod tokens;
pub mod unproven;
pub mod upgrades;
pub mod usage;
pub mod user_numbers;
pub mod username;
pub mod users;
mod write;

pub use crate::email;
pub use write::{NoEvent, Write};
