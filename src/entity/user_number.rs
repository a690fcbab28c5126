//! The number of a user, for clients of an older API that know users by numbers.

use sea_orm::entity::prelude::*;

use super::user;
use crate::id::UserId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_number")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// From 1 on, in 31 bits: every reader of JSON has a type for it.
    #[sea_orm(unique)]
    pub number: i32,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
