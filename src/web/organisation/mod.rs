//! Pages of an organisation.

pub mod audit;
mod chart;
pub mod checklist;
mod confirm;
pub mod create;
pub mod keys;
pub mod delete;
pub mod invitations;
pub mod invite;
pub mod leave;
pub mod member;
pub mod members;
pub mod overview;
pub mod settings;
