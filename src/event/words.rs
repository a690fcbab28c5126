//! What events happen to, and the words in their data.

use serde::Serialize;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder};
use utoipa::openapi::{RefOr, Schema, Type};

use super::facts::Fact;
use crate::id::{ApiKeyId, InvitationId, OrganisationId, SessionId, UserId};

/// What an event happened to.
pub trait Target: Fact {
    /// Of what types it is, as `target.type` has it.
    const TYPES: &'static [&'static str];
    /// Its id.
    fn id(&self) -> String;
}

macro_rules! targets {
    ($($target:ty = $name:literal),*) => {$(
        impl Target for $target {
            const TYPES: &'static [&'static str] = &[$name];

            fn id(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

targets!(
    ApiKeyId = "api_key",
    InvitationId = "invitation",
    OrganisationId = "organisation",
    SessionId = "session",
    UserId = "user",
    // A `kid`.
    String = "signing_key"
);

/// Whose sessions ended: one, or those of a user.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Ended {
    Session(SessionId),
    User(UserId),
}

impl Fact for Ended {
    fn described() -> RefOr<Schema> {
        OneOfBuilder::new().item(SessionId::described()).item(UserId::described()).into()
    }

    fn sample(name: &str) -> Self {
        Self::Session(SessionId::sample(name))
    }
}

impl Target for Ended {
    const TYPES: &'static [&'static str] = &["session", "user"];

    fn id(&self) -> String {
        match self {
            Self::Session(id) => id.to_string(),
            Self::User(id) => id.to_string(),
        }
    }
}

/// Of what type the target of a stored event is.
pub fn type_of(target: &str) -> &'static str {
    // A `kid` is longer than the digits of an id.
    match target.split_once('_').filter(|(_, digits)| digits.len() == 26).map_or("", |(prefix, _)| prefix) {
        "user" => "user",
        "org" => "organisation",
        "key" => "api_key",
        "sess" => "session",
        "inv" => "invitation",
        _ => "signing_key",
    }
}

/// Words, of which more may come.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$of])* $variant),* }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(match self { $(Self::$variant => $word),* })
            }
        }

        impl Fact for $name {
            fn described() -> RefOr<Schema> {
                open_words(&[$($word),*]).into()
            }

            fn sample(_: &str) -> Self {
                [$(Self::$variant),*][0]
            }
        }
    )*};
}

/// A text that is one of these words, or of those that later versions add.
pub fn open_words(words: &[&str]) -> ObjectBuilder {
    let extension = ExtensionsBuilder::new().add("x-extensible-enum", words);
    ObjectBuilder::new().schema_type(Type::String).extensions(Some(extension.build()))
}

words! {
    /// Why sessions ended.
    SessionEnd {
        /// It was asked for: by their user, an admin or an operator, as the actor tells.
        Requested = "requested",
        /// The same browser signed in again.
        Replaced = "replaced",
        /// The user had no room for more.
        TooMany = "too_many",
    }
    /// Where sessions ended.
    SessionScope {
        /// One session.
        Session = "session",
        /// All of a user's sessions, or all others.
        Account = "account",
        /// A member's sessions in one organisation; elsewhere they go on.
        Organisation = "organisation",
    }
    /// Why an account was deleted.
    DeletionReason {
        /// By its owner or an operator.
        Requested = "requested",
        /// Its address was not proven in time.
        AddressNotProven = "address_not_proven",
    }
    /// Why wrong guesses do not keep the owner out any more.
    UnlockReason {
        /// An operator or a sign-in of the owner's counts them no longer.
        Requested = "requested",
        /// By the link in a mail.
        Mail = "mail",
    }
}
