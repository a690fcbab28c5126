//! Strict verification of a compact JWS (RFC 7515) and of its claims (RFC 7519, RFC 8725).
//!
//! The algorithm is the key's, never the header's; headers that bring keys along are refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::numeric_date::NumericDate;
use crate::clock::Timestamp;

/// The longest token of ours that is looked at, in bytes.
pub const LONGEST: usize = 4096;
/// How far clocks may differ, in seconds.
pub const LEEWAY: i64 = 30;

/// Why a token is refused. The texts are for logs and for `oskar jwt verify`; clients are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("too long")]
    TooLong,
    #[error("not three parts of base64url")]
    NotCompact,
    #[error("the header is not a JSON object with `alg`")]
    BadHeader,
    #[error("the header has a member that is never accepted (crit, jku, jwk, x5u, x5c, b64, zip)")]
    ForbiddenHeader,
    #[error("no key with that `kid`")]
    UnknownKey,
    #[error("the header's `alg` is not the key's")]
    WrongAlgorithm,
    #[error("the header's `typ` is not the expected one")]
    WrongType,
    #[error("the signature does not match")]
    BadSignature,
    #[error("the payload is not a JSON object with well-formed claims")]
    BadClaims,
    #[error("a required claim is missing")]
    MissingClaim,
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    NotYetValid,
    #[error("from another issuer")]
    WrongIssuer,
    #[error("for another audience")]
    WrongAudience,
    #[error("an ID token where only access tokens are taken, or the other way round")]
    WrongKind,
    #[error("signed with a key that is not for such tokens")]
    WrongKey,
    #[error("of an older API that is not turned on, or for another door")]
    WrongDialect,
    #[error("without a scope that is asked for")]
    MissingScope,
}

/// A key that signatures are checked with.
#[derive(Clone)]
pub struct VerifyingKey {
    /// What the header's `kid` must be.
    pub kid: Option<String>,
    /// What it may be used with; the header picks among them.
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
    /// From when on the key counts no more.
    pub until: Option<Timestamp>,
}

impl VerifyingKey {
    /// A key of ours.
    pub fn new(kid: String, algorithm: Algorithm, key: DecodingKey, until: Option<Timestamp>) -> Self {
        Self { kid: Some(kid), algorithms: vec![algorithm], key, until }
    }
}

/// What a token must say to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// What the header's `typ` may be; none: anything.
    pub types: &'a [&'a str],
    /// The exact `iss`.
    pub issuer: Option<&'a str>,
    /// The exact `aud`, or one of them.
    pub audience: Option<&'a str>,
    /// Whether `exp`, `iat` and `sub` must be there.
    pub registered_claims: bool,
    /// In bytes.
    pub longest: usize,
    /// The time.
    pub now: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
}

/// Header members that bring keys along or change what is signed.
const FORBIDDEN: [&str; 7] = ["crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"];

#[derive(Deserialize)]
struct RegisteredClaims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Checks a token and gives its payload.
///
/// # Errors
/// The first reason for which it is refused.
pub fn verify<'k>(
    token: &str,
    keys: impl IntoIterator<Item = &'k VerifyingKey>,
    expected: &Expected<'_>,
) -> Result<Vec<u8>, Rejection> {
    verify_by(token, keys, expected).map(|(payload, _)| payload)
}

/// The same, and the algorithm that the signature is good by.
pub(super) fn verify_by<'k>(
    token: &str,
    keys: impl IntoIterator<Item = &'k VerifyingKey>,
    expected: &Expected<'_>,
) -> Result<(Vec<u8>, Algorithm), Rejection> {
    let Parts { message, signature, header, payload } = take_apart(token, expected.longest)?;
    let key = choose(keys, header.kid.as_deref(), expected.now).ok_or(Rejection::UnknownKey)?;
    let algorithm = header.alg.parse().ok().filter(|named| key.algorithms.contains(named));
    let algorithm = algorithm.ok_or(Rejection::WrongAlgorithm)?;
    let given = header.typ.as_deref();
    let is_expected = |typ: &&str| given.is_some_and(|given| is_type(given, typ));
    if !expected.types.is_empty() && !expected.types.iter().any(is_expected) {
        return Err(Rejection::WrongType);
    }
    match jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key.key, algorithm) {
        Ok(true) => {}
        _ => return Err(Rejection::BadSignature),
    }
    check_claims(&payload, expected)?;
    Ok((payload, algorithm))
}

struct Parts<'t> {
    message: &'t str,
    signature: &'t str,
    header: Header,
    payload: Vec<u8>,
}

fn take_apart(token: &str, longest: usize) -> Result<Parts<'_>, Rejection> {
    if token.len() > longest {
        return Err(Rejection::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Rejection::NotCompact)?;
    let (header, payload) = message.split_once('.').ok_or(Rejection::NotCompact)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Rejection::NotCompact);
    let (header, payload, _) = (decode(header)?, decode(payload)?, decode(signature)?);
    let members: Map<String, Value> = serde_json::from_slice(&header).map_err(|_| Rejection::BadHeader)?;
    if FORBIDDEN.iter().any(|name| members.contains_key(*name)) {
        return Err(Rejection::ForbiddenHeader);
    }
    let header = serde_json::from_slice(&header).map_err(|_| Rejection::BadHeader)?;
    Ok(Parts { message, signature, header, payload })
}

/// What a token says of itself, before anything of it is checked: enough to choose who may vouch for it.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub issuer: String,
    /// In lower case, without `application/`.
    pub typ: Option<String>,
}

/// Reads who claims to have issued a token.
///
/// # Errors
/// When that cannot be told.
pub fn claimed(token: &str, longest: usize) -> Result<Claimed, Rejection> {
    let Parts { header, payload, .. } = take_apart(token, longest)?;
    let claims: RegisteredClaims = serde_json::from_slice(&payload).map_err(|_| Rejection::BadClaims)?;
    let issuer = claims.iss.ok_or(Rejection::MissingClaim)?;
    let typ = header.typ.map(|typ| typ.to_ascii_lowercase());
    let typ = typ.map(|typ| typ.strip_prefix("application/").unwrap_or(&typ).to_owned());
    Ok(Claimed { issuer, typ })
}

/// The last second before a token's expiry by its own word, before anything of it is checked.
pub(super) fn expiry(token: &str, longest: usize) -> Result<Timestamp, Rejection> {
    let Parts { payload, .. } = take_apart(token, longest)?;
    let claims: RegisteredClaims = serde_json::from_slice(&payload).map_err(|_| Rejection::BadClaims)?;
    let end = claims.exp.ok_or(Rejection::MissingClaim)?.seconds();
    Timestamp::from_timestamp(end.saturating_sub(1), 0).ok_or(Rejection::BadClaims)
}

/// The key with that `kid`; a token without one is only accepted where there is but one key.
fn choose<'k>(
    keys: impl IntoIterator<Item = &'k VerifyingKey>,
    kid: Option<&str>,
    now: Timestamp,
) -> Option<&'k VerifyingKey> {
    let mut candidates = keys.into_iter().filter(|key| {
        key.until.is_none_or(|until| now < until) && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
    });
    let first = candidates.next()?;
    candidates.next().is_none().then_some(first)
}

/// Media types compare without case and without their `application/` (RFC 7515 section 4.1.9).
fn is_type(given: &str, expected: &str) -> bool {
    let given = given.to_ascii_lowercase();
    given.strip_prefix("application/").unwrap_or(&given) == expected.to_ascii_lowercase()
}

fn check_claims(payload: &[u8], expected: &Expected<'_>) -> Result<(), Rejection> {
    let strict = expected.registered_claims || expected.issuer.is_some() || expected.audience.is_some();
    let is_object = payload.trim_ascii_start().starts_with(b"{");
    if !strict && !is_object {
        // A JWS may carry anything; without expectations there is nothing to hold it against.
        return Ok(());
    }
    let claims: RegisteredClaims = serde_json::from_slice(payload).map_err(|_| Rejection::BadClaims)?;
    if expected.registered_claims && (claims.exp.is_none() || claims.iat.is_none() || claims.sub.is_none()) {
        return Err(Rejection::MissingClaim);
    }
    let now = expected.now.timestamp();
    if claims.exp.is_some_and(|exp| now >= exp.seconds().saturating_add(LEEWAY)) {
        return Err(Rejection::Expired);
    }
    let begins = [claims.nbf, claims.iat].into_iter().flatten().max();
    if begins.is_some_and(|begins| now < begins.seconds().saturating_sub(LEEWAY)) {
        return Err(Rejection::NotYetValid);
    }
    if expected.issuer.is_some_and(|issuer| claims.iss.as_deref() != Some(issuer)) {
        return Err(Rejection::WrongIssuer);
    }
    let for_us = |audience: &str| match &claims.aud {
        Some(Audience::One(one)) => one == audience,
        Some(Audience::Several(several)) => several.iter().any(|one| one == audience),
        None => false,
    };
    if expected.audience.is_some_and(|audience| !for_us(audience)) {
        return Err(Rejection::WrongAudience);
    }
    Ok(())
}
