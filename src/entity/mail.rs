//! A mail: to whom, and what it tells. It holds names and ids, never a secret. Whether it is out says its row of
//! `delivery`, which has the same id.

use sea_orm::entity::prelude::*;

use super::delivery;
use crate::clock::Timestamp;
use crate::id::{DeliveryId, MailId, OrganisationId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    /// A `domain::mail::MailKind`, as text: another version's can be listed, too.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub kind: String,
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub recipient: String,
    /// The members of that kind's `domain::mail::Mail`.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    /// The client's address, or who invites: for the caps on mails that people ask for.
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub requested_from: Option<String>,
    /// Of invitations: the organisation's, for its cap.
    pub organisation_id: Option<OrganisationId>,
    pub created_at: Timestamp,
    #[sea_orm(belongs_to, from = "id", to = "id")]
    pub delivery: BelongsTo<delivery::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<MailId> for DeliveryId {
    fn from(mail: MailId) -> Self {
        Self(mail.0)
    }
}

impl From<DeliveryId> for MailId {
    fn from(delivery: DeliveryId) -> Self {
        Self(delivery.0)
    }
}
