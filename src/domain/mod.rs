//! The rules: every insert and update, in one transaction with its audit event.
//!
//! Functions here take a [`Write`] (the transaction, the time, who does it, the keys) and plain values, and give
//! back entities. They know nothing of HTTP. The caller commits.
//!
//! Rows are locked in one order, so that no two writes wait for each other: organisations by id, then the user, then
//! sessions by id, then the rest.

pub mod account;
pub mod identities;
pub mod journal;
pub mod key;
pub mod onboarding;
pub mod organisation;
pub mod session;
pub mod upkeep;
pub mod values;
mod write;

pub use crate::text::email;
pub use write::{NoEvent, Write};
