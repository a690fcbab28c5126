//! Signing in and what it starts: sessions, tokens, tickets, and the budgets of wrong guesses.

pub mod attempts;
pub mod authentication;
pub mod device;
pub mod known_network;
pub mod remembered;
pub mod sessions;
pub mod sign_in;
pub mod tickets;
pub mod tokens;
