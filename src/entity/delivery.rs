//! Deliveries, one row each. What is delivered is a row with the same id in the table of the channel.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::DeliveryId;

/// What is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Channel {
    /// A row of `mail`.
    Mail,
}

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryState, description = "How far a mail has come.")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(8))", rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting for its first or next attempt.
    Pending,
    /// Taken by the other side.
    Sent,
    /// There was no recipient.
    Dropped,
    /// Given up: after a day, or because another attempt would end the same.
    Dead,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    pub channel: Channel,
    pub state: DeliveryState,
    pub attempts: i32,
    /// Not before; while an attempt is under way, when another node may take over.
    pub due_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// Since when it is tried: an operator who tries a dead one again sets it anew.
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
