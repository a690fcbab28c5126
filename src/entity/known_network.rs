//! Networks that an account has signed in from lately.

use sea_orm::entity::prelude::*;

use super::user;
use crate::clock::Timestamp;
use crate::id::UserId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_network")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// A digest under a key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub network: Vec<u8>,
    /// The last sign-in, up to a day late.
    pub seen_at: Timestamp,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
