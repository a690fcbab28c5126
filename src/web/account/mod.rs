//! Pages of a user's own account.

pub mod organisations;
