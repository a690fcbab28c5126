//! A user in an organisation, with a role.

use sea_orm::entity::prelude::*;

use super::{organisation, user};
use crate::clock::Timestamp;
use crate::id::{OrganisationId, UserId};
use crate::permission::Role;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: OrganisationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub role: Role,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Sessions that began then or before count no more in this organisation: an admin ended them.
    pub sessions_ended_at: Option<Timestamp>,
    #[sea_orm(belongs_to, from = "organisation_id", to = "id")]
    pub organisation: BelongsTo<organisation::Entity>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether an admin of this organisation ended the session of this member that began then.
    pub fn has_ended(&self, began_at: Timestamp) -> bool {
        self.sessions_ended_at.is_some_and(|end| began_at <= end)
    }
}

impl Entity {
    /// The members of an organisation.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }

    /// The memberships of a user.
    pub fn of_user(user: UserId) -> Select<Self> {
        Self::find().filter(COLUMN.user_id.eq(user))
    }

    /// The memberships of many users.
    pub fn of_users(users: impl IntoIterator<Item = UserId>) -> Select<Self> {
        Self::find().filter(COLUMN.user_id.is_in(users))
    }
}
