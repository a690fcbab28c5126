//! What opens an API key: one secret, or two while it is rotated.

use sea_orm::entity::prelude::*;

use super::api_key;
use crate::clock::Timestamp;
use crate::id::{ApiKeyId, ApiKeySecretId, OrganisationId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key_secret")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeySecretId,
    pub organisation_id: OrganisationId,
    pub api_key_id: ApiKeyId,
    #[sea_orm(unique)]
    pub digest: Vec<u8>,
    /// How people recognise it.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub hint: String,
    /// Expiry of a replaced secret; `None` for the current one.
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The key id of the master secret that the digest was made under.
    pub key_id: Option<Vec<u8>>,
    #[sea_orm(belongs_to, from = "(organisation_id, api_key_id)", to = "(organisation_id, id)")]
    pub api_key: BelongsTo<api_key::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The secrets of an organisation's keys.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }

    /// The secrets of all organisations' keys, for the operator, who replaces the master secret.
    pub fn of_installation() -> Select<Self> {
        Self::find()
    }

    /// The secret with one of these digests, and its key: the way in, before any organisation is known.
    pub fn by_digests(digests: Vec<Vec<u8>>) -> sea_orm::SelectTwo<Self, api_key::Entity> {
        Self::find().filter(Column::Digest.is_in(digests)).find_also_related(api_key::Entity)
    }
}
