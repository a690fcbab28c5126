//! A request that came with an `Idempotency-Key`, and its answer.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;
use crate::id::{OrganisationId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// A digest under a key: of the caller and the `Idempotency-Key`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: Vec<u8>,
    /// A digest under a key: of the `Idempotency-Key`, method, path, query and body.
    pub request: Vec<u8>,
    /// Who may write the answer: the request that runs.
    pub claim: Uuid,
    /// Encrypted under a key that the row does not have; null while the request runs.
    pub answer: Option<Vec<u8>>,
    /// Whom the answer tells of, if it is a user.
    pub user_id: Option<UserId>,
    /// The organisation of the path.
    pub organisation_id: Option<OrganisationId>,
    pub created_at: Timestamp,
    /// When the row is ignored: after the lease while the request runs, a day later once it has its answer.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The row with one of these digests.
    pub fn by_digests(digests: Vec<Vec<u8>>) -> Select<Self> {
        Self::find().filter(Column::Digest.is_in(digests))
    }
}
