//! The one row about this installation itself.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;

/// The key of the only row.
pub const ONLY: i32 = 1;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "instance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Tells a wrong master secret at start.
    pub secret_check: Vec<u8>,
    /// When the first administrator was made.
    pub set_up_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// What the server was started with last: setting to value, secrets as digests.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub settings: Option<Json>,
    /// When the API key for clients of Osmedeus was made (`compat.osmedeus_key`), if it was.
    pub osmedeus_key_made_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}
