//! Pages of a user's own account.

pub mod activity;
pub mod confirm;
pub mod delete;
mod lately;
pub mod organisations;
mod password_field;
pub mod profile;
pub mod security;
pub mod sessions;
