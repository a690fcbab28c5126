//! Organisations and their members.

pub mod members;
pub mod organisations;
