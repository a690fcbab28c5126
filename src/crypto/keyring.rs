//! The keys that are derived from a master secret: one per purpose, so that a row of one purpose
//! can never answer for another (HKDF-SHA-256, RFC 5869).
//!
//! While the master secret is rotated there are two sets of keys. The current one writes; both are accepted.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a key is derived for. The texts are part of the stored format.
#[derive(Clone, Copy, Debug)]
pub enum KeyPurpose {
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
    /// Where pages of lists end.
    Cursor,
    /// Requests that may be repeated.
    Idempotency,
    /// What the keys of their answers are derived from.
    KeptAnswer,
}

const PURPOSES: [(&str, usize); 17] = [
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
    ("cursor", 14),
    ("idempotency", 15),
    ("kept-answer", 16),
];

/// How many bytes of a master secret's check are its key id.
const KEY_ID: usize = 8;

/// Tells which master secret a digest or a ciphertext was made under. It is derived from the secret and is no secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; KEY_ID]);

impl KeyId {
    /// As a column's value.
    pub fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl AsRef<[u8]> for KeyId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl std::fmt::Debug for KeyId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "KeyId({self})")
    }
}

/// The keys of the current master secret, and of the one before it while that is still accepted.
pub struct Keyring {
    current: Keys,
    previous: Option<Keys>,
}

/// The keys that are derived from one master secret.
struct Keys {
    id: KeyId,
    macs: [Zeroizing<[u8; 32]>; PURPOSES.len()],
    at_rest: RandomizedNonceKey,
}

impl Keys {
    /// # Panics
    /// Never: the lengths are fixed.
    #[expect(clippy::expect_used, reason = "the lengths are fixed")]
    fn new(master: &[u8]) -> Self {
        let root = Hkdf::<Sha256>::new(Some(b"oskar"), master);
        let derive = |label: &str| {
            let mut key = Zeroizing::new([0; 32]);
            root.expand(label.as_bytes(), key.as_mut()).expect("32 bytes are few enough");
            key
        };
        let at_rest = derive("at-rest");
        let mut keys = Self {
            id: KeyId([0; KEY_ID]),
            macs: PURPOSES.map(|(label, _)| derive(label)),
            at_rest: RandomizedNonceKey::new(&AES_256_GCM, at_rest.as_ref())
                .expect("32 bytes are the key's length"),
        };
        let check = keys.check();
        keys.id.0.copy_from_slice(&check[..KEY_ID]);
        keys
    }

    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self, purpose: KeyPurpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.macs[purpose as usize].as_ref()).expect("any length");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn check(&self) -> [u8; 32] {
        self.mac(KeyPurpose::Check, &[b"oskar"])
    }

    /// A key that takes more than the master secret to derive.
    fn derived(&self, purpose: KeyPurpose, from: &[u8]) -> Option<RandomizedNonceKey> {
        let mut key = Zeroizing::new([0; 32]);
        let salt: &[u8] = self.macs[purpose as usize].as_ref();
        Hkdf::<Sha256>::new(Some(salt), from).expand(b"aes-256-gcm", key.as_mut()).ok()?;
        RandomizedNonceKey::new(&AES_256_GCM, key.as_ref()).ok()
    }
}

fn seal(key: &RandomizedNonceKey, row: &str, plain: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = plain.to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(row.as_bytes()), &mut sealed).ok()?;
    sealed.extend_from_slice(nonce.as_ref());
    Some(sealed)
}

fn open(key: &RandomizedNonceKey, row: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (body, nonce) = sealed.split_at_checked(sealed.len().checked_sub(12)?)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut plain = Zeroizing::new(body.to_vec());
    let length = key.open_in_place(nonce, Aad::from(row.as_bytes()), &mut plain).ok()?.len();
    plain.truncate(length);
    Some(plain)
}

impl Keyring {
    /// Derives all keys from the master secret, of any length; its owner checks that it is long enough.
    pub fn new(master: &[u8]) -> Self {
        Self { current: Keys::new(master), previous: None }
    }

    /// Accepts what was made under another master secret, too.
    #[must_use]
    pub fn accepting(self, previous: &[u8]) -> Self {
        Self { previous: Some(Keys::new(previous)), ..self }
    }

    fn all(&self) -> impl Iterator<Item = &Keys> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// The key id of the current master secret, stored beside all that is made under it.
    pub fn key_id(&self) -> KeyId {
        self.current.id
    }

    /// The key id of the other master secret that is accepted.
    pub fn previous_key_id(&self) -> Option<KeyId> {
        self.previous.as_ref().map(|keys| keys.id)
    }

    /// What the installation's row holds of the current master secret, to tell a wrong one at start. The key id is its
    /// beginning: the migration that introduced key ids reads it from there.
    pub fn check(&self) -> Vec<u8> {
        self.current.check().to_vec()
    }

    /// Whether the installation's row was written under one of the accepted master secrets.
    pub fn accepts_check(&self, check: &[u8]) -> bool {
        self.all().any(|keys| keys.check() == check)
    }

    /// HMAC-SHA-256 under the current key of that purpose: for what is written.
    pub fn mac(&self, purpose: KeyPurpose, parts: &[&[u8]]) -> [u8; 32] {
        self.current.mac(purpose, parts)
    }

    /// HMAC-SHA-256 under each accepted key of that purpose, the current one first: for what is looked up or verified.
    pub fn macs(&self, purpose: KeyPurpose, parts: &[&[u8]]) -> impl Iterator<Item = [u8; 32]> {
        self.all().map(move |keys| keys.mac(purpose, parts))
    }

    /// Encrypts what must be read back later under the current key, bound to the row it belongs to.
    pub fn seal(&self, row: &str, plain: &[u8]) -> Option<Vec<u8>> {
        seal(&self.current.at_rest, row, plain)
    }

    /// Decrypts it; `None` if it was made under a secret that is not accepted, for another row, or was changed.
    pub fn open(&self, row: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.all().find_map(|keys| open(&keys.at_rest, row, sealed))
    }

    /// Encrypts what is to be read back by those alone who know what the key is derived from besides the current master
    /// secret.
    pub fn seal_for(&self, purpose: KeyPurpose, from: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        seal(&self.current.derived(purpose, from)?, "", plain)
    }

    /// Decrypts it; `None` if it was made under a secret that is not accepted, from something else, or was changed.
    pub fn open_for(&self, purpose: KeyPurpose, from: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.all().find_map(|keys| open(&keys.derived(purpose, from)?, "", sealed))
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
    fn what_was_sealed_for_something_opens_only_for_it() {
        let keyring = Keyring::new(&[7; 32]);
        let sealed = keyring.seal_for(KeyPurpose::KeptAnswer, b"this", b"plain").unwrap();
        let open = |keyring: &Keyring, purpose, from: &[u8]| {
            keyring.open_for(purpose, from, &sealed).map(|plain| plain.to_vec())
        };
        assert_eq!(open(&keyring, KeyPurpose::KeptAnswer, b"this").unwrap(), b"plain");
        assert_eq!(open(&keyring, KeyPurpose::KeptAnswer, b"that"), None);
        assert_eq!(open(&keyring, KeyPurpose::Idempotency, b"this"), None);
        assert_eq!(open(&Keyring::new(&[8; 32]), KeyPurpose::KeptAnswer, b"this"), None);
        let rotated = Keyring::new(&[8; 32]).accepting(&[7; 32]);
        assert_eq!(open(&rotated, KeyPurpose::KeptAnswer, b"this").unwrap(), b"plain");
        assert_eq!(keyring.open("", &sealed), None);
    }

    #[test]
    fn what_the_previous_secret_made_is_accepted_and_not_made_any_more() {
        let (old, new) = (Keyring::new(&[7; 32]), Keyring::new(&[8; 32]));
        let both = Keyring::new(&[8; 32]).accepting(&[7; 32]);
        assert_eq!((both.key_id(), both.previous_key_id()), (new.key_id(), Some(old.key_id())));
        assert!(both.accepts_check(&old.check()) && both.accepts_check(&new.check()));
        assert!(!new.accepts_check(&old.check()));
        let mac = |keyring: &Keyring| keyring.mac(KeyPurpose::ApiKey, &[b"x"]);
        assert_eq!(mac(&both), mac(&new));
        assert_eq!(both.macs(KeyPurpose::ApiKey, &[b"x"]).collect::<Vec<_>>(), [mac(&new), mac(&old)]);
        assert!(both.open("row", &old.seal("row", b"plain").unwrap()).is_some());
        assert!(old.open("row", &both.seal("row", b"plain").unwrap()).is_none());
        assert_eq!(new.check()[..KEY_ID], new.key_id().to_vec());
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let keyring = Keyring::new(&[7; 32]);
        let all = [
            KeyPurpose::ApiKey,
            KeyPurpose::Session,
            KeyPurpose::Setup,
            KeyPurpose::Refresh,
            KeyPurpose::Invitation,
            KeyPurpose::EmailVerification,
            KeyPurpose::PasswordReset,
            KeyPurpose::SocketTicket,
            KeyPurpose::Device,
            KeyPurpose::Attempt,
            KeyPurpose::Check,
            KeyPurpose::Basic,
            KeyPurpose::Unlock,
            KeyPurpose::KnownNetwork,
            KeyPurpose::Cursor,
        ];
        for (place, purpose) in all.into_iter().enumerate() {
            assert_eq!(PURPOSES[purpose as usize].1, place);
            for other in all.into_iter().skip(place + 1) {
                assert_ne!(keyring.mac(purpose, &[b"x"]), keyring.mac(other, &[b"x"]));
            }
        }
    }
}
