//! Shapes that several resources answer with.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::entity::{organisation, user};
use crate::id::{OrganisationId, UserId};

/// A user in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserSummary {
    pub id: UserId,
    #[schema(example = "ana@acme.example")]
    pub email: String,
    #[schema(example = "Ana Ruiz")]
    pub name: String,
}

impl From<&user::Model> for UserSummary {
    fn from(user: &user::Model) -> Self {
        Self { id: user.id, email: user.email.clone(), name: user.name.clone() }
    }
}

/// An organisation in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationSummary {
    pub id: OrganisationId,
    #[schema(example = "acme")]
    pub slug: String,
    #[schema(example = "Acme")]
    pub name: String,
}

impl From<&organisation::Model> for OrganisationSummary {
    fn from(organisation: &organisation::Model) -> Self {
        Self { id: organisation.id, slug: organisation.slug.clone(), name: organisation.name.clone() }
    }
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organisation {
    #[serde(flatten)]
    pub summary: OrganisationSummary,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<&organisation::Model> for Organisation {
    fn from(organisation: &organisation::Model) -> Self {
        let summary = organisation.into();
        Self { summary, created_at: organisation.created_at, updated_at: organisation.updated_at }
    }
}
