//! Pages of an organisation.

pub mod create;
