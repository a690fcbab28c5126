//! A tenant.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use super::membership;
use super::metadata::Metadata;
use crate::clock::Timestamp;
use crate::id::{OrganisationId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganisationId,
    #[sea_orm(unique, column_type = "String(StringLen::N(63))")]
    pub slug: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// The id that the integrator's own system has for this organisation. No other organisation has the same.
    #[sea_orm(unique, column_type = "String(StringLen::N(255))", nullable)]
    pub external_id: Option<String>,
    /// Of that system, too.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Metadata>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[sea_orm(has_many)]
    pub memberships: HasMany<membership::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// How an organisation is named in paths, queries and bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    Id(OrganisationId),
    Slug(&'a str),
}

impl<'a> From<&'a str> for Reference<'a> {
    /// What reads as an id is one; no slug reads so.
    fn from(text: &'a str) -> Self {
        text.parse().map_or(Self::Slug(text), Self::Id)
    }
}

impl From<OrganisationId> for Reference<'_> {
    fn from(id: OrganisationId) -> Self {
        Self::Id(id)
    }
}

impl Model {
    /// Whether a reference is to this organisation.
    pub fn is_named(&self, reference: Reference<'_>) -> bool {
        match reference {
            Reference::Id(id) => self.id == id,
            Reference::Slug(slug) => self.slug == slug,
        }
    }
}

impl Entity {
    /// The organisation of that id or slug.
    pub fn find_by_reference<'a>(reference: impl Into<Reference<'a>>) -> Select<Self> {
        match reference.into() {
            Reference::Id(id) => Self::find_by_id(id),
            // PostgreSQL has no texts with NUL, so nothing is called that.
            Reference::Slug(slug) => Self::find().filter(COLUMN.slug.eq(slug.replace('\0', "\u{fffd}"))),
        }
    }

    /// The organisations of a user, in no order, with the user's membership in each.
    pub fn with_member(user: UserId) -> sea_orm::SelectTwo<Self, membership::Entity> {
        Self::find().find_also_related(membership::Entity).filter(membership::COLUMN.user_id.eq(user))
    }

    /// The same, oldest first.
    pub fn of_user(user: UserId) -> sea_orm::SelectTwo<Self, membership::Entity> {
        Self::with_member(user).order_by_asc(Column::Id)
    }
}
