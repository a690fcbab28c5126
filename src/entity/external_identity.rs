//! Who a user is at another issuer: its name for them, which it never gives to another user.

use sea_orm::entity::prelude::*;

use super::user;
use crate::clock::Timestamp;
use crate::id::UserId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(500))")]
    pub issuer: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(255))")]
    pub subject: String,
    pub user_id: UserId,
    pub created_at: Timestamp,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// All users whom that issuer has ever signed in.
    pub fn of_issuer(issuer: &str) -> Select<Self> {
        Self::find().filter(COLUMN.issuer.eq(issuer))
    }

    /// Who a user is, at all issuers.
    pub fn of_user(user: UserId) -> Select<Self> {
        Self::find().filter(COLUMN.user_id.eq(user))
    }
}
