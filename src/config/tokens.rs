//! `[tokens]`: access and refresh tokens of our own API.

use chrono::TimeDelta;

use super::reader::Reader;
use crate::jwt::{SigningAlgorithm, TYP};

/// The settings of `[tokens]`.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub algorithm: SigningAlgorithm,
    pub access_ttl: TimeDelta,
    pub audience: String,
    /// Of access tokens (RFC 9068 section 2.2).
    pub client_id: String,
    /// The header's `typ` of access tokens.
    pub typ: &'static str,
    pub publish_ahead: TimeDelta,
    pub refresh_idle: TimeDelta,
    pub refresh_absolute: TimeDelta,
    /// How long a refresh token that was used gets the same successor again.
    pub refresh_grace: TimeDelta,
}

impl Tokens {
    pub(super) fn read(read: &mut Reader<'_>, public_url: &str) -> Self {
        Self {
            algorithm: read.one("tokens.algorithm", SigningAlgorithm::Es256),
            access_ttl: read.duration("tokens.access_ttl"),
            audience: match read.text("tokens.audience") {
                "" => public_url.to_owned(),
                given => given.to_owned(),
            },
            client_id: client_id(read),
            typ: read.choice("tokens.typ", &[(TYP, TYP), ("JWT", "JWT")]),
            publish_ahead: read.duration("tokens.publish_ahead"),
            refresh_idle: read.duration("tokens.refresh_idle"),
            refresh_absolute: read.duration("tokens.refresh_absolute"),
            refresh_grace: refresh_grace(read),
        }
    }
}

fn refresh_grace(read: &mut Reader<'_>) -> TimeDelta {
    let grace = read.duration_or_none("tokens.refresh_grace").unwrap_or_default();
    if grace > TimeDelta::minutes(1) {
        read.problem("tokens.refresh_grace", "goes from 0 to one minute: a thief has as long, too");
    }
    grace
}

fn client_id(read: &mut Reader<'_>) -> String {
    let given = read.text("tokens.client_id");
    // RFC 6749 appendix A.1.
    if given.is_empty() || given.len() > 255 || !given.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        read.problem("tokens.client_id", "is no client id: up to 255 visible ASCII characters");
    }
    given.to_owned()
}
