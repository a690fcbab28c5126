//! Who users are at other issuers.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Page, PageRequest};
use crate::clock::Timestamp;
use crate::entity::external_identity;
use crate::error::Error;
use crate::id::UserId;

/// A user of another issuer who signs in to the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identity {
    #[schema(example = "https://login.example.com/")]
    pub issuer: String,
    /// The issuer's name for the user (`sub`).
    #[schema(example = "auth0|62a1f0")]
    pub subject: String,
    pub linked_at: DateTime<Utc>,
}

impl From<external_identity::Model> for Identity {
    fn from(row: external_identity::Model) -> Self {
        Self { issuer: row.issuer, subject: row.subject, linked_at: row.created_at }
    }
}

/// A user's, in the order in which they were linked; one an issuer at most.
pub async fn list(
    db: &impl ConnectionTrait,
    user: UserId,
    request: &PageRequest<(Timestamp, String)>,
) -> Result<Page<Identity>, Error> {
    use external_identity::Column;
    let select = external_identity::Entity::of_user(user);
    let rows = request.by_time(select, Column::CreatedAt, Column::Issuer).all(db).await?;
    Ok(request.page(rows, |row| (row.created_at, row.issuer.clone())).map(Identity::from))
}
