//! Pages of an organisation.

pub mod create;
pub mod keys;
