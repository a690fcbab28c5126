//! What is written down beside a change: audit events, and what is to be delivered.

pub mod audit;
pub mod delivery;
pub mod mail;
pub mod tally;
