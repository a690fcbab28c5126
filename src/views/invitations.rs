//! Invitations to an organisation.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    QueryTrait as _,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::compared;
use super::{Page, PageRequest};
use crate::clock::Timestamp;
use crate::domain::onboarding::invitations::is_confirmed;
use crate::entity::delivery::{self, DeliveryState};
use crate::entity::invitation;
use crate::error::Error;
use crate::id::{DeliveryId, InvitationId, OrganisationId, UserId};
use crate::permission::{Catalogue, Role};

/// How far an invitation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    Open,
    /// Open, but the inviter may not give that role any more: it cannot be accepted before an admin sends it again.
    Unconfirmed,
    Accepted,
    Expired,
    Withdrawn,
}

impl InvitationState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Unconfirmed, Self::Accepted, Self::Expired, Self::Withdrawn];

    /// As it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unconfirmed => "unconfirmed",
            Self::Accepted => "accepted",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// An invitation. Its link is in the mail only.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    pub id: InvitationId,
    /// Null once the account that accepted it was deleted.
    #[schema(example = "bob@acme.example")]
    pub email: Option<String>,
    pub role: Role,
    pub state: InvitationState,
    /// How far its mail has come.
    pub delivery: Option<DeliveryState>,
    /// What the mail server said last, if the mail is not out.
    pub delivery_error: Option<String>,
    /// Who answers for it: who sent it last. Null if that account is gone.
    pub invited_by: Option<UserId>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// Which invitations a reader asks for; an empty filter asks for all.
#[derive(Clone, Debug, Default)]
pub struct InvitationFilter {
    pub state: Option<InvitationState>,
    /// Only those that can still be answered, confirmed or not.
    pub waiting: bool,
    pub role: Option<Role>,
    /// The whole address, whatever its case.
    pub email: Option<String>,
}

/// The invitations of an organisation; ended ones too, unless the filter says otherwise.
pub async fn list(
    db: &impl ConnectionTrait,
    catalogue: &Catalogue,
    organisation: OrganisationId,
    filter: &InvitationFilter,
    request: &PageRequest<InvitationId>,
    now: Timestamp,
) -> Result<Page<Invitation>, Error> {
    let mut select = invitation::Entity::in_organisation(organisation)
        .apply_if(filter.role, |select, role| select.filter(invitation::COLUMN.role.eq(role)))
        .apply_if(filter.email.as_ref(), |select, address| {
            select.filter(invitation::COLUMN.email_normalised.eq(compared(address)))
        });
    if let Some(state) = filter.state {
        select = select.filter(in_state(db, catalogue, organisation, state, now).await?);
    }
    if filter.waiting {
        select = select.filter(waiting(now));
    }
    let rows = request.by_id(select, invitation::Column::Id).all(db).await?;
    let Page { data, next } = request.page(rows, |row| row.id);
    Ok(Page { data: of_rows(db, catalogue, data, now).await?, next })
}

fn unanswered() -> Condition {
    let column = &invitation::COLUMN;
    Condition::all().add(column.accepted_at.is_null()).add(column.withdrawn_at.is_null())
}

/// In SQL what can still be answered.
pub(super) fn waiting(now: Timestamp) -> Condition {
    unanswered().add(invitation::COLUMN.expires_at.gt(now))
}

/// In SQL what [`of_rows`] tells of a row.
async fn in_state(
    db: &impl ConnectionTrait,
    catalogue: &Catalogue,
    organisation: OrganisationId,
    state: InvitationState,
    now: Timestamp,
) -> Result<Condition, Error> {
    let column = &invitation::COLUMN;
    let alive = waiting(now);
    Ok(match state {
        InvitationState::Accepted => Condition::all().add(column.accepted_at.is_not_null()),
        InvitationState::Withdrawn => {
            Condition::all().add(column.accepted_at.is_null()).add(column.withdrawn_at.is_not_null())
        }
        InvitationState::Expired => unanswered().add(column.expires_at.lte(now)),
        InvitationState::Open | InvitationState::Unconfirmed => {
            let wanted = state == InvitationState::Open;
            // Who may still give which role is not for the database to know. An organisation has few who invite.
            let open = invitation::Entity::in_organisation(organisation).filter(alive.clone());
            let pairs: Vec<(Option<UserId>, Role)> = open
                .clone()
                .select_only()
                .column(invitation::Column::InvitedBy)
                .column(invitation::Column::Role)
                .distinct()
                .into_tuple()
                .all(db)
                .await?;
            let mut any = Condition::any().add(column.id.is_null());
            for (inviter, role) in pairs {
                let pair = Condition::all().add(column.invited_by.eq(inviter)).add(column.role.eq(role));
                let example = open.clone().filter(pair.clone()).one(db).await?;
                if let Some(row) = example
                    && is_confirmed(db, catalogue, &row).await? == wanted
                {
                    any = any.add(pair);
                }
            }
            alive.add(any)
        }
    })
}

/// One of an organisation's invitations.
///
/// # Errors
/// [`Error::NotFound`] if it has no such invitation.
pub async fn find(
    db: &impl ConnectionTrait,
    catalogue: &Catalogue,
    organisation: OrganisationId,
    id: InvitationId,
    now: Timestamp,
) -> Result<Invitation, Error> {
    let select = invitation::Entity::in_organisation(organisation).filter(invitation::COLUMN.id.eq(id));
    let row = select.one(db).await?.ok_or(Error::NotFound)?;
    of_rows(db, catalogue, vec![row], now).await?.pop().ok_or(Error::NotFound)
}

/// The invitations of those rows.
pub async fn of_rows(
    db: &impl ConnectionTrait,
    catalogue: &Catalogue,
    rows: Vec<invitation::Model>,
    now: Timestamp,
) -> Result<Vec<Invitation>, Error> {
    let ids = rows.iter().filter_map(|row| row.mail_id).map(DeliveryId::from);
    let deliveries = delivery::Entity::find().filter(delivery::COLUMN.id.is_in(ids)).all(db).await?;
    // A page has few inviters.
    let mut confirmed = HashMap::new();
    for row in rows.iter().filter(|row| row.is_open(now)) {
        if let Entry::Vacant(unknown) = confirmed.entry((row.invited_by, row.role)) {
            unknown.insert(is_confirmed(db, catalogue, row).await?);
        }
    }
    let shown = rows.into_iter().map(|row| {
        let mail = row.mail_id.map(DeliveryId::from);
        let delivery = deliveries.iter().find(|delivery| Some(delivery.id) == mail);
        Invitation {
            state: match (row.accepted_at, row.withdrawn_at) {
                (Some(_), _) => InvitationState::Accepted,
                (None, Some(_)) => InvitationState::Withdrawn,
                (None, None) => match confirmed.get(&(row.invited_by, row.role)) {
                    _ if !row.is_open(now) => InvitationState::Expired,
                    Some(true) => InvitationState::Open,
                    _ => InvitationState::Unconfirmed,
                },
            },
            delivery: delivery.map(|delivery| delivery.state),
            delivery_error: delivery.and_then(|delivery| delivery.last_error.clone()),
            id: row.id,
            email: Some(row.email).filter(|email| !email.is_empty()),
            role: row.role,
            invited_by: row.invited_by,
            expires_at: row.expires_at,
            created_at: row.created_at,
        }
    });
    Ok(shown.collect())
}
