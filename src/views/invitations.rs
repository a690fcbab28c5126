//! Invitations to an organisation.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Page, PageRequest};
use crate::clock::Timestamp;
use crate::domain::onboarding::invitations::is_confirmed;
use crate::entity::delivery::{self, DeliveryState};
use crate::entity::invitation;
use crate::error::Error;
use crate::id::{DeliveryId, InvitationId, OrganisationId, UserId};
use crate::permission::{Catalogue, Role};

/// How far an invitation has come.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    Open,
    /// Open, but the inviter may not give that role any more: it cannot be accepted before an admin sends it again.
    Unconfirmed,
    Accepted,
    Expired,
    Withdrawn,
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

/// Newest first, ended ones too.
pub async fn list(
    db: &impl ConnectionTrait,
    catalogue: &Catalogue,
    organisation: OrganisationId,
    request: &PageRequest<InvitationId>,
    now: Timestamp,
) -> Result<Page<Invitation>, Error> {
    let select = invitation::Entity::in_organisation(organisation);
    let rows = request.newest_first(select, invitation::Column::Id).all(db).await?;
    let Page { data, next_cursor } = request.page(rows, |row| row.id);
    Ok(Page { data: of_rows(db, catalogue, data, now).await?, next_cursor })
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
