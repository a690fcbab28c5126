//! Verifying keys from JWKs (RFC 7517): the key's kind decides what it may be used with, never a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::roca::has_fingerprint;
use super::verify::VerifyingKey;

/// What others may sign with: a secret that is shared proves nothing to a third party.
pub const ASYMMETRIC: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// RSA moduli have 2048 bits at least (RFC 7518 section 3.3).
const SHORTEST_RSA: usize = 256;
/// Shorter ones are good until 2030 at most (NIST SP 800-57 part 1, table 2): operators are told of them.
const LONG_RSA: usize = 384;
/// No provider publishes more keys than these.
const MOST_KEYS: usize = 100;

impl VerifyingKey {
    /// A key that may verify, and says for which single algorithm.
    fn from_jwk(jwk: &Jwk) -> Option<Self> {
        let octets = matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_));
        if octets && jwk.common.key_algorithm.is_none() {
            return None;
        }
        let algorithms = algorithms(jwk)?;
        if algorithms.len() == 1 { Self::of(jwk, algorithms) } else { None }
    }

    fn of(jwk: &Jwk, algorithms: Vec<Algorithm>) -> Option<Self> {
        let key = DecodingKey::from_jwk(jwk).ok()?;
        Some(Self { kid: jwk.common.key_id.clone(), algorithms, key, until: None })
    }
}

/// A key of a set that is not used, although it could verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A token can mean any of them.
    #[error("several keys have the `kid` {0}: none of them is used")]
    SameKid(String),
    #[error("the key {} is weak (ROCA, CVE-2017-15361): it is not used", .0.as_deref().unwrap_or("without a `kid`"))]
    Roca(Option<String>),
}

/// A key set (RFC 7517 section 5) without what must not be used of it. One bad key does not take the others along: an
/// issuer with a forgotten weak key would be cut off altogether. What two keys are called by names neither of them.
#[derive(Debug)]
pub struct KeySet {
    jwks: Vec<Jwk>,
    /// For the log.
    pub refused: Vec<Refused>,
}

impl KeySet {
    /// Reads a key set. Keys of kinds that are unknown here are passed over.
    ///
    /// # Errors
    /// When it is no key set.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Written {
            keys: Vec<Value>,
        }
        let written: Written = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| format!("no key set: {}", crate::text::json::told(&error)))?;
        let mut set = Self { jwks: Vec::new(), refused: Vec::new() };
        for (at, key) in written.keys.iter().enumerate().take(MOST_KEYS) {
            let kid = key["kid"].as_str();
            let is_called_so = |other: &Value| !is_for_encryption(other) && other["kid"].as_str() == kid;
            let mut others = written.keys.iter().enumerate().filter(|(place, _)| *place != at);
            if let Some(kid) = kid
                && !is_for_encryption(key)
                && others.any(|(_, other)| is_called_so(other))
            {
                let refused = Refused::SameKid(kid.to_owned());
                if !set.refused.contains(&refused) {
                    set.refused.push(refused);
                }
                continue;
            }
            match serde_json::from_value::<Jwk>(key.clone()) {
                Ok(jwk) if is_roca(&jwk) => set.refused.push(Refused::Roca(jwk.common.key_id)),
                Ok(jwk) => set.jwks.push(jwk),
                Err(_) => {}
            }
        }
        Ok(set)
    }

    /// Its public keys for one of these algorithms.
    ///
    /// # Errors
    /// When there is none.
    pub fn public_keys(&self, allowed: &[Algorithm]) -> Result<Vec<VerifyingKey>, String> {
        let usable = |jwk: &Jwk| {
            let mut algorithms = algorithms(jwk)?;
            algorithms.retain(|one| ASYMMETRIC.contains(one) && allowed.contains(one));
            if algorithms.is_empty() { None } else { VerifyingKey::of(jwk, algorithms) }
        };
        let keys: Vec<_> = self.jwks.iter().filter_map(usable).collect();
        if keys.is_empty() { Err("no key for any of the algorithms".to_owned()) } else { Ok(keys) }
    }

    /// The RSA keys below 3072 bits that are used with one of these algorithms: what they are called, and their bits.
    pub fn short_rsa_keys(&self, allowed: &[Algorithm]) -> Vec<(Option<&str>, usize)> {
        let short = |jwk: &Jwk| {
            let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else { return None };
            let used = algorithms(jwk)?.iter().any(|one| allowed.contains(one));
            let octets = modulus(&rsa.n)?.len();
            (used && octets < LONG_RSA).then_some(octets * 8)
        };
        self.jwks.iter().filter_map(|jwk| Some((jwk.common.key_id.as_deref(), short(jwk)?))).collect()
    }

    /// Its keys that say for which single algorithm they are, secret ones too.
    pub fn single_purpose_keys(&self) -> Vec<VerifyingKey> {
        self.jwks.iter().filter_map(VerifyingKey::from_jwk).collect()
    }
}

/// Such a key is never verified with, so that it may be called as one that is.
fn is_for_encryption(key: &Value) -> bool {
    key["use"] == "enc"
}

fn is_roca(jwk: &Jwk) -> bool {
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else { return false };
    URL_SAFE_NO_PAD.decode(&rsa.n).is_ok_and(|modulus| has_fingerprint(&modulus))
}

/// Without zeros at its beginning.
fn modulus(text: &str) -> Option<Vec<u8>> {
    Some(URL_SAFE_NO_PAD.decode(text).ok()?.into_iter().skip_while(|byte| *byte == 0).collect())
}

/// What a key may be used with: what its kind can do, or the one of those that it names.
fn algorithms(jwk: &Jwk) -> Option<Vec<Algorithm>> {
    use Algorithm as A;
    let common = &jwk.common;
    if common.public_key_use.as_ref().is_some_and(|usage| *usage != PublicKeyUse::Signature) {
        return None;
    }
    if common.key_operations.as_ref().is_some_and(|operations| !operations.contains(&KeyOperations::Verify)) {
        return None;
    }
    let mut possible = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
            EllipticCurve::P256 => vec![A::ES256],
            EllipticCurve::P384 => vec![A::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(okp) if okp.curve == EllipticCurve::Ed25519 => vec![A::EdDSA],
        AlgorithmParameters::RSA(rsa) => {
            if modulus(&rsa.n)?.len() < SHORTEST_RSA {
                return None;
            }
            vec![A::RS256, A::RS384, A::RS512, A::PS256, A::PS384, A::PS512]
        }
        // As long as the hash, at least: RFC 7518 section 3.2.
        AlgorithmParameters::OctetKey(octets) => {
            let length = URL_SAFE_NO_PAD.decode(&octets.value).map_or(0, |octets| octets.len());
            let long_enough = [(A::HS256, 32), (A::HS384, 48), (A::HS512, 64)].into_iter();
            long_enough.filter(|(_, least)| length >= *least).map(|(algorithm, _)| algorithm).collect()
        }
        _ => return None,
    };
    match common.key_algorithm {
        Some(KeyAlgorithm::RSA1_5 | KeyAlgorithm::RSA_OAEP | KeyAlgorithm::RSA_OAEP_256) => return None,
        Some(named) => {
            let named = named.to_string().parse::<Algorithm>().ok()?;
            possible.retain(|one| *one == named);
        }
        None => {}
    }
    if possible.is_empty() { None } else { Some(possible) }
}
