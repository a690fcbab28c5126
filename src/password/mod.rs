//! Passwords: what is accepted as one, and hashing in a bounded pool (argon2id, RFC 9106).
//!
//! A password is *proposed* (it has a length), and *new* once [`Hasher::accept`] has judged it in its [`Context`]:
//! only new ones are hashed, so no door can forget to ask. One that is *presented* is only compared.

mod blocklist;
mod hasher;
mod imported;
mod normal;
mod patterns;
mod policy;
pub mod refusal;
mod stored;
mod strength;

use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

pub use hasher::{Cost, Hasher, PRODUCTION};
pub use imported::{FirebaseParameters, ImportedHash};
pub use policy::{Context, Reason};
pub use refusal::PasswordRefusal;
pub use stored::Unusable;
pub use strength::Strength;

/// In characters, which are Unicode code points (NIST SP 800-63B section 5.1.1.2, and JSON Schema's `minLength`).
pub const SHORTEST: usize = 12;
pub const LONGEST: usize = 256;
/// Of passwords that were chosen under other rules, such as those of imported users.
const LONGEST_PRESENTED: usize = 1024;
const RANDOM_PASSWORD: usize = 24;

macro_rules! passwords {
    ($($(#[$doc:meta])* $name:ident, $check:expr, $message:literal;)*) => {$(
        #[derive(Clone, Deserialize, ToSchema)]
        $(#[$doc])*
        #[serde(try_from = "String")]
        pub struct $name(Zeroizing<String>);

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                let text = Zeroizing::new(text);
                let check: fn(usize) -> bool = $check;
                if check(text.chars().count()) { Ok(Self(text)) } else { Err($message.to_owned()) }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

passwords! {
    /// A new password: 12 to 256 characters, and none of those that are tried first.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256, example = "correct horse battery staple")]
    ProposedPassword, |length| (SHORTEST..=LONGEST).contains(&length), "a password has 12 to 256 characters";
    /// A password to be compared, whatever the rules were when it was chosen.
    #[schema(value_type = String, format = Password, max_length = 1024, example = "correct horse battery staple")]
    PresentedPassword, |length| length <= LONGEST_PRESENTED, "no password is longer than 1024 characters";
}

/// What speaks against a proposed password at first sight, where other input is refused in any case: how strong it is, is not
/// measured. To accept one takes [`Hasher::accept`].
pub fn complaints(password: &ProposedPassword, context: &Context) -> Vec<Reason> {
    policy::judge(&normal::normal(&password.0), context)
}

/// A password in its normal form that was judged and found good, in its context. Only [`Hasher::accept`] makes one of a proposed one.
#[derive(Clone)]
pub struct NewPassword(Zeroizing<String>);

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("NewPassword(…)")
    }
}

impl NewPassword {
    /// A random one, for users made on the command line: 24 characters, 142 bits.
    pub fn generate() -> (Self, Zeroizing<String>) {
        let text = crate::crypto::secret::random_base62(RANDOM_PASSWORD);
        (Self(text.clone()), text)
    }
}

impl PresentedPassword {
    /// For digests of it; never to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<PresentedPassword> for ProposedPassword {
    type Error = String;
    fn try_from(presented: PresentedPassword) -> Result<Self, String> {
        presented.0.as_str().to_owned().try_into()
    }
}

impl From<ProposedPassword> for PresentedPassword {
    fn from(proposed: ProposedPassword) -> Self {
        Self(proposed.0)
    }
}
