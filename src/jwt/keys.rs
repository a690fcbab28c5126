//! The keys that this installation signs with, and which of them counts when.
//!
//! A key is published as soon as it exists, signs from `signs_from` on until the next one does, and
//! verifies until `retires_at`: rotation needs no job that must run in time.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use zeroize::Zeroizing;

use super::verify::VerifyingKey;
use crate::clock::Timestamp;
use crate::crypto::secret::{random_base62, random_bytes};
use crate::error::Error;

/// The algorithms that tokens can be signed with. RSA is not among them (RUSTSEC-2023-0071).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    Es256,
    EdDsa,
    Hs256,
    Hs512,
}

impl SigningAlgorithm {
    /// By default first.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Hs256, Self::Hs512];

    /// The JWA name (RFC 7518, RFC 8037).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs512 => "HS512",
        }
    }

    pub(super) const fn jwa(self) -> Algorithm {
        match self {
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
            Self::Hs256 => Algorithm::HS256,
            Self::Hs512 => Algorithm::HS512,
        }
    }

    /// Whether the key that verifies is the one that signs.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs512)
    }
}

impl std::str::FromStr for SigningAlgorithm {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or_else(|| {
            format!("`{text}` is not one of ES256, EdDSA, HS256, HS512 (RSA keys are not used for signing)")
        })
    }
}

/// A key that was just made, before it is encrypted and stored.
pub struct NewSigningKey {
    /// RFC 7638's thumbprint; for symmetric keys, of which nothing may be told, a random text.
    pub kid: String,
    /// PKCS#8 or, for symmetric keys, the octets.
    pub private: Zeroizing<Vec<u8>>,
}

impl NewSigningKey {
    /// Makes a key.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<Self, Error> {
        let private = Zeroizing::new(match algorithm {
            SigningAlgorithm::Es256 => {
                let pair =
                    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(Error::internal)?;
                pair.to_pkcs8v1().map_err(Error::internal)?.as_ref().to_vec()
            }
            SigningAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(Error::internal)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(Error::internal)?;
                der.as_ref().to_vec()
            }
            SigningAlgorithm::Hs256 => random_bytes::<32>().to_vec(),
            SigningAlgorithm::Hs512 => random_bytes::<64>().to_vec(),
        });
        let kid = if algorithm.is_symmetric() {
            random_base62(22).to_string()
        } else {
            let jwk = Jwk::from_encoding_key(&encoding_key(algorithm, &private), algorithm.jwa());
            jwk.and_then(|jwk| jwk.thumbprint(ThumbprintHash::SHA256)).map_err(Error::internal)?
        };
        Ok(Self { kid, private })
    }
}

fn encoding_key(algorithm: SigningAlgorithm, private: &[u8]) -> EncodingKey {
    match algorithm {
        SigningAlgorithm::Es256 => EncodingKey::from_ec_der(private),
        SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(private),
        SigningAlgorithm::Hs256 | SigningAlgorithm::Hs512 => EncodingKey::from_secret(private),
    }
}

/// A key ready for use.
pub struct SigningKey {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    pub signs_from: Timestamp,
    encoding: EncodingKey,
    verifying: VerifyingKey,
    /// What the JWKS shows of it; nothing of a symmetric key.
    public: Option<Jwk>,
}

impl SigningKey {
    /// From its stored form.
    pub fn load(
        kid: String,
        algorithm: SigningAlgorithm,
        private: &[u8],
        signs_from: Timestamp,
        retires_at: Option<Timestamp>,
    ) -> Result<Self, Error> {
        let encoding = encoding_key(algorithm, private);
        let (decoding, public) = if algorithm.is_symmetric() {
            (DecodingKey::from_secret(private), None)
        } else {
            let jwk = jwk(&encoding, algorithm, &kid).map_err(Error::internal)?;
            (DecodingKey::from_jwk(&jwk).map_err(Error::internal)?, Some(jwk))
        };
        let verifying = VerifyingKey::new(kid.clone(), algorithm.jwa(), decoding, retires_at);
        Ok(Self { kid, algorithm, signs_from, encoding, verifying, public })
    }
}

/// All keys of this installation, and what tokens they make. Keys of several algorithms live side by side: a token is
/// good by the key that its `kid` names, and a key by its own algorithm alone.
pub struct SigningKeys {
    keys: Vec<SigningKey>,
    pub(super) algorithms: Vec<SigningAlgorithm>,
}

impl SigningKeys {
    /// The keys, signing with the newest that is due of each of `algorithms`.
    pub fn new(algorithms: Vec<SigningAlgorithm>, keys: Vec<SigningKey>) -> Self {
        Self { keys, algorithms }
    }

    /// Signs a token with that `typ`.
    pub fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> Result<String, Error> {
        let key = self.current(algorithm, now);
        let key = key.ok_or_else(|| Error::internal(format!("no {} key is due", algorithm.as_str())))?;
        let mut header = Header::new(key.algorithm.jwa());
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(Error::internal)
    }

    /// Before the first one is due, the one that is due next: it was made while the clock was ahead.
    fn current(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&SigningKey> {
        let ours = || self.keys.iter().filter(|key| key.algorithm == algorithm);
        let due = ours().filter(|key| key.signs_from <= now).max_by_key(|key| key.signs_from);
        due.or_else(|| ours().min_by_key(|key| key.signs_from))
    }

    /// The `kid` of the key that signs with that algorithm at that time.
    pub fn signs_with(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&String> {
        self.current(algorithm, now).map(|key| &key.kid)
    }

    /// Whether a key signs at that time: the newest that is due of an algorithm in use.
    pub fn signs(&self, key: &SigningKey, now: Timestamp) -> bool {
        self.algorithms.contains(&key.algorithm) && self.signs_with(key.algorithm, now) == Some(&key.kid)
    }

    /// The algorithms in use that have no key to stay: another process has retired it, or has never heard of them.
    pub fn lack(&self) -> bool {
        let stays = |key: &SigningKey, algorithm| key.algorithm == algorithm && key.verifying.until.is_none();
        self.algorithms.iter().any(|algorithm| !self.keys.iter().any(|key| stays(key, *algorithm)))
    }

    /// The keys that signatures are checked with.
    pub(super) fn verifying(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.iter().map(|key| &key.verifying)
    }

    /// What others verify our tokens with (RFC 7517).
    pub fn jwks(&self, now: Timestamp) -> JwkSet {
        JwkSet { keys: self.good_at(now).filter_map(|key| key.public.clone()).collect() }
    }

    /// The same with the shared keys of HS256 and HS512 (RFC 7518 section 6.4), which not only verify but also sign: for
    /// operators alone.
    ///
    /// # Errors
    /// When a key has no such form.
    pub fn jwks_with_shared_keys(&self, now: Timestamp) -> Result<JwkSet, Error> {
        let jwk = |key: &SigningKey| match &key.public {
            Some(public) => Ok(public.clone()),
            None => key.jwk().map_err(Error::internal),
        };
        Ok(JwkSet { keys: self.good_at(now).map(jwk).collect::<Result<_, _>>()? })
    }

    fn good_at(&self, now: Timestamp) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter().filter(move |key| key.verifying.until.is_none_or(|until| now < until))
    }

    /// All keys, for the command line.
    pub fn iter(&self) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter()
    }
}

fn jwk(encoding: &EncodingKey, algorithm: SigningAlgorithm, kid: &str) -> jsonwebtoken::errors::Result<Jwk> {
    let mut jwk = Jwk::from_encoding_key(encoding, algorithm.jwa())?;
    jwk.common.key_id = Some(kid.to_owned());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}

impl SigningKey {
    fn jwk(&self) -> jsonwebtoken::errors::Result<Jwk> {
        jwk(&self.encoding, self.algorithm, &self.kid)
    }

    /// When it stops to verify, if that is decided.
    pub fn retires_at(&self) -> Option<Timestamp> {
        self.verifying.until
    }
}
