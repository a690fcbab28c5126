//! Django writes the algorithm's name, and what belongs to it, between `$`. Salts are texts, and hashed as such.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Unusable, number, pbkdf2, scrypt};
use crate::password::stored::names::BCRYPT_OF_SHA256;

pub fn read(text: &str) -> Option<Result<String, Unusable>> {
    let (name, rest) = text.split_once('$')?;
    Some(match name {
        "pbkdf2_sha256" => of_pbkdf2("sha256", rest),
        "pbkdf2_sha1" => of_pbkdf2("sha1", rest),
        "scrypt" => of_scrypt(rest),
        // What follows is the string of argon2's and of bcrypt's own libraries.
        "argon2" => Ok(format!("${rest}")),
        "bcrypt" => Ok(rest.to_owned()),
        "bcrypt_sha256" => Ok(format!("${BCRYPT_OF_SHA256}{rest}")),
        _ => return None,
    })
}

/// `iterations$salt$base64`
fn of_pbkdf2(digest: &str, rest: &str) -> Result<String, Unusable> {
    let [iterations, salt, hash] = parts(rest)?;
    Ok(pbkdf2(digest, number(iterations)?, salt.as_bytes(), &decoded(hash)?))
}

/// `N$salt$r$p$base64`
fn of_scrypt(rest: &str) -> Result<String, Unusable> {
    let [n, salt, r, p, hash] = parts(rest)?;
    scrypt("scrypt", number(n)?, (number(r)?, number(p)?), salt.as_bytes(), &decoded(hash)?)
}

fn parts<const N: usize>(rest: &str) -> Result<[&str; N], Unusable> {
    rest.split('$').collect::<Vec<_>>().try_into().map_err(|_| Unusable::Malformed)
}

fn decoded(hash: &str) -> Result<Vec<u8>, Unusable> {
    STANDARD.decode(hash).map_err(|_| Unusable::Malformed)
}
