//! Who is calling, as a row: with what the integrator's own system keeps of them.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde::Serialize;
use utoipa::ToSchema;

use crate::entity::{api_key, organisation, user};
use crate::error::Error;
use crate::id::{ApiKeyId, OrganisationId, UserId};

/// A user who is calling.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallingUser {
    pub id: UserId,
    #[schema(example = "ana@acme.example")]
    pub email: String,
    #[schema(example = "Ana Ruiz")]
    pub name: String,
    /// What the integrator's own system calls the user.
    #[schema(example = "customer-4711")]
    pub external_id: Option<String>,
    /// Of the integrator's own system.
    pub metadata: BTreeMap<String, String>,
}

/// A key that is calling.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallingKey {
    pub id: ApiKeyId,
    #[schema(example = "Deploy bot")]
    pub name: String,
    /// What the integrator's own system calls the key.
    #[schema(example = "worker-7")]
    pub external_id: Option<String>,
    /// Of the integrator's own system.
    pub metadata: BTreeMap<String, String>,
}

/// The organisation that a caller acts in.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallersOrganisation {
    pub id: OrganisationId,
    #[schema(example = "acme")]
    pub slug: String,
    #[schema(example = "Acme")]
    pub name: String,
    /// What the integrator's own system calls it.
    #[schema(example = "customer-4711")]
    pub external_id: Option<String>,
    /// Of the integrator's own system.
    pub metadata: BTreeMap<String, String>,
}

impl From<organisation::Model> for CallersOrganisation {
    fn from(row: organisation::Model) -> Self {
        let metadata = super::metadata(row.metadata);
        Self { id: row.id, slug: row.slug, name: row.name, external_id: row.external_id, metadata }
    }
}

/// The user whose credential was just checked.
///
/// # Errors
/// [`Error::InvalidCredential`] if the account has gone since.
pub async fn user(db: &impl ConnectionTrait, id: UserId) -> Result<CallingUser, Error> {
    let row = user::Entity::find_by_id(id).one(db).await?.ok_or(Error::InvalidCredential)?;
    let metadata = super::metadata(row.metadata);
    Ok(CallingUser { id: row.id, email: row.email, name: row.name, external_id: row.external_id, metadata })
}

/// The key whose secret was just checked.
///
/// # Errors
/// [`Error::InvalidCredential`] if it has gone since.
pub async fn key(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    id: ApiKeyId,
) -> Result<CallingKey, Error> {
    let select = api_key::Entity::in_organisation(organisation).filter(api_key::COLUMN.id.eq(id));
    let row = select.one(db).await?.ok_or(Error::InvalidCredential)?;
    let metadata = super::metadata(row.metadata);
    Ok(CallingKey { id: row.id, name: row.name, external_id: row.external_id, metadata })
}
