//! How many accounts were registered from a client's network in the current hour.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registration_budget")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(64))")]
    pub network: String,
    pub taken: i32,
    /// When counting starts anew.
    pub ends_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
