//! Werkzeug (Flask) writes `scrypt:32768:8:1$salt$hex` and `pbkdf2:sha256:1000000$salt$hex`. Salts are texts, and
//! hashed as such.

use super::{Unusable, from_hex, number, pbkdf2, scrypt};

pub fn read(text: &str) -> Option<Result<String, Unusable>> {
    let (method, rest) = text.split_once('$')?;
    let (name, parameters) = method.split_once(':')?;
    let parameters: Vec<_> = parameters.split(':').collect();
    let hashed = || {
        let (salt, hash) = rest.split_once('$').ok_or(Unusable::Malformed)?;
        Ok((salt.as_bytes(), from_hex(hash).ok_or(Unusable::Malformed)?))
    };
    Some(match (name, &parameters[..]) {
        ("scrypt", [n, r, p]) => hashed()
            .and_then(|(salt, hash)| scrypt("scrypt", number(n)?, (number(r)?, number(p)?), salt, &hash)),
        ("pbkdf2", [digest @ ("sha1" | "sha256" | "sha512"), iterations]) => {
            hashed().and_then(|(salt, hash)| Ok(pbkdf2(digest, number(iterations)?, salt, &hash)))
        }
        ("scrypt" | "pbkdf2", _) => Err(Unusable::Malformed),
        _ => return None,
    })
}
