//! Better Auth writes `salt:key` in hexadecimal. The salt is hashed as that text, the password in the form NFKC, and
//! what scrypt costs is not written: it is always the same.

use super::{Unusable, from_hex, scrypt};
use crate::password::stored::names::SCRYPT_OF_NFKC;

const N: u32 = 16_384;
const R: u32 = 16;
const P: u32 = 1;
/// In characters.
const SALT: usize = 32;
const KEY: usize = 128;

pub fn read(text: &str) -> Option<Result<String, Unusable>> {
    let (salt, key) = text.split_once(':')?;
    if salt.len() != SALT || key.len() != KEY || from_hex(salt).is_none() {
        return None;
    }
    Some(scrypt(SCRYPT_OF_NFKC, N, (R, P), salt.as_bytes(), &from_hex(key)?))
}
