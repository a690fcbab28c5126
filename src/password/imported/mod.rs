//! Hashes that were made elsewhere, as other systems write them: each becomes the text that is stored.

mod aspnet;
mod better_auth;
mod django;
mod firebase;
mod keycloak;
mod passlib;
mod werkzeug;

use argon2::password_hash::phc::Output;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::stored::{Stored, Unusable};
pub use firebase::FirebaseParameters;

/// A hash that was made elsewhere, and can be checked here.
#[derive(Clone)]
pub struct ImportedHash {
    text: String,
    algorithm: &'static str,
}

impl std::fmt::Debug for ImportedHash {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ImportedHash({}, …)", self.algorithm)
    }
}

/// Reads the texts of one system; `None` for those that it would not write.
type Reader = fn(&str) -> Option<Result<String, Unusable>>;

const READERS: [Reader; 5] = [passlib::read, django::read, werkzeug::read, better_auth::read, aspnet::read];

impl ImportedHash {
    /// Reads a hash that is one text: a PHC string, bcrypt's, passlib's, Django's, Werkzeug's, Better Auth's or
    /// ASP.NET Identity's.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        Self::stored(READERS.iter().find_map(|read| read(text)).unwrap_or_else(|| Ok(text.to_owned()))?)
    }

    /// Reads the two texts of a Keycloak credential of the type `password`: JSON objects in strings.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn of_keycloak(secret_data: &str, credential_data: &str) -> Result<Self, Unusable> {
        Self::stored(keycloak::read(secret_data, credential_data)?)
    }

    /// Reads the `salt` and the `passwordHash` of a Firebase account, both base64.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn of_firebase(parameters: &FirebaseParameters, salt: &str, hash: &str) -> Result<Self, Unusable> {
        Self::stored(firebase::read(parameters, salt, hash)?)
    }

    fn stored(text: String) -> Result<Self, Unusable> {
        let algorithm = Stored::read(&text)?.name();
        Ok(Self { text, algorithm })
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The algorithm, for people.
    pub const fn algorithm(&self) -> &'static str {
        self.algorithm
    }
}

/// PBKDF2 as a PHC string. What is longer than those may be is cut: each block of PBKDF2 stands for itself.
fn pbkdf2(digest: &str, iterations: u32, salt: &[u8], output: &[u8]) -> String {
    let output = &output[..Ord::min(output.len(), Output::MAX_LENGTH)];
    let (salt, length, output) = (STANDARD_NO_PAD.encode(salt), output.len(), STANDARD_NO_PAD.encode(output));
    format!("$pbkdf2-{digest}$i={iterations},l={length}${salt}${output}")
}

/// scrypt with `n` rounds, a power of two, as a PHC string of that name.
fn scrypt(name: &str, n: u32, (r, p): (u32, u32), salt: &[u8], output: &[u8]) -> Result<String, Unusable> {
    if !n.is_power_of_two() {
        return Err(Unusable::Malformed);
    }
    let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output));
    Ok(format!("${name}$ln={},r={r},p={p}${salt}${output}", n.trailing_zeros()))
}

/// A number of rounds and the like. What does not fit is more than any system computes.
fn number(text: &str) -> Result<u32, Unusable> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unusable::Malformed);
    }
    text.parse().map_err(|_| Unusable::TooDear)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| if let [a, b] = pair { Some(digit(*a)? << 4 | digit(*b)?) } else { None }).collect()
}
