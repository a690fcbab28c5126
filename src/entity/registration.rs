//! An account that its owner made and whose address is not proven yet. The row is deleted with the proof.

use sea_orm::entity::prelude::*;

use super::user;
use crate::clock::Timestamp;
use crate::id::UserId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The username that the account gets with the proof. Until then others may take it.
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub username: Option<String>,
    /// The name of the organisation that is made with the proof.
    #[sea_orm(column_type = "String(StringLen::N(200))", nullable)]
    pub organisation: Option<String>,
    /// The account's last use by HTTP Basic, which no session tells of.
    pub seen_at: Timestamp,
    pub created_at: Timestamp,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
