//! Stored hashes: our own (argon2id), and those that were made elsewhere and imported.
//!
//! Every one is read with the same limits, when it is imported and when it is checked: a hash says itself how much
//! memory and time it takes, and its author may be an attacker.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::pbkdf2;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::crypto::secret::random_bytes;
use crate::error::Error;

/// KiB that checking one hash may take: argon2's `m`, scrypt's `N·r·128 B`.
const MOST_MEMORY: u64 = 256 * 1024;
/// The same times the passes over it: about a second.
const MOST_WORK: u64 = 4 * MOST_MEMORY;
const MOST_LANES: u32 = 64;
const MOST_ITERATIONS: u32 = 2_000_000;
const BCRYPT_COSTS: std::ops::RangeInclusive<u32> = 4..=15;

/// Why a hash cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error(
        "the hash is none of those that can be checked: argon2, bcrypt, scrypt and PBKDF2 as PHC strings, or as Django, \
         Werkzeug, ASP.NET Identity, Keycloak, Firebase and Better Auth write them"
    )]
    Unknown,
    #[error("the hash is malformed, or its salt is shorter than 8 or longer than 48 bytes")]
    Malformed,
    #[error(
        "checking the hash takes more than is allowed: 256 MiB, 4 passes over as much, 2000000 iterations, cost 4 to 15"
    )]
    TooDear,
    #[error("the hash needs a key that is not in it")]
    Keyed,
}

/// The memory that argon2 fills, as many times as there are cores, and used again: allocated anew for each hash
/// it would stay with the allocator, 19 MiB for every thread that ever hashed.
#[derive(Clone, Debug)]
pub struct Memory {
    kept: Arc<Mutex<Vec<Vec<Block>>>>,
    /// What today's hashes take. More, for an imported one, is given back.
    standard: usize,
}

impl Memory {
    pub fn new(params: &Params) -> Self {
        Self { kept: Arc::default(), standard: params.block_count() }
    }

    /// The hash of a password, with its own salt.
    pub fn hash(&self, params: &Params, password: &[u8]) -> Result<String, Error> {
        let salt = Salt::new(&random_bytes::<{ Salt::RECOMMENDED_LENGTH }>()).map_err(Error::internal)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: params.try_into().map_err(Error::internal)?,
            hash: Some(self.derive(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN)?),
            salt: Some(salt),
        };
        Ok(hash.to_string())
    }

    fn derive(
        &self,
        argon2: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
        length: usize,
    ) -> Result<Output, Error> {
        let count = argon2.params().block_count();
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = if count > self.standard { Vec::new() } else { kept().pop().unwrap_or_default() };
        memory.resize(count, Block::default());
        let mut output = [0; Output::MAX_LENGTH];
        let derived =
            argon2.hash_password_into_with_memory(password, salt, &mut output[..length], &mut memory);
        if count <= self.standard {
            kept().push(memory);
        }
        derived.map_err(Error::internal)?;
        Output::new(&output[..length]).map_err(Error::internal)
    }
}

/// Names of stored hashes that are no standard ones: part of the stored format.
pub mod names {
    /// bcrypt of the password's SHA-256 in hexadecimal, as Django's `bcrypt_sha256` has it.
    pub const BCRYPT_OF_SHA256: &str = "django-bcrypt-sha256";
    /// scrypt of the password in the form NFKC, as Better Auth has it.
    pub const SCRYPT_OF_NFKC: &str = "better-auth-scrypt";
    /// The key stream of AES-256-CTR under a key that scrypt derives, as Firebase has it.
    pub const FIREBASE: &str = "firebase-scrypt";
}

/// A stored hash that can be checked.
pub enum Stored {
    Argon2 { algorithm: Algorithm, version: Version, params: Params, salt: Salt, output: Output },
    Bcrypt { text: String, of_sha256: bool },
    Scrypt { use_of: ScryptUse, params: scrypt::Params, salt: Salt, output: Output },
    Pbkdf2 { algorithm: pbkdf2::Algorithm, iterations: NonZeroU32, salt: Salt, output: Output },
}

/// What is made of scrypt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ScryptUse {
    Plain,
    OfNfkc,
    Firebase,
}

impl Stored {
    /// Reads a hash, and what it would take to check it.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        let name = text.strip_prefix('$').and_then(|rest| rest.split('$').next()).ok_or(Unusable::Unknown)?;
        match name {
            "2a" | "2b" | "2y" => bcrypt(text, false),
            names::BCRYPT_OF_SHA256 => bcrypt(&text[1 + name.len()..], true),
            "argon2id" | "argon2i" | "argon2d" => argon2(&parse(text)?),
            "scrypt" => scrypt(ScryptUse::Plain, &parse(text)?),
            names::SCRYPT_OF_NFKC => scrypt(ScryptUse::OfNfkc, &parse(text)?),
            names::FIREBASE => scrypt(ScryptUse::Firebase, &parse(text)?),
            "pbkdf2" | "pbkdf2-sha1" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA1, &parse(text)?),
            "pbkdf2-sha256" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, &parse(text)?),
            "pbkdf2-sha512" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA512, &parse(text)?),
            _ => Err(Unusable::Unknown),
        }
    }

    /// Whether it is the hash of that password.
    pub fn verify(&self, memory: &Memory, password: &str) -> Result<bool, Error> {
        let bytes = password.as_bytes();
        match self {
            Self::Argon2 { algorithm, version, params, salt, output } => {
                let argon2 = Argon2::new(*algorithm, *version, params.clone());
                // `Output` compares in constant time.
                Ok(memory.derive(&argon2, bytes, salt, output.len())? == *output)
            }
            Self::Bcrypt { text, of_sha256: true } => {
                let digits =
                    |byte: &u8| [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
                let digest: Zeroizing<Vec<u8>> =
                    Sha256::digest(bytes).iter().flat_map(digits).collect::<Vec<_>>().into();
                bcrypt_verify(&digest, text)
            }
            // It ends a password at the first NUL and begins again: `a` and `a\0a` have one hash.
            Self::Bcrypt { .. } if bytes.contains(&0) => Ok(false),
            Self::Bcrypt { text, .. } => bcrypt_verify(bytes, text),
            Self::Scrypt { use_of, params, salt, output } => {
                let mut derived = Zeroizing::new([0; Output::MAX_LENGTH]);
                let derived = &mut derived[..output.len()];
                match use_of {
                    ScryptUse::Plain => {
                        scrypt::scrypt(bytes, salt, params, derived).map_err(Error::internal)?;
                    }
                    ScryptUse::OfNfkc => {
                        let password = Zeroizing::new(password.nfkc().collect::<String>());
                        scrypt::scrypt(password.as_bytes(), salt, params, derived)
                            .map_err(Error::internal)?;
                    }
                    ScryptUse::Firebase => {
                        let mut key = Zeroizing::new([0; 32]);
                        scrypt::scrypt(bytes, salt, params, key.as_mut()).map_err(Error::internal)?;
                        key_stream(&key, derived)?;
                    }
                }
                Ok(Output::new(derived).map_err(Error::internal)? == *output)
            }
            Self::Pbkdf2 { algorithm, iterations, salt, output } => {
                Ok(pbkdf2::verify(*algorithm, *iterations, salt, bytes, output.as_bytes()).is_ok())
            }
        }
    }

    /// Whether it was made as hashes are made today.
    pub fn is_made_by(&self, today: &Params) -> bool {
        let Self::Argon2 { algorithm, version, params, .. } = self else { return false };
        (*algorithm, *version) == (Algorithm::Argon2id, Version::V0x13) && cost(params) == cost(today)
    }

    /// The algorithm, for people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Argon2 { .. } => "argon2",
            Self::Bcrypt { .. } => "bcrypt",
            Self::Scrypt { .. } => "scrypt",
            Self::Pbkdf2 { .. } => "pbkdf2",
        }
    }
}

fn cost(params: &Params) -> (u32, u32, u32) {
    (params.m_cost(), params.t_cost(), params.p_cost())
}

fn parse(text: &str) -> Result<PasswordHash, Unusable> {
    PasswordHash::new(text).map_err(|_| Unusable::Malformed)
}

/// Salt and output, if the parameters are these and no others.
fn parts(hash: &PasswordHash, parameters: &[&str]) -> Result<(Salt, Output), Unusable> {
    let named = |name: &str| parameters.contains(&name);
    if hash.params.iter().any(|(name, _)| !named(name.as_str())) {
        return Err(Unusable::Malformed);
    }
    hash.salt.zip(hash.hash).ok_or(Unusable::Malformed)
}

fn number(hash: &PasswordHash, name: &str) -> Result<u32, Unusable> {
    hash.params.get_decimal(name).ok_or(Unusable::Malformed)
}

fn affordable(memory: u64, passes: u64) -> Result<(), Unusable> {
    let work = memory.checked_mul(passes).ok_or(Unusable::TooDear)?;
    if memory <= MOST_MEMORY && work <= MOST_WORK { Ok(()) } else { Err(Unusable::TooDear) }
}

fn argon2(hash: &PasswordHash) -> Result<Stored, Unusable> {
    if ["keyid", "data"].iter().any(|name| hash.params.get(*name).is_some()) {
        return Err(Unusable::Keyed);
    }
    let (salt, output) = parts(hash, &["m", "t", "p"])?;
    let (memory, passes, lanes) = (number(hash, "m")?, number(hash, "t")?, number(hash, "p")?);
    affordable(memory.into(), passes.into())?;
    if lanes > MOST_LANES {
        return Err(Unusable::TooDear);
    }
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| Unusable::Unknown)?;
    // The first version did not name itself.
    let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from);
    let version = version.map_err(|_| Unusable::Malformed)?;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| Unusable::Malformed)?;
    Ok(Stored::Argon2 { algorithm, version, params, salt, output })
}

fn scrypt(use_of: ScryptUse, hash: &PasswordHash) -> Result<Stored, Unusable> {
    let (salt, output) = parts(hash, &["ln", "r", "p"])?;
    let (log_n, r, p) = (number(hash, "ln")?, number(hash, "r")?, number(hash, "p")?);
    let n = 1_u64.checked_shl(log_n).filter(|_| log_n > 0).ok_or(Unusable::TooDear)?;
    let kib = |blocks: u64| Some(blocks.checked_mul(r.into())?.checked_mul(128)?.div_ceil(1024));
    affordable(kib(n).ok_or(Unusable::TooDear)?, p.into())?;
    affordable(kib(p.into()).ok_or(Unusable::TooDear)?, 1)?;
    let log_n = u8::try_from(log_n).map_err(|_| Unusable::TooDear)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| Unusable::Malformed)?;
    if hash.version.is_some() {
        return Err(Unusable::Malformed);
    }
    Ok(Stored::Scrypt { use_of, params, salt, output })
}

fn pbkdf2(algorithm: pbkdf2::Algorithm, hash: &PasswordHash) -> Result<Stored, Unusable> {
    let (salt, output) = parts(hash, &["i", "l"])?;
    let length = hash.params.get_decimal("l").map(usize::try_from);
    if hash.version.is_some() || length.is_some_and(|length| length != Ok(output.len())) {
        return Err(Unusable::Malformed);
    }
    let iterations = NonZeroU32::new(number(hash, "i")?).ok_or(Unusable::Malformed)?;
    if iterations.get() > MOST_ITERATIONS {
        return Err(Unusable::TooDear);
    }
    Ok(Stored::Pbkdf2 { algorithm, iterations, salt, output })
}

fn bcrypt_verify(password: &[u8], text: &str) -> Result<bool, Error> {
    bcrypt::verify(password, text).map_err(|error| Error::internal(error.to_string()))
}

/// What AES-256 in counter mode would add to a text, from a counter of 0.
fn key_stream(key: &[u8; 32], stream: &mut [u8]) -> Result<(), Error> {
    let key = UnboundCipherKey::new(&AES_256, key).and_then(EncryptingKey::ctr).map_err(Error::internal)?;
    stream.fill(0);
    let counter = EncryptionContext::Iv128([0; 16].into());
    key.less_safe_encrypt(stream, counter).map(drop).map_err(Error::internal)
}

fn bcrypt(text: &str, of_sha256: bool) -> Result<Stored, Unusable> {
    // Before its crate sees it: that has cut texts at bytes within a character.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"$./".contains(&byte);
    if text.len() != 60 || !text.bytes().all(plain) {
        return Err(Unusable::Malformed);
    }
    let parts: bcrypt::HashParts = text.parse().map_err(|_| Unusable::Malformed)?;
    if !BCRYPT_COSTS.contains(&parts.get_cost()) {
        return Err(Unusable::TooDear);
    }
    Ok(Stored::Bcrypt { text: text.to_owned(), of_sha256 })
}
