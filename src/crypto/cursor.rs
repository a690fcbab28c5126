//! Cursors: where a page of a list ended, under a MAC that also holds which list it is, whose, in which order and under
//! which filters. So a cursor is good for going on with its own list and for nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use super::keyring::{KeyPurpose, Keyring};

/// Half of a MAC is enough against guesses that each cost a request.
const MAC: usize = 16;

/// The cursor of that place in that list.
pub fn sign(keyring: &Keyring, list: &[u8], place: &[u8]) -> String {
    // With the length of the first, so that no other two are the same together.
    let length = (list.len() as u64).to_be_bytes();
    let mac = keyring.mac(KeyPurpose::Cursor, &[&length, list, place]);
    URL_SAFE_NO_PAD.encode([&mac[..MAC], place].concat())
}

/// The place that a cursor tells of; `None` unless this installation made it for that list. One that was made under the
/// master secret before the current one is good as long as that is accepted.
pub fn verify(keyring: &Keyring, list: &[u8], text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (presented, place) = bytes.split_at_checked(MAC)?;
    let length = (list.len() as u64).to_be_bytes();
    let parts = [&length[..], list, place];
    let mut macs = keyring.macs(KeyPurpose::Cursor, &parts);
    macs.any(|mac| bool::from(mac[..MAC].ct_eq(presented))).then(|| place.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_list_goes_on_at_a_cursor() {
        let keyring = Keyring::new(&[1; 32]);
        let text = sign(&keyring, b"[\"keys\"]", b"place");
        assert_eq!(verify(&keyring, b"[\"keys\"]", &text).as_deref(), Some(&b"place"[..]));
        assert_eq!(verify(&keyring, b"[\"members\"]", &text), None);
        assert_eq!(verify(&Keyring::new(&[2; 32]), b"[\"keys\"]", &text), None);
        let rotated = Keyring::new(&[2; 32]).accepting(&[1; 32]);
        assert!(verify(&rotated, b"[\"keys\"]", &text).is_some());
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let mut changed = text.clone();
            changed.replace_range(at..=at, other);
            assert_eq!(verify(&keyring, b"[\"keys\"]", &changed), None, "{changed}");
        }
        for bad in ["", "AA", &format!("{text}="), &format!("{text}AAAA"), "key_01k9r2m6z8f3t9v4q7x0c5b1hd"] {
            assert_eq!(verify(&keyring, b"[\"keys\"]", bad), None, "{bad}");
        }
    }
}
