//! A machine's credential; it belongs to the organisation, not to a person.

use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::metadata::Metadata;
use crate::clock::Timestamp;
use crate::crypto::secret::SecretKind;
use crate::id::{ApiKeyId, OrganisationId, UserId};
use crate::permission::Role;

/// Whether a key acts on live resources or in the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case", try_from = "String")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(8))", rename_all = "snake_case")]
#[schema(as = KeyEnvironment)]
pub enum Environment {
    /// `osk_live_…`
    Live,
    /// `osk_test_…`: reads, but changes nothing.
    Test,
}

impl TryFrom<String> for Environment {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "live" => Ok(Self::Live),
            "test" => Ok(Self::Test),
            _ => Err("this is `live` or `test`"),
        }
    }
}

impl Environment {
    /// As it is written in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// What such a key's secret looks like.
    pub const fn secret_kind(self) -> SecretKind {
        match self {
            Self::Live => SecretKind::LiveKey,
            Self::Test => SecretKind::TestKey,
        }
    }
}

/// The permissions that a key was narrowed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Narrowed(pub BTreeSet<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, unique_key = "api_key_in_organisation")]
    pub id: ApiKeyId,
    /// Unique with the id, so that the secrets can refer to both.
    #[sea_orm(unique_key = "api_key_in_organisation")]
    pub organisation_id: OrganisationId,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    pub environment: Environment,
    pub role: Role,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub permissions: Option<Narrowed>,
    pub created_by: Option<UserId>,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// In the words of the person or program that revoked it.
    #[sea_orm(column_type = "String(StringLen::N(255))", nullable)]
    pub revoked_reason: Option<String>,
    /// The id that the integrator's own system has for this key. No other key of the organisation that
    /// is not revoked has the same.
    #[sea_orm(column_type = "String(StringLen::N(255))", nullable)]
    pub external_id: Option<String>,
    /// Of that system, too.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Metadata>,
    /// A few seconds late.
    pub last_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[sea_orm(has_many)]
    pub secrets: HasMany<super::api_key_secret::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The keys of an organisation, revoked ones too.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }

    /// Of all organisations, the keys that were revoked or expired before then.
    pub fn ended_before(then: Timestamp) -> Select<Self> {
        Self::find().filter(Condition::any().add(COLUMN.revoked_at.lt(then)).add(COLUMN.expires_at.lt(then)))
    }

    /// What a user made that was not revoked, in whatever organisations.
    pub fn alive_of_creator(user: UserId) -> Select<Self> {
        Self::find().filter(COLUMN.created_by.eq(user)).filter(COLUMN.revoked_at.is_null())
    }
}

impl Model {
    /// Whether the key itself still counts; its secrets have ends of their own.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}
