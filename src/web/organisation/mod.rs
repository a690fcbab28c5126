//! Pages of an organisation.

pub mod audit;
pub mod create;
