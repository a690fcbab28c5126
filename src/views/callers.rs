//! Who is calling, with what the integrator's own system keeps of them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::entity::metadata::Metadata;
use crate::entity::organisation;
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

impl CallingUser {
    /// A user, and what the integrator's own system keeps of the user.
    pub fn new(
        id: UserId,
        name: String,
        email: String,
        external_id: Option<String>,
        stored: Option<Metadata>,
    ) -> Self {
        Self { id, email, name, external_id, metadata: super::metadata(stored) }
    }
}

impl CallingKey {
    /// A key, and what the integrator's own system keeps of it.
    pub fn new(id: ApiKeyId, name: String, external_id: Option<String>, stored: Option<Metadata>) -> Self {
        Self { id, name, external_id, metadata: super::metadata(stored) }
    }
}
