//! The members of an organisation.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::users::UserSummary;
use super::{Page, PageRequest};
use crate::entity::{membership, user};
use crate::error::Error;
use crate::id::{OrganisationId, UserId};
use crate::permission::Role;

/// A user in an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    pub user: UserSummary,
    pub role: Role,
    /// A disabled account cannot sign in.
    pub disabled: bool,
    pub joined_at: DateTime<Utc>,
}

impl Member {
    /// Of these two rows.
    pub fn new(membership: &membership::Model, user: &user::Model) -> Self {
        Self {
            user: user.into(),
            role: membership.role,
            disabled: user.disabled_at.is_some(),
            joined_at: membership.created_at,
        }
    }
}

/// In the order in which their accounts were made.
pub async fn list(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    request: &PageRequest<UserId>,
) -> Result<Page<Member>, Error> {
    let select = membership::Entity::in_organisation(organisation).find_also_related(user::Entity);
    let rows = request.oldest_first(select, membership::Column::UserId).all(db).await?;
    let rows = rows.into_iter().filter_map(|(membership, user)| Some((membership, user?))).collect();
    let page = request.page(rows, |(membership, _): &(membership::Model, _)| membership.user_id);
    Ok(page.map(|(membership, user)| Member::new(&membership, &user)))
}
