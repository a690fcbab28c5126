//! Firebase's scrypt: the key that scrypt derives from a password encrypts a secret of the project, the signer key,
//! with AES-256 in counter mode; what comes out is the hash (<https://github.com/firebase/scrypt>).
//!
//! Counter mode adds a key stream to the signer key. It is taken away again when a hash is imported, and the key stream
//! is what is stored: it depends on the password, the salt and the costs alone, is as hard to guess from as any other
//! scrypt, and is checked without the signer key, which is kept nowhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::{Unusable, scrypt};
use crate::password::stored::names::FIREBASE;

/// The most that Firebase takes, too.
const MOST_MEM_COST: u32 = 14;

/// How a Firebase project hashes, from "Password hash parameters" of its console. The signer key is a secret.
pub struct FirebaseParameters {
    signer_key: Zeroizing<Vec<u8>>,
    salt_separator: Vec<u8>,
    rounds: u32,
    mem_cost: u32,
}

impl std::fmt::Debug for FirebaseParameters {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("FirebaseParameters(…)")
    }
}

impl FirebaseParameters {
    /// Reads them as the console shows them, a `name: value` in each line.
    ///
    /// # Errors
    /// What is missing or wrong, by its name and never with its value.
    pub fn read(text: &str) -> Result<Self, String> {
        let value = |name: &str| {
            text.lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(told, _)| told.trim() == name)
                .map(|(_, value)| value.trim().trim_end_matches(',').trim_matches(['"', '\'']).trim())
                .ok_or_else(|| format!("`{name}` is missing"))
        };
        let decoded = |name: &str| {
            decode(value(name)?).map(Zeroizing::new).ok_or_else(|| format!("`{name}` is not base64"))
        };
        let number = |name: &str, most: u32| {
            let number = value(name)?.parse().ok().filter(|number| (1..=most).contains(number));
            number.ok_or_else(|| format!("`{name}` is not a number from 1 to {most}"))
        };
        let algorithm = value("algorithm")?;
        if algorithm != "SCRYPT" {
            return Err("`algorithm` is not SCRYPT".to_owned());
        }
        let signer_key = decoded("base64_signer_key")?;
        if signer_key.is_empty() {
            return Err("`base64_signer_key` is empty".to_owned());
        }
        Ok(Self {
            signer_key,
            salt_separator: decoded("base64_salt_separator")?.to_vec(),
            rounds: number("rounds", 8)?,
            mem_cost: number("mem_cost", MOST_MEM_COST)?,
        })
    }
}

pub fn read(parameters: &FirebaseParameters, salt: &str, hash: &str) -> Result<String, Unusable> {
    let mut salt = decode(salt).ok_or(Unusable::Malformed)?;
    salt.extend_from_slice(&parameters.salt_separator);
    let hash = decode(hash).ok_or(Unusable::Malformed)?;
    if hash.len() != parameters.signer_key.len() {
        return Err(Unusable::Malformed);
    }
    let key_stream: Vec<_> = hash.iter().zip(parameters.signer_key.iter()).map(|(a, b)| a ^ b).collect();
    scrypt(FIREBASE, 1 << parameters.mem_cost, (parameters.rounds, 1), &salt, &key_stream)
}

/// Base64 in both of its alphabets: the console and `firebase auth:export` have the standard one, the Admin SDK the
/// other.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.replace('-', "+").replace('_', "/");
    STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
