//! A person, in any number of organisations.

use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;

use super::metadata::Metadata;
use crate::clock::Timestamp;
use crate::id::UserId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// As it was written.
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub email: String,
    /// As it is compared.
    #[sea_orm(unique, column_type = "String(StringLen::N(320))")]
    pub email_normalised: String,
    #[sea_orm(unique, column_type = "String(StringLen::N(64))", nullable)]
    pub username: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// When the password was last set, replaced or taken away.
    pub password_changed_at: Option<Timestamp>,
    /// Sees the installation's own pages; no access to any organisation comes of it.
    pub operator: bool,
    pub email_verified_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    /// The id that the integrator's own system has for this user. No other user has the same.
    #[sea_orm(unique, column_type = "String(StringLen::N(255))", nullable)]
    pub external_id: Option<String>,
    /// Of that system, too.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Metadata>,
    /// Of an imported account the SHA-256 of the hash that it came with, or of nothing if it came without a password.
    pub imported_hash_digest: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[sea_orm(has_many)]
    pub credentials: HasMany<super::credential::Entity>,
    #[sea_orm(has_many)]
    pub sessions: HasMany<super::session::Entity>,
    #[sea_orm(has_many)]
    pub memberships: HasMany<super::membership::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The user, locked until the transaction ends: sessions start and end one after the other.
    pub fn locked(user: UserId) -> Select<Self> {
        Self::find_by_id(user).lock(LockType::NoKeyUpdate)
    }
}
