//! How many invitations an organisation and the person who invites may send: an account of a few seconds must not
//! send its own words to hundreds of strangers.
//!
//! In 24 hours a new organisation may send `each`, and an older one `each × (1 + days of its age + its accepted
//! invitations)`. What the inviter has sent counts too, whichever organisation it was for, so that several
//! organisations of one person send no more than one. Operators may send as many as they like.

use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::clock::{Timestamp, seconds_to_wait};
use crate::domain::Write;
use crate::domain::journal::mail::MailKind;
use crate::entity::{invitation, mail, organisation, user};
use crate::error::Error;

const DAY: TimeDelta = TimeDelta::hours(24);

/// What the settings say.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// `limits.invitations`
    pub each: u64,
    /// `limits.new_organisation`
    pub new: TimeDelta,
}

impl Allowance {
    /// Whether `more` invitations may be sent now. The caller holds the locks of the organisation and of the
    /// inviter, so that two requests do not count the same ones.
    ///
    /// # Errors
    /// [`Error::TooManyInvitations`].
    pub async fn check(
        self,
        write: &Write<'_>,
        organisation: &organisation::Model,
        inviter: &user::Model,
        wanted: u64,
    ) -> Result<(), Error> {
        if inviter.operator {
            return Ok(());
        }
        let age = write.now - organisation.created_at;
        let (allowed, grows_at) = if age < self.new {
            (self.each, organisation.created_at + self.new)
        } else {
            let days = Ord::max(age.num_days(), 0);
            let grown = u64::try_from(days).unwrap_or(0) + accepted(write, organisation).await?;
            let allowed = self.each.saturating_mul(grown.saturating_add(1));
            (allowed, organisation.created_at + TimeDelta::days(days + 1))
        };
        let (mut left, mut more_at) = (allowed, write.now);
        for whose in [
            mail::COLUMN.organisation_id.eq(organisation.id),
            mail::COLUMN.requested_from.eq(inviter.id.to_string()),
        ] {
            let sent = sent(write, whose.clone()).count(write).await?;
            left = Ord::min(left, allowed.saturating_sub(sent));
            if sent + wanted > allowed {
                // This number of invitations must become older than a day before there is room.
                let over = Ord::clamp(sent + wanted - allowed, 1, Ord::max(sent, 1));
                let oldest = sent_in_order(write, whose, over).await?;
                let room_at = oldest.map_or(grows_at, |oldest| Ord::min(oldest + DAY, grows_at));
                more_at = Ord::max(more_at, room_at);
            }
        }
        if left >= wanted {
            return Ok(());
        }
        let retry_after = seconds_to_wait(more_at - write.now);
        Err(Error::TooManyInvitations { allowed, left, retry_after })
    }
}

async fn accepted(write: &Write<'_>, organisation: &organisation::Model) -> Result<u64, Error> {
    let accepted = invitation::Entity::in_organisation(organisation.id)
        .filter(invitation::COLUMN.accepted_at.is_not_null());
    Ok(accepted.count(write).await?)
}

/// Mails, not invitations: one that is sent again is another mail.
fn sent(write: &Write<'_>, whose: Expr) -> Select<mail::Entity> {
    mail::Entity::find()
        .filter(whose)
        .filter(mail::COLUMN.kind.eq(MailKind::Invitation.as_str()))
        .filter(mail::COLUMN.created_at.gt(write.now - DAY))
}

/// When the n-th oldest of them was sent.
async fn sent_in_order(write: &Write<'_>, whose: Expr, nth: u64) -> Result<Option<Timestamp>, Error> {
    let found =
        sent(write, whose).order_by_asc(mail::Column::CreatedAt).offset(nth - 1).limit(1).one(write).await?;
    Ok(found.map(|mail| mail.created_at))
}
