//! API keys.

pub mod keys;
pub mod osmedeus_key;
