//! Organisations, and a user's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryTrait as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Page, PageRequest};
use crate::entity::{membership, organisation};
use crate::error::Error;
use crate::id::{OrganisationId, UserId};
use crate::permission::Role;

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
    /// What the integrator's own system calls it.
    #[schema(example = "customer-4711")]
    pub external_id: Option<String>,
    /// Of the integrator's own system.
    pub metadata: BTreeMap<String, String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<&organisation::Model> for Organisation {
    fn from(organisation: &organisation::Model) -> Self {
        let summary = organisation.into();
        Self {
            summary,
            external_id: organisation.external_id.clone(),
            metadata: super::metadata(organisation.metadata.clone()),
            created_at: organisation.created_at,
            updated_at: organisation.updated_at,
        }
    }
}

/// One of the user's organisations.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyOrganisation {
    #[serde(flatten)]
    pub organisation: Organisation,
    pub role: Role,
    /// Shown on pages only: in the API, members have it.
    #[serde(skip)]
    pub joined_at: DateTime<Utc>,
}

/// One of the caller's organisations.
#[derive(Debug, Serialize, ToSchema)]
pub struct Membership {
    pub organisation: OrganisationSummary,
    pub role: Role,
}

/// A user's organisations, in the order in which they were made; or the one that the integrator's own system calls so.
pub async fn of_user(
    db: &impl ConnectionTrait,
    user: UserId,
    external_id: Option<&str>,
    request: &PageRequest<OrganisationId>,
) -> Result<Page<MyOrganisation>, Error> {
    let mine = organisation::Entity::with_member(user)
        .apply_if(external_id, |select, id| select.filter(organisation::COLUMN.external_id.eq(id)));
    let select = request.by_id(mine, organisation::Column::Id);
    let rows = select.all(db).await?;
    let rows = rows.into_iter().filter_map(|(row, membership)| Some((row, membership?))).collect();
    let show = |(row, membership): (organisation::Model, membership::Model)| MyOrganisation {
        organisation: (&row).into(),
        role: membership.role,
        joined_at: membership.created_at,
    };
    Ok(request.page(rows, |(row, _)| row.id).map(show))
}

/// All of a user's organisations in a few words, oldest first.
pub async fn memberships(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Membership>, Error> {
    let rows = with_roles(organisation::Entity::of_user(user).all(db).await?);
    let shown = rows.iter().map(|(row, role)| Membership { organisation: row.into(), role: *role });
    Ok(shown.collect())
}

fn with_roles(
    rows: Vec<(organisation::Model, Option<membership::Model>)>,
) -> Vec<(organisation::Model, Role)> {
    rows.into_iter().filter_map(|(row, membership)| Some((row, membership?.role))).collect()
}

/// The organisations of the installation: for operators.
pub async fn list(
    db: &impl ConnectionTrait,
    request: &PageRequest<OrganisationId>,
) -> Result<Page<Organisation>, Error> {
    let rows = request.by_id(organisation::Entity::find(), organisation::Column::Id).all(db).await?;
    Ok(request.page(rows, |row| row.id).map(|row| Organisation::from(&row)))
}
