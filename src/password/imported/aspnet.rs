//! ASP.NET Core Identity writes base64 of a marker and what belongs to it: PBKDF2 in both of its versions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Unusable, pbkdf2};

/// Version 2: the marker, a salt of 16 bytes and a key of 32.
const VERSION_2: usize = 1 + 16 + 32;
const ITERATIONS_2: u32 = 1000;

pub fn read(text: &str) -> Option<Result<String, Unusable>> {
    let bytes = STANDARD.decode(text).ok()?;
    match bytes.split_first()? {
        (0, rest) if bytes.len() == VERSION_2 => {
            let (salt, key) = rest.split_at(16);
            Some(Ok(pbkdf2("sha1", ITERATIONS_2, salt, key)))
        }
        (1, rest) => version_3(rest),
        _ => None,
    }
}

/// The pseudo-random function, the iterations and the length of the salt (32 bits each, big-endian), the salt, the key.
fn version_3(rest: &[u8]) -> Option<Result<String, Unusable>> {
    let (numbers, rest) = rest.split_first_chunk::<12>()?;
    let number = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|byte| numbers[at + byte]));
    let digest = match number(0) {
        0 => "sha1",
        1 => "sha256",
        2 => "sha512",
        _ => return None,
    };
    let length = usize::try_from(number(8)).ok()?;
    let (salt, key) = rest.split_at_checked(length)?;
    Some(Ok(pbkdf2(digest, number(4), salt, key)))
}
