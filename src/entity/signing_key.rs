//! A key that signs tokens.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// The `kid`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(64))")]
    pub id: String,
    #[sea_orm(column_type = "String(StringLen::N(8))", unique_key = "signing_key_generation")]
    pub algorithm: String,
    /// Counts the rotations of one algorithm; unique with it, so that two nodes cannot rotate at once.
    #[sea_orm(unique_key = "signing_key_generation")]
    pub generation: i32,
    /// Encrypted.
    pub private_key: Vec<u8>,
    pub signs_from: Timestamp,
    pub retires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The key id of the master secret that the private key is encrypted under.
    pub key_id: Option<Vec<u8>>,
    /// The longest lifetime of the tokens that it may have signed, in seconds. `None`: it is older than this note.
    pub token_lifetime: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
