//! Access tokens: JSON Web Tokens (RFC 7519) in the profile for access tokens (RFC 9068).
//!
//! `claims.rs` says what is in them, `verify.rs` checks anybody's, by the keys that
//! `jwk.rs` reads (and `roca.rs` refuses), `keys.rs` holds ours.

mod claims;
mod jwk;
mod keys;
mod roca;
mod verify;

pub use claims::{AccessClaims, TYP};
pub use jwk::{ASYMMETRIC, KeySet};
pub use keys::{NewSigningKey, SigningAlgorithm, SigningKey, SigningKeys};
pub use verify::{Claimed, Expected, LEEWAY, LONGEST, Rejection, VerifyingKey, claimed, verify};
