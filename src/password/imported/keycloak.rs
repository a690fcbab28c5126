//! Keycloak writes a credential's salt and key into one JSON object, and how they were made into another.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Deserialize;

use super::{Unusable, number, pbkdf2};

#[derive(Deserialize)]
struct SecretData {
    value: String,
    salt: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    hash_iterations: u32,
    algorithm: String,
    /// Of argon2, each in an array.
    #[serde(default)]
    additional_parameters: Option<HashMap<String, Vec<String>>>,
}

pub fn read(secret_data: &str, credential_data: &str) -> Result<String, Unusable> {
    let secret: SecretData = serde_json::from_str(secret_data).map_err(|_| Unusable::Malformed)?;
    let made: CredentialData = serde_json::from_str(credential_data).map_err(|_| Unusable::Malformed)?;
    let (salt, value) = (decoded(&secret.salt)?, decoded(&secret.value)?);
    match made.algorithm.as_str() {
        "pbkdf2" => Ok(pbkdf2("sha1", made.hash_iterations, &salt, &value)),
        "pbkdf2-sha256" => Ok(pbkdf2("sha256", made.hash_iterations, &salt, &value)),
        "pbkdf2-sha512" => Ok(pbkdf2("sha512", made.hash_iterations, &salt, &value)),
        "argon2" => argon2(&made, &salt, &value),
        _ => Err(Unusable::Unknown),
    }
}

fn argon2(made: &CredentialData, salt: &[u8], value: &[u8]) -> Result<String, Unusable> {
    let parameter = |name: &str| {
        let values = made.additional_parameters.as_ref().and_then(|all| all.get(name));
        values.and_then(|values| values.first()).map(String::as_str).ok_or(Unusable::Malformed)
    };
    let kind @ ("id" | "i" | "d") = parameter("type")? else { return Err(Unusable::Malformed) };
    let version = match parameter("version")? {
        "1.3" => 19,
        "1.0" => 16,
        _ => return Err(Unusable::Malformed),
    };
    let (memory, lanes) = (number(parameter("memory")?)?, number(parameter("parallelism")?)?);
    let (salt, value) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(value));
    Ok(format!("$argon2{kind}$v={version}$m={memory},t={},p={lanes}${salt}${value}", made.hash_iterations))
}

/// Base64, padded or not.
fn decoded(text: &str) -> Result<Vec<u8>, Unusable> {
    STANDARD_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| Unusable::Malformed)
}
