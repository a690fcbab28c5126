//! A link that works once.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};

use crate::clock::Timestamp;
use crate::id::{OneTimeTokenId, UserId};

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum LinkPurpose {
    /// Makes the first administrator.
    Setup,
    /// Proves the address of an account.
    VerifyEmail,
    /// Proves the address that an account is to have.
    NewEmail,
    /// Chooses a new password.
    ResetPassword,
    /// Lets the owner of an account in while others guess.
    Unlock,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OneTimeTokenId,
    pub purpose: LinkPurpose,
    #[sea_orm(unique)]
    pub digest: Vec<u8>,
    pub user_id: Option<UserId>,
    /// The address that it was sent to.
    #[sea_orm(column_type = "String(StringLen::N(320))", nullable)]
    pub email: Option<String>,
    pub expires_at: Timestamp,
    pub consumed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The key id of the master secret that the digest was made under.
    pub key_id: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
