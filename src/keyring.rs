//! The keys that are derived from the master secret: one per purpose, so that a row of one purpose
//! can never answer for another (HKDF-SHA-256, RFC 5869).

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a key is derived for. The texts are part of the stored format.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    ApiKey,
    Session,
    Setup,
    Refresh,
    Invitation,
    EmailVerification,
    PasswordReset,
    SocketTicket,
    /// Devices that a user has signed in on.
    Device,
    /// Whose wrong guesses a row counts.
    Attempt,
    /// Tells whether a database was written under this master secret.
    Check,
    /// Passwords that were right a moment ago.
    Basic,
    /// Links that let the owner of an account in while others guess.
    Unlock,
    /// Networks that an account signs in from.
    KnownNetwork,
}

const PURPOSES: [(&str, usize); 14] = [
    ("api-key", 0),
    ("session", 1),
    ("setup", 2),
    ("refresh", 3),
    ("invitation", 4),
    ("email-verification", 5),
    ("password-reset", 6),
    ("socket-ticket", 7),
    ("device", 8),
    ("attempt", 9),
    ("secret-check", 10),
    ("basic", 11),
    ("unlock", 12),
    ("known-network", 13),
];

/// The derived keys.
pub struct Keyring {
    macs: [Zeroizing<[u8; 32]>; PURPOSES.len()],
    at_rest: RandomizedNonceKey,
}

impl Keyring {
    /// Derives all keys from the master secret, of any length; its owner checks that it is long enough.
    ///
    /// # Panics
    /// Never: the lengths are fixed.
    #[expect(clippy::expect_used, reason = "the lengths are fixed")]
    pub fn new(master: &[u8]) -> Self {
        let root = Hkdf::<Sha256>::new(Some(b"oskar"), master);
        let derive = |label: &str| {
            let mut key = Zeroizing::new([0; 32]);
            root.expand(label.as_bytes(), key.as_mut()).expect("32 bytes are few enough");
            key
        };
        let at_rest = derive("at-rest");
        Self {
            macs: PURPOSES.map(|(label, _)| derive(label)),
            at_rest: RandomizedNonceKey::new(&AES_256_GCM, at_rest.as_ref())
                .expect("32 bytes are the key's length"),
        }
    }

    /// HMAC-SHA-256 under that purpose's key.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.macs[purpose as usize].as_ref()).expect("any length");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Encrypts what must be read back later, bound to the row it belongs to.
    pub fn seal(&self, row: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = plain.to_vec();
        let nonce = self.at_rest.seal_in_place_append_tag(Aad::from(row.as_bytes()), &mut sealed).ok()?;
        sealed.extend_from_slice(nonce.as_ref());
        Some(sealed)
    }

    /// Decrypts it; `None` if it was made under another secret, for another row, or was changed.
    pub fn open(&self, row: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (body, nonce) = sealed.split_at_checked(sealed.len().checked_sub(12)?)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = Zeroizing::new(body.to_vec());
        let length = self.at_rest.open_in_place(nonce, Aad::from(row.as_bytes()), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Keyring(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_only_for_its_row_and_secret() {
        let keyring = Keyring::new(&[7; 32]);
        let sealed = keyring.seal("row", b"plain").unwrap();
        assert_eq!(keyring.open("row", &sealed).unwrap().as_slice(), b"plain");
        assert!(keyring.open("other", &sealed).is_none());
        assert!(Keyring::new(&[8; 32]).open("row", &sealed).is_none());
        assert!(keyring.open("row", &sealed[1..]).is_none());
        assert!(keyring.open("row", b"short").is_none());
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let keyring = Keyring::new(&[7; 32]);
        let all = [
            Purpose::ApiKey,
            Purpose::Session,
            Purpose::Setup,
            Purpose::Refresh,
            Purpose::Invitation,
            Purpose::EmailVerification,
            Purpose::PasswordReset,
            Purpose::SocketTicket,
            Purpose::Device,
            Purpose::Attempt,
            Purpose::Check,
            Purpose::Basic,
            Purpose::Unlock,
            Purpose::KnownNetwork,
        ];
        for (place, purpose) in all.into_iter().enumerate() {
            assert_eq!(PURPOSES[purpose as usize].1, place);
            for other in all.into_iter().skip(place + 1) {
                assert_ne!(keyring.mac(purpose, &[b"x"]), keyring.mac(other, &[b"x"]));
            }
        }
    }
}
