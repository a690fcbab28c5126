//! Refresh tokens: a session's counter under a MAC instead of a table of tokens.
//!
//! `osr_`, the session's id, the counter, the MAC and the checksum. The holder of the token with the
//! session's current counter may rotate it once; see `domain::sessions::rotate`.

use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::crypto::secret::{base62, checksum, from_base62, has_checksum};
use crate::id::SessionId;

const PREFIX: &str = "osr_";
const WIDE: usize = 22;
const COUNTER: usize = 6;

/// What a genuine refresh token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub session: SessionId,
    pub counter: u32,
}

impl RefreshToken {
    /// The one that a new session starts with.
    pub const fn first(session: SessionId) -> Self {
        Self { session, counter: 0 }
    }

    /// The text that is handed to the client.
    pub fn sign(self, keyring: &Keyring) -> String {
        let body = format!(
            "{PREFIX}{}{}{}",
            base62(self.session.0.as_u128(), WIDE),
            base62(self.counter.into(), COUNTER),
            base62(self.mac(keyring), WIDE),
        );
        let checksum = checksum(&body);
        body + &checksum
    }

    /// Reads a token back; `None` unless this installation made it.
    pub fn verify(text: &str, keyring: &Keyring) -> Option<Self> {
        let body = text.strip_prefix(PREFIX)?;
        if !has_checksum(text) || body.len() != WIDE + COUNTER + WIDE + 6 {
            return None;
        }
        let token = Self {
            session: SessionId(Uuid::from_u128(from_base62(&body[..WIDE])?)),
            counter: from_base62(&body[WIDE..WIDE + COUNTER])?.try_into().ok()?,
        };
        let presented = from_base62(&body[WIDE + COUNTER..WIDE + COUNTER + WIDE])?;
        let presented = presented.to_be_bytes();
        token.macs(keyring).any(|mac| bool::from(presented.ct_eq(&mac))).then_some(token)
    }

    /// Under the current master secret, then under the previous one.
    fn macs(self, keyring: &Keyring) -> impl Iterator<Item = [u8; 16]> {
        let counter = self.counter.to_be_bytes();
        let parts = [self.session.0.as_bytes().as_slice(), &counter];
        let macs: Vec<_> = keyring.macs(KeyPurpose::Refresh, &parts).collect();
        macs.into_iter().map(|mac| {
            let mut half = [0; 16];
            half.copy_from_slice(&mac[..16]);
            half
        })
    }

    fn mac(self, keyring: &Keyring) -> u128 {
        self.macs(keyring).next().map_or(0, u128::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_installation_s_tokens_verify() {
        let keyring = Keyring::new(&[1; 32]);
        let token = RefreshToken { session: SessionId::generate(), counter: 41 };
        let text = token.sign(&keyring);
        assert_eq!(text.len(), 60);
        assert_eq!(RefreshToken::verify(&text, &keyring), Some(token));
        assert_eq!(RefreshToken::verify(&text, &Keyring::new(&[2; 32])), None);

        // A forger who repairs the checksum still lacks the MAC.
        let next = RefreshToken { counter: 42, ..token }.sign(&keyring);
        let spliced = format!("{}{}", &next[..32], &text[32..54]);
        let spliced = format!("{spliced}{}", checksum(&spliced));
        assert!(has_checksum(&spliced));
        assert_eq!(RefreshToken::verify(&spliced, &keyring), None);
    }
}
