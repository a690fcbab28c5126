//! A tenant.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use super::membership;
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
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[sea_orm(has_many)]
    pub memberships: HasMany<membership::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// By slug or by id, as `{org}` is written in paths.
    pub fn find_by_reference(reference: &str) -> Select<Self> {
        match reference.parse::<OrganisationId>() {
            Ok(id) => Self::find_by_id(id),
            // PostgreSQL has no texts with NUL, so nothing is called that.
            Err(_) => Self::find().filter(COLUMN.slug.eq(reference.replace('\0', "\u{fffd}"))),
        }
    }

    /// The organisations of a user, oldest first, with the user's membership in each.
    pub fn of_user(user: UserId) -> sea_orm::SelectTwo<Self, membership::Entity> {
        Self::find()
            .find_also_related(membership::Entity)
            .filter(membership::COLUMN.user_id.eq(user))
            .order_by_asc(Column::Id)
    }
}
