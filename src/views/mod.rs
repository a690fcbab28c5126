//! What is shown: for each resource one struct, and the queries that fill it, with their filters and cursors.
//!
//! The API, the pages and the command line read the same ones. Nothing here writes, knows who is asking, or speaks of HTTP:
//! callers have checked that the reader may see what they ask for, and pass ids.

pub mod callers;
pub mod event_names;
pub mod event_tail;
pub mod events;
pub mod identities;
pub mod invitations;
pub mod keys;
pub mod members;
pub mod organisations;
pub mod overview;
mod page;
mod search;
pub mod sessions;
pub mod users;

pub use page::{ListOrder, Page, PageRequest, Place, whole};
pub use search::Search;

use std::collections::BTreeMap;

use crate::entity::metadata::Metadata;

/// What the integrator's own system keeps beside a row, as it is shown: none is no members.
fn metadata(stored: Option<Metadata>) -> BTreeMap<String, String> {
    stored.map(|metadata| metadata.0).unwrap_or_default()
}
