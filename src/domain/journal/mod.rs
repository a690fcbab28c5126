//! What is written down beside a change: audit events, what is to be delivered, and answers to requests that may be repeated.

pub mod answers;
pub mod audit;
pub mod delivery;
pub mod mail;
pub mod tally;
