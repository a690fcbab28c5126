//! Bearer secrets as types: what they look like, and what is stored of them.
//!
//! A secret is a prefix that says what it is, 32 characters of base62 from the operating system
//! (190 bits) and 6 characters of CRC-32, so that typos and scanners' false hits are refused before any look-up.
//! Stored is only a [`Digest`]: `HMAC-SHA-256(key of that purpose, SHA-256(secret))`.

use std::fmt;

use rand::TryRng;
use rand::rngs::SysRng;
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::crypto::keyring::{KeyPurpose, Keyring};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 32;
const CHECKSUM: usize = 6;

/// The kinds of bearer secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    LiveKey,
    TestKey,
    /// The value of the session cookie.
    Session,
    /// The link that makes the first administrator.
    Setup,
    /// The link to join an organisation.
    Invitation,
    /// The link that proves an address.
    EmailVerification,
    /// The link to choose a new password.
    PasswordReset,
    /// The ticket that opens a socket.
    SocketTicket,
    /// The link that lets the owner of an account in while others guess.
    Unlock,
}

impl SecretKind {
    const ALL: [Self; 9] = [
        Self::LiveKey,
        Self::TestKey,
        Self::Session,
        Self::Setup,
        Self::Invitation,
        Self::EmailVerification,
        Self::PasswordReset,
        Self::SocketTicket,
        Self::Unlock,
    ];

    /// What such a secret starts with. These never change: scanners know them.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::LiveKey => "osk_live_",
            Self::TestKey => "osk_test_",
            Self::Session => "oss_",
            Self::Setup => "osu_",
            Self::Invitation => "osi_",
            Self::EmailVerification => "osv_",
            Self::PasswordReset => "osp_",
            Self::SocketTicket => "ost_",
            Self::Unlock => "osl_",
        }
    }

    const fn purpose(self) -> KeyPurpose {
        match self {
            Self::LiveKey | Self::TestKey => KeyPurpose::ApiKey,
            Self::Session => KeyPurpose::Session,
            Self::Setup => KeyPurpose::Setup,
            Self::Invitation => KeyPurpose::Invitation,
            Self::EmailVerification => KeyPurpose::EmailVerification,
            Self::PasswordReset => KeyPurpose::PasswordReset,
            Self::SocketTicket => KeyPurpose::SocketTicket,
            Self::Unlock => KeyPurpose::Unlock,
        }
    }
}

/// A secret in the clear. It cannot be printed by accident and is wiped when dropped.
pub struct Secret {
    kind: SecretKind,
    text: Zeroizing<String>,
}

impl Secret {
    /// A new one from the operating system's random numbers.
    pub fn generate(kind: SecretKind) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(kind.prefix().len() + RANDOM + CHECKSUM));
        text.push_str(kind.prefix());
        text.push_str(&random_base62(RANDOM));
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self { kind, text }
    }

    /// Reads a secret's text; `None` if it cannot be one (prefix, length, alphabet or checksum).
    pub fn parse(text: &str) -> Option<Self> {
        let kind = SecretKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))?;
        let body = &text[kind.prefix().len()..];
        if body.len() != RANDOM + CHECKSUM || !has_checksum(text) {
            return None;
        }
        Some(Self { kind, text: Zeroizing::new(text.to_owned()) })
    }

    /// What it is for.
    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    /// What is stored of it from now on.
    pub fn digest(&self, keyring: &Keyring) -> Digest {
        Digest(keyring.mac(self.kind.purpose(), &[&Sha256::digest(self.text.as_bytes())]))
    }

    /// What may be stored of it, to look it up by: its digest under each accepted master secret.
    pub fn digests(&self, keyring: &Keyring) -> Vec<Vec<u8>> {
        let parts: [&[u8]; 1] = [&Sha256::digest(self.text.as_bytes())];
        keyring.macs(self.kind.purpose(), &parts).map(|digest| digest.to_vec()).collect()
    }

    /// How people recognise it later: prefix, first four, last four.
    pub fn hint(&self) -> String {
        let body = &self.text[self.kind.prefix().len()..];
        format!("{}{}…{}", self.kind.prefix(), &body[..4], &body[body.len() - 4..])
    }

    /// The secret itself, for the one place that hands it out.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret({}…)", self.kind.prefix())
    }
}

/// A secret in the one answer that shows it.
#[derive(Debug)]
pub struct ShownOnce(pub Secret);

impl Serialize for ShownOnce {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.reveal())
    }
}

/// What the database keeps of a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// As a column's value.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Digest(…)")
    }
}

/// Random characters of base62, each of the 62 equally likely.
pub fn random_base62(length: usize) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(length));
    while text.len() < length {
        let byte = random_bytes::<1>()[0];
        // 248 = 4 × 62: what lies above would favour the first eight characters.
        if byte < 248 {
            text.push(char::from(BASE62[usize::from(byte % 62)]));
        }
    }
    text
}

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has none to give: there is no safe way on.
#[expect(clippy::expect_used, reason = "without randomness there is no safe way on")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("the operating system's random numbers");
    bytes
}

/// `number` in base62, filled up with zeros to `width`.
pub fn base62(mut number: u128, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[usize::try_from(number % 62).unwrap_or(0)];
        number /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// The number that a base62 text stands for; `None` on a foreign character or more than 128 bits.
pub fn from_base62(text: &str) -> Option<u128> {
    text.bytes().try_fold(0_u128, |number, digit| {
        let value = BASE62.iter().position(|known| *known == digit)?;
        number.checked_mul(62)?.checked_add(u128::try_from(value).ok()?)
    })
}

/// The CRC-32 of a text as six characters of base62.
pub fn checksum(text: &str) -> String {
    base62(crc32fast::hash(text.as_bytes()).into(), CHECKSUM)
}

/// Whether a text is of base62 behind its prefix and ends in the checksum of what stands before.
pub fn has_checksum(text: &str) -> bool {
    text.is_ascii() && text.len() > CHECKSUM && {
        let (body, tail) = text.split_at(text.len() - CHECKSUM);
        body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && checksum(body) == tail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_any_changed_character_does_not() {
        for kind in SecretKind::ALL {
            let secret = Secret::generate(kind);
            let text = secret.reveal().to_owned();
            assert_eq!(text.len(), kind.prefix().len() + 38);
            assert_eq!(Secret::parse(&text).map(|secret| secret.kind()), Some(kind));
            for place in 0..text.len() {
                let mut changed = text.clone().into_bytes();
                changed[place] = if changed[place] == b'a' { b'b' } else { b'a' };
                assert!(Secret::parse(std::str::from_utf8(&changed).unwrap()).is_none(), "place {place}");
            }
            assert!(Secret::parse(&text[..text.len() - 1]).is_none());
            assert!(Secret::parse(&format!("{text}0")).is_none());
        }
        assert!(Secret::parse("osk_live_äöü").is_none());
        assert!(Secret::parse("").is_none());
    }

    #[test]
    fn nothing_of_a_secret_is_printed() {
        let secret = Secret::generate(SecretKind::LiveKey);
        assert_eq!(format!("{secret:?}"), "Secret(osk_live_…)");
    }

    #[test]
    fn base62_keeps_numbers() {
        for number in [0, 1, 61, 62, u128::from(u64::MAX), u128::MAX] {
            assert_eq!(from_base62(&base62(number, 22)), Some(number));
        }
        assert_eq!(from_base62("zzzzzzzzzzzzzzzzzzzzzz"), None, "more than 128 bits");
    }
}
