//! Python's passlib writes `$pbkdf2-sha256$29000$salt$hash`, with `.` where base64 has `+`.

use super::Unusable;

pub fn read(text: &str) -> Option<Result<String, Unusable>> {
    let mut parts = text.strip_prefix('$')?.split('$');
    let (name, rounds, salt, hash) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let digits = rounds.bytes().all(|byte| byte.is_ascii_digit()) && !rounds.is_empty();
    if !name.starts_with("pbkdf2") || !digits || parts.next().is_some() {
        return None;
    }
    Some(Ok(format!("${name}$i={rounds}${}${}", salt.replace('.', "+"), hash.replace('.', "+"))))
}
