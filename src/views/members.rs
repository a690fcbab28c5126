//! The members of an organisation.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, QueryFilter as _, QueryTrait as _, SelectTwo};
use serde::Serialize;
use utoipa::ToSchema;

use super::users::{UserState, UserSummary};
use super::{Page, PageRequest, Search};
use crate::clock::Timestamp;
use crate::entity::{membership, user};
use crate::error::Error;
use crate::id::{OrganisationId, UserId};
use crate::permission::Role;
use crate::text::email;

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

/// Which of these addresses are a member's, as they are compared.
pub async fn among(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    addresses: Vec<String>,
) -> Result<Vec<String>, Error> {
    let rows = membership::Entity::in_organisation(organisation)
        .find_also_related(user::Entity)
        .filter(user::COLUMN.email_normalised.is_in(addresses));
    let users = rows.all(db).await?.into_iter().filter_map(|(_, user)| user);
    Ok(users.map(|user| user.email_normalised).collect())
}

/// Which members a reader asks for; an empty filter asks for all.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    pub state: Option<UserState>,
    pub role: Option<Role>,
    /// The whole address, whatever its case.
    pub email: Option<String>,
    /// The integrator's own id of the user.
    pub external_id: Option<String>,
    /// In the name, the address or the username.
    pub search: Option<Search>,
}

type Rows = SelectTwo<membership::Entity, user::Entity>;

impl MemberFilter {
    fn narrow(&self, select: Rows) -> Rows {
        select
            .apply_if(self.state, |select, state| {
                let disabled = user::COLUMN.disabled_at;
                select.filter(match state {
                    UserState::Active => disabled.is_null(),
                    UserState::Disabled => disabled.is_not_null(),
                })
            })
            .apply_if(self.role, |select, role| select.filter(membership::COLUMN.role.eq(role)))
            .apply_if(self.email.as_ref(), |select, address| {
                select.filter(user::COLUMN.email_normalised.eq(compared(address)))
            })
            .apply_if(self.external_id.as_ref(), |select, id| {
                select.filter(user::COLUMN.external_id.eq(id.as_str()))
            })
            .apply_if(self.search.as_ref(), |select, search| {
                let columns = [user::Column::Name, user::Column::Email, user::Column::Username];
                let found = columns.map(|column| search.may_be_in(column));
                select.filter(found.into_iter().fold(Condition::any(), Condition::add))
            })
    }

    fn keeps(&self, user: &user::Model) -> bool {
        let texts = [Some(&user.name), Some(&user.email), user.username.as_ref()];
        self.search.as_ref().is_none_or(|search| texts.into_iter().flatten().any(|text| search.finds(text)))
    }
}

/// An address as it is compared. PostgreSQL has no texts with NUL, so no account has one.
pub(super) fn compared(address: &str) -> String {
    email::normalise(address).replace('\0', "\u{fffd}")
}

/// The members of an organisation, in the order in which they joined it.
pub async fn list(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    filter: &MemberFilter,
    request: &PageRequest<(Timestamp, UserId)>,
) -> Result<Page<Member>, Error> {
    use membership::Column;
    let place = |(row, _): &(membership::Model, user::Model)| (row.created_at, row.user_id);
    let mut gathered = request.gather(filter.search.is_some());
    while let Some(request) = gathered.asks() {
        let select = membership::Entity::in_organisation(organisation).find_also_related(user::Entity);
        let select = request.by_time(filter.narrow(select), Column::CreatedAt, Column::UserId);
        let rows = select.all(db).await?.into_iter();
        let rows = rows.filter_map(|(membership, user)| Some((membership, user?))).collect();
        gathered.add(rows, |(_, user)| filter.keeps(user), place);
    }
    Ok(gathered.page(place).map(|(membership, user)| Member::new(&membership, &user)))
}
