//! Verifying keys from JWKs (RFC 7517): the key's kind decides what it may be used with, never a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

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
/// No provider publishes more keys than these.
const MOST_KEYS: usize = 100;

impl VerifyingKey {
    /// A key that may verify, and says for which single algorithm.
    pub fn from_jwk(jwk: &Jwk) -> Option<Self> {
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

/// What an issuer's key set (RFC 7517 section 5) has of public keys for one of these algorithms. Keys of kinds that
/// are unknown here are passed over.
///
/// # Errors
/// When it is no key set, or has no such key.
pub fn public_keys(text: &str, allowed: &[Algorithm]) -> Result<Vec<VerifyingKey>, String> {
    #[derive(Deserialize)]
    struct KeySet {
        keys: Vec<Value>,
    }
    let set: KeySet = serde_json::from_str(text).map_err(|error| format!("no key set: {error}"))?;
    let keys: Vec<_> = set
        .keys
        .into_iter()
        .take(MOST_KEYS)
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
        .filter_map(|jwk| {
            let mut algorithms = algorithms(&jwk)?;
            algorithms.retain(|one| ASYMMETRIC.contains(one) && allowed.contains(one));
            if algorithms.is_empty() { None } else { VerifyingKey::of(&jwk, algorithms) }
        })
        .collect();
    if keys.is_empty() { Err("no key for any of the algorithms".to_owned()) } else { Ok(keys) }
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
            let modulus = URL_SAFE_NO_PAD.decode(&rsa.n).ok()?;
            let length = modulus.iter().skip_while(|byte| **byte == 0).count();
            if length < SHORTEST_RSA {
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
