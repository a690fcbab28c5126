//! How users and organisations come in: set-up, registration, invitations, import.

pub mod allowance;
pub mod import;
pub mod invitations;
pub mod joining;
pub mod registration;
pub mod setup;
