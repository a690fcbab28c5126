//! Wrong guesses at a password, from an address, at an account or on a device.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;
use crate::id::UserId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_failure")]
pub struct Model {
    /// A digest under a key: names that were tried cannot be read here.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Vec<u8>,
    /// Of devices: whose.
    pub user_id: Option<UserId>,
    /// Attempts that have not turned out right.
    pub failures: i32,
    /// When the next attempt may be made.
    pub blocked_until: Timestamp,
    /// Whether all of them were wrong; if not, some are being hashed and may yet be given back.
    pub closed: bool,
    /// When counting starts anew.
    pub forgotten_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
