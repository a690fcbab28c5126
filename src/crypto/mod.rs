//! Keys derived from the master secret, and the bearer secrets that they protect.

pub mod cursor;
pub mod keyring;
pub mod refresh_token;
pub mod secret;
