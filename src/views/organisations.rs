//! Organisations, and a user's.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait as _};
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
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<&organisation::Model> for Organisation {
    fn from(organisation: &organisation::Model) -> Self {
        let summary = organisation.into();
        Self { summary, created_at: organisation.created_at, updated_at: organisation.updated_at }
    }
}

/// One of the user's organisations.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyOrganisation {
    #[serde(flatten)]
    pub organisation: Organisation,
    pub role: Role,
}

/// One of the caller's organisations.
#[derive(Debug, Serialize, ToSchema)]
pub struct Membership {
    pub organisation: OrganisationSummary,
    pub role: Role,
}

/// A user's organisations, in the order in which they were made.
pub async fn of_user(
    db: &impl ConnectionTrait,
    user: UserId,
    request: &PageRequest<OrganisationId>,
) -> Result<Page<MyOrganisation>, Error> {
    let select = request.by_id(organisation::Entity::with_member(user), organisation::Column::Id);
    let rows = with_roles(select.all(db).await?);
    let show = |(row, role): (organisation::Model, _)| MyOrganisation { organisation: (&row).into(), role };
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
