//! Identifiers: UUIDv7 inside, `TypeID` texts outside (`user_01k…`), one Rust type per kind.
//!
//! The text is the prefix, `_`, and 26 characters of Crockford's base32 over the 128 bits
//! (TypeID specification 0.3). They sort by the time they were made.

use std::borrow::Cow;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

fn encode(prefix: &str, id: Uuid) -> String {
    let bits = id.as_u128();
    let mut text = String::with_capacity(prefix.len() + 1 + LENGTH);
    text.push_str(prefix);
    text.push('_');
    for place in (0..LENGTH).rev() {
        let five_bits = (bits >> (place * 5)) & 31;
        text.push(char::from(ALPHABET[usize::try_from(five_bits).unwrap_or(0)]));
    }
    text
}

fn decode(prefix: &str, text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('_')?.as_bytes();
    // 26 × 5 = 130 bits: the first digit carries only three.
    if digits.len() != LENGTH || digits[0] > b'7' {
        return None;
    }
    digits
        .iter()
        .try_fold(0_u128, |bits, digit| {
            let value = ALPHABET.iter().position(|known| known == digit)?;
            Some((bits << 5) | u128::try_from(value).ok()?)
        })
        .map(Uuid::from_u128)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What its texts begin with.
            pub const PREFIX: &str = concat!($prefix, "_");

            /// A new one, later in order than all made before it.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&encode($prefix, self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, out)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                decode($prefix, text)
                    .map(Self)
                    .ok_or_else(|| concat!("expected an id that starts with `", $prefix, "_`").to_owned())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .examples([concat!($prefix, "_01k9r2m6z8f3t9v4q7x0c5b1hd")])
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

ids! {
    /// A user.
    UserId = "user";
    /// Something that a user proves who they are with, such as a password.
    CredentialId = "cred";
    /// An organisation.
    OrganisationId = "org";
    /// An API key; stays the same when the key is rotated.
    ApiKeyId = "key";
    /// One of an API key's secrets; never leaves the server.
    ApiKeySecretId = "ksec";
    /// A session.
    SessionId = "sess";
    /// A single-use link; never leaves the server.
    OneTimeTokenId = "once";
    /// A ticket that opens a socket; never leaves the server.
    SocketTicketId = "tick";
    /// An invitation.
    InvitationId = "inv";
    /// A mail.
    MailId = "mail";
    /// The delivery of one thing, such as a mail; never leaves the server.
    DeliveryId = "delivery";
    /// An audit event.
    AuditEventId = "evt";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_s_example_and_its_bounds() {
        // From the TypeID specification's list of valid texts.
        let id = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        assert_eq!(encode("prefix", id), "prefix_01h455vb4pex5vsknk084sn02q");
        assert_eq!(decode("prefix", "prefix_01h455vb4pex5vsknk084sn02q"), Some(id));
        assert_eq!(decode("user", "user_7zzzzzzzzzzzzzzzzzzzzzzzzz"), Some(Uuid::max()));
        for bad in [
            "user_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "user_01h455vb4pex5vsknk084sn02",
            "user_01h455vb4pex5vsknk084sn02u",
            "USER_01h455vb4pex5vsknk084sn02q",
            "org_01h455vb4pex5vsknk084sn02q",
            "user_01H455VB4PEX5VSKNK084SN02Q",
            "user_01h455vb4pex5vsknk084sn02é",
            "",
        ] {
            assert_eq!(decode("user", bad), None, "{bad}");
        }
    }
}
