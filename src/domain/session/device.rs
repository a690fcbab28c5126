//! A device that a user has signed in on before: it has a budget of its own for wrong passwords, so that
//! guesses from elsewhere never lock its owner out. Nothing is stored: the text carries a MAC.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::entity::user;
use crate::id::UserId;

/// A known device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    pub user: UserId,
    pub id: Uuid,
    /// When its user signed in on it last.
    pub since: Timestamp,
}

impl Device {
    /// A device that was not known before.
    pub fn new(user: UserId, now: Timestamp) -> Self {
        Self { user, id: Uuid::from_bytes(crate::crypto::secret::random_bytes()), since: now }
    }

    /// Whether it is the user's, and was so since the password was chosen: a person who knew an earlier one has no
    /// budget of their own.
    pub fn is_of(self, user: &user::Model) -> bool {
        self.user == user.id && user.password_changed_at.is_none_or(|changed| self.since >= changed)
    }

    /// What the device is to keep.
    pub fn sign(self, keyring: &Keyring) -> String {
        let mut bytes = [self.user.0.into_bytes(), self.id.into_bytes()].concat();
        bytes.extend(self.since.timestamp_micros().to_be_bytes());
        bytes.extend(keyring.mac(KeyPurpose::Device, &[&bytes]));
        BASE64.encode(bytes)
    }

    /// Reads it again; `None` if it is not ours.
    pub fn verify(text: &str, keyring: &Keyring) -> Option<Self> {
        let bytes: [u8; 72] = BASE64.decode(text).ok()?.try_into().ok()?;
        let (named, mac) = bytes.split_at(40);
        let (user, rest) = named.split_at(16);
        let (id, since) = rest.split_at(16);
        let good = keyring.macs(KeyPurpose::Device, &[named]).any(|ours| bool::from(ours.ct_eq(mac)));
        let since = i64::from_be_bytes(since.try_into().ok()?);
        let device = Self {
            user: UserId(Uuid::from_slice(user).ok()?),
            id: Uuid::from_slice(id).ok()?,
            since: Timestamp::from_timestamp_micros(since)?,
        };
        good.then_some(device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_signed_is_a_device() {
        let keyring = Keyring::new(&[7; 32]);
        let device = Device::new(UserId::generate(), Timestamp::UNIX_EPOCH);
        let text = device.sign(&keyring);
        assert_eq!(Device::verify(&text, &keyring), Some(device));
        assert_eq!(Device::verify(&text, &Keyring::new(&[8; 32])), None);
        let other = Device { user: UserId::generate(), ..device }.sign(&keyring);
        assert_eq!(Device::verify(&format!("{}{}", &other[..40], &text[40..]), &keyring), None);
        assert_eq!(Device::verify("", &keyring), None);
    }
}
