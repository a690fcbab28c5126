//! The values in an event: what the schema of each is, and an example of it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::PartialSchema;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat, Type};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::{ApiKeyId, AuditEventId, InvitationId, OrganisationId, SessionId, UserId};
use crate::permission::Role;

/// The ids in examples are this.
const SAMPLE: Uuid = Uuid::from_u128(0x019a_702a_1be8_78f4_9d92_e7e8_1855_862d);

/// A value in an event.
pub trait Fact: Clone + Serialize {
    /// Its schema.
    fn described() -> RefOr<Schema>;
    /// An example, for a member of that name.
    fn sample(name: &str) -> Self;
    /// Another one, which it was before.
    fn earlier(name: &str) -> Self {
        Self::sample(name)
    }
}

impl<T: Fact> Fact for Option<T> {
    fn described() -> RefOr<Schema> {
        let null = ObjectBuilder::new().schema_type(Type::Null);
        OneOfBuilder::new().item(null).item(T::described()).into()
    }

    fn sample(name: &str) -> Self {
        Some(T::sample(name))
    }

    fn earlier(_: &str) -> Self {
        None
    }
}

impl<T: Fact> Fact for Vec<T> {
    fn described() -> RefOr<Schema> {
        ArrayBuilder::new().items(T::described()).into()
    }

    fn sample(name: &str) -> Self {
        vec![T::sample(name)]
    }
}

impl Fact for BTreeMap<String, String> {
    fn described() -> RefOr<Schema> {
        let texts = AdditionalProperties::RefOr(String::schema());
        ObjectBuilder::new().additional_properties(Some(texts)).into()
    }

    fn sample(name: &str) -> Self {
        [("plan".to_owned(), String::sample(name))].into()
    }
}

impl Fact for bool {
    fn described() -> RefOr<Schema> {
        bool::schema()
    }

    fn sample(_: &str) -> Self {
        false
    }
}

impl Fact for Timestamp {
    fn described() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }

    fn sample(_: &str) -> Self {
        Self::from_timestamp(1_769_860_800, 0).unwrap_or_default()
    }
}

impl Fact for Role {
    fn described() -> RefOr<Schema> {
        Self::schema()
    }

    fn sample(_: &str) -> Self {
        Self::Member
    }

    fn earlier(_: &str) -> Self {
        Self::Viewer
    }
}

fn text(name: &str) -> &'static str {
    match name {
        "algorithm" => "ES256",
        "code" => "invalid_login",
        "email" => "bob@acme.example",
        "environment" => "live",
        "hint" => "osk_live_…9xQf",
        "imported" => "bcrypt",
        "issuer" => "https://issuer.example",
        "method" => "DELETE",
        "name" => "Acme Ltd.",
        "network" => "203.0.113.0/24",
        "permission" => "keys:manage",
        "role" => "admin",
        "slug" => "acme-ltd",
        "username" => "ana",
        _ => "4d9b1c",
    }
}

impl Fact for String {
    fn described() -> RefOr<Schema> {
        Self::schema()
    }

    fn sample(name: &str) -> Self {
        text(name).to_owned()
    }

    fn earlier(name: &str) -> Self {
        let former = match name {
            "name" => "Acme",
            "slug" => "acme",
            _ => "7a02ee",
        };
        former.to_owned()
    }
}

impl Fact for &'static str {
    fn described() -> RefOr<Schema> {
        String::schema()
    }

    fn sample(name: &str) -> Self {
        text(name)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Fact for $number {
            fn described() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).into()
            }

            fn sample(_: &str) -> Self {
                2
            }
        }
    )*};
}

numbers!(u64, u32, i64);

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl Fact for $id {
            fn described() -> RefOr<Schema> {
                Self::schema()
            }

            fn sample(_: &str) -> Self {
                Self(SAMPLE)
            }
        }
    )*};
}

ids!(ApiKeyId, AuditEventId, InvitationId, OrganisationId, SessionId, UserId);
