//! Another issuer's token that was used.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "spent_issuer_token")]
pub struct Model {
    /// SHA-256 of what is signed: header and payload. Not of the signature, of which there may be several that are
    /// good for the same token. No key is needed: the digest gives no signature away.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: Vec<u8>,
    /// When no node takes the token any more.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
