//! Access tokens: JSON Web Tokens (RFC 7519) in the profile for access tokens (RFC 9068).
//!
//! `claims.rs` says what is in them, `verify.rs` checks those of any issuer, by the keys that
//! `jwk.rs` reads (and `roca.rs` refuses), `keys.rs` holds ours, by which `ours.rs` reads our own tokens back.
//! `numeric_date.rs` reads their times; `dialect.rs` names the older APIs that have tokens of their own.

mod claims;
mod dialect;
mod jwk;
mod keys;
mod numeric_date;
mod ours;
mod roca;
mod verify;

pub use claims::{AccessClaims, REFRESH_TYP, RefreshClaims, TYP};
pub use dialect::DialectName;
pub use jwk::{ASYMMETRIC, KeySet};
pub use keys::{NewSigningKey, SigningAlgorithm, SigningKey, SigningKeys};
pub use numeric_date::NumericDate;
pub use ours::{AccessToken, RefreshJwt, Trusted};
pub use verify::{Claimed, Expected, LEEWAY, LONGEST, Rejection, VerifyingKey, claimed, verify};
