//! Texts that people and programs write: how they are read, and how they are shown.

pub mod email;
pub mod json;
pub mod linkable;
pub mod rfc3339;
pub mod visible;
