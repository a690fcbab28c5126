//! The members of an organisation.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryTrait as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::users::{UserState, UserSummary};
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
    /// Of the account: a disabled one cannot sign in.
    pub state: UserState,
    pub joined_at: DateTime<Utc>,
}

impl Member {
    /// Of these two rows.
    pub fn new(membership: &membership::Model, user: &user::Model) -> Self {
        Self {
            user: user.into(),
            role: membership.role,
            state: user.into(),
            joined_at: membership.created_at,
        }
    }
}

/// One of an organisation's members.
///
/// # Errors
/// [`Error::NotFound`] for a user who is none.
pub async fn find(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    id: UserId,
) -> Result<Member, Error> {
    let select = membership::Entity::in_organisation(organisation)
        .filter(membership::COLUMN.user_id.eq(id))
        .find_also_related(user::Entity);
    match select.one(db).await? {
        Some((membership, Some(user))) => Ok(Member::new(&membership, &user)),
        _ => Err(Error::NotFound),
    }
}

/// In the order in which their accounts were made; or the one whose user the integrator's own system calls so.
pub async fn list(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    external_id: Option<&str>,
    request: &PageRequest<UserId>,
) -> Result<Page<Member>, Error> {
    let select = membership::Entity::in_organisation(organisation)
        .find_also_related(user::Entity)
        .apply_if(external_id, |select, id| select.filter(user::COLUMN.external_id.eq(id)));
    let rows = request.oldest_first(select, membership::Column::UserId).all(db).await?;
    let rows = rows.into_iter().filter_map(|(membership, user)| Some((membership, user?))).collect();
    let page = request.page(rows, |(membership, _): &(membership::Model, _)| membership.user_id);
    Ok(page.map(|(membership, user)| Member::new(&membership, &user)))
}
