//! Access tokens: JSON Web Tokens (RFC 7519) in the profile for access tokens (RFC 9068).
//!
//! `claims.rs` says what is in them, `verify.rs` checks anybody's, `keys.rs` holds ours.

mod claims;
mod keys;
mod verify;

pub use claims::{AccessClaims, TYP};
pub use keys::{NewSigningKey, SigningAlgorithm, SigningKey, SigningKeys};
pub use verify::{Expected, LEEWAY, Rejection, VerifyingKey, verify};
