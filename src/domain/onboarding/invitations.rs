//! Invitations: asking a person in by mail, with or without an account. `joining.rs` is the answer.

use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
};

use crate::crypto::secret::{self, Secret};
use crate::domain::account::users;
use crate::domain::email::Email;
use crate::domain::journal::mail;
use crate::domain::onboarding::allowance::Allowance;
use crate::domain::organisation::members;
use crate::domain::{NoEvent, Write};
use crate::entity::{invitation, membership, user};
use crate::error::{Error, FieldCode};
use crate::event::{Changed, Event};
use crate::id::{InvitationId, OrganisationId, UserId};
use crate::permission::{Catalogue, Role};

/// How long an invitation can be accepted.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// The most addresses that are invited at once.
const MOST_AT_ONCE: usize = 50;

/// Refuses to invite no address, or too many at once.
///
/// # Errors
/// [`Error::Invalid`].
pub fn check_how_many(addresses: usize) -> Result<(), Error> {
    let code = match addresses {
        0 => FieldCode::TooFew,
        1..=MOST_AT_ONCE => return Ok(()),
        _ => FieldCode::TooMany,
    };
    Err(Error::wrong("/emails", code, "1 to 50 addresses"))
}

/// What the settings say about inviting.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub seats: Option<u64>,
    pub allowance: Option<Allowance>,
    /// Whether only those may invite whose own address is proven.
    pub only_proven: bool,
}

/// Invites addresses, all or none. An open invitation of the same address is replaced by the new one.
///
/// # Errors
/// Those of [`members::check_grant`]; [`Error::AlreadyMember`]; [`Error::SeatsTaken`]; [`Error::TooManyOpenInvitations`];
/// [`Error::EmailUnverified`]; [`Error::TooManyInvitations`]; [`Error::TooManyMails`].
pub async fn create(
    write: &Write<'_>,
    organisation: OrganisationId,
    inviter: UserId,
    emails: &[&Email],
    role: Role,
    rules: Rules,
) -> Result<Vec<invitation::Model>, Error> {
    lock_to_send(write, organisation, inviter, emails.len(), rules).await?;
    members::check_grant(write, write.catalogue(), organisation, inviter, role).await?;
    let recipients: Vec<_> = emails.iter().map(|email| email.normalised()).collect();
    mail::lock_invitations(write, &recipients.iter().map(|recipient| &**recipient).collect::<Vec<_>>())
        .await?;
    let mut rows = Vec::with_capacity(emails.len());
    for email in emails {
        rows.push(create_one(write, organisation, inviter, email, role, rules.seats).await?);
    }
    Ok(rows)
}

/// Locks the organisation and the inviter, and checks whether they may send that number of invitations.
async fn lock_to_send(
    write: &Write<'_>,
    organisation: OrganisationId,
    inviter: UserId,
    wanted: usize,
    rules: Rules,
) -> Result<(), Error> {
    let place = members::lock(write, organisation).await?;
    let inviter = users::lock(write, inviter).await?;
    if rules.only_proven && inviter.email_verified_at.is_none() {
        return Err(Error::EmailUnverified);
    }
    let wanted = u64::try_from(wanted).map_err(Error::internal)?;
    match rules.allowance {
        Some(allowance) => allowance.check(write, &place, &inviter, wanted).await,
        None => Ok(()),
    }
}

async fn create_one(
    write: &Write<'_>,
    organisation: OrganisationId,
    inviter: UserId,
    email: &Email,
    role: Role,
    seats: Option<u64>,
) -> Result<invitation::Model, Error> {
    let member = membership::Entity::in_organisation(organisation)
        .find_also_related(user::Entity)
        .filter(user::COLUMN.email_normalised.eq(email.normalised()))
        .one(write)
        .await?;
    if member.is_some() {
        return Err(Error::AlreadyMember);
    }
    let replaced = invitation::Entity::update_many()
        .col_expr(invitation::Column::WithdrawnAt, Expr::value(write.now))
        .col_expr(invitation::Column::UpdatedAt, Expr::value(write.now))
        .filter(invitation::COLUMN.organisation_id.eq(organisation))
        .filter(invitation::COLUMN.email_normalised.eq(email.normalised()))
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .exec(write)
        .await?;
    if taken_seats(write, organisation).await? >= seats.unwrap_or(u64::MAX) {
        return Err(Error::SeatsTaken);
    }
    check_number(write, organisation).await?;
    let id = InvitationId::generate();
    let mail = mail::enqueue_invitation(write, &email.normalised(), organisation, id).await?;
    let row = invitation::ActiveModel {
        id: Set(id),
        organisation_id: Set(organisation),
        email: Set(email.as_str().to_owned()),
        email_normalised: Set(email.normalised()),
        role: Set(role),
        invited_by: Set(Some(inviter)),
        digest: Set(None),
        mail_id: Set(Some(mail)),
        expires_at: Set(write.now + LIFETIME),
        accepted_at: Set(None),
        accepted_by: Set(None),
        withdrawn_at: Set(None),
        created_at: Set(write.now),
        updated_at: Set(write.now),
        key_id: Set(None),
    };
    let row = row.insert(write).await?;
    let (email, replaced) = (Some(row.email.clone()), replaced.rows_affected);
    write.record(Event::InvitationCreated { organisation, invitation: id, email, role, replaced }).await?;
    Ok(row)
}

/// Whether the inviter may still give the invitation's role. If not it cannot be accepted, and stays as it is:
/// an admin confirms it by sending it again.
pub async fn is_confirmed(
    db: &impl ConnectionTrait,
    catalogue: &Catalogue,
    row: &invitation::Model,
) -> Result<bool, Error> {
    let Some(inviter) = row.invited_by else { return Ok(false) };
    match members::check_grant(db, catalogue, row.organisation_id, inviter, row.role).await {
        Ok(()) => Ok(true),
        Err(Error::NotFound | Error::UserDisabled | Error::PermissionDenied(_) | Error::Invalid { .. }) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Locks an organisation that a member is to be added to.
///
/// # Errors
/// [`Error::SeatsTaken`]; [`Error::NotFound`].
pub async fn lock_with_a_seat(
    write: &Write<'_>,
    organisation: OrganisationId,
    seats: Option<u64>,
) -> Result<(), Error> {
    members::lock(write, organisation).await?;
    let taken = taken_seats(write, organisation).await?;
    if taken >= seats.unwrap_or(u64::MAX) { Err(Error::SeatsTaken) } else { Ok(()) }
}

/// Members and open invitations together. The caller holds the organisation's lock.
pub(in crate::domain) async fn taken_seats(
    write: &Write<'_>,
    organisation: OrganisationId,
) -> Result<u64, Error> {
    let open = open(write, organisation).await?;
    Ok(members(write, organisation).await? + open)
}

async fn open(write: &Write<'_>, organisation: OrganisationId) -> Result<u64, Error> {
    let open = invitation::Entity::in_organisation(organisation)
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .filter(invitation::COLUMN.expires_at.gt(write.now))
        .count(write)
        .await?;
    Ok(open)
}

/// Whether there may be one open invitation more. The caller holds the organisation's lock.
async fn check_number(write: &Write<'_>, organisation: OrganisationId) -> Result<(), Error> {
    match write.caps().open_invitations {
        Some(most) if open(write, organisation).await? >= most => Err(Error::TooManyOpenInvitations { most }),
        _ => Ok(()),
    }
}

/// How many members an organisation has.
pub(in crate::domain) async fn members(
    write: &Write<'_>,
    organisation: OrganisationId,
) -> Result<u64, Error> {
    Ok(membership::Entity::in_organisation(organisation).count(write).await?)
}

/// Makes the secret of an invitation's link, for its mail; the link before it is revoked. `None` if it cannot be
/// accepted any more.
pub async fn issue_link(
    write: &Write<'_>,
    id: InvitationId,
) -> Result<Option<(invitation::Model, Secret)>, Error> {
    let write = &write.without_event(NoEvent::SingleUse);
    let Some(row) = invitation::Entity::of_mail(id).one(write).await? else { return Ok(None) };
    if !row.is_open(write.now) || !is_confirmed(write, write.catalogue(), &row).await? {
        return Ok(None);
    }
    let secret = Secret::generate(secret::SecretKind::Invitation);
    let mut changed: invitation::ActiveModel = row.into();
    changed.digest = Set(Some(secret.digest(write.keyring).to_vec()));
    changed.key_id = Set(Some(write.keyring.key_id().to_vec()));
    Ok(Some((changed.update(write).await?, secret)))
}

/// Sends an invitation again, for another seven days; the link before it is revoked now. Who sends it answers for it from now
/// on.
///
/// # Errors
/// Those of [`members::check_grant`]; [`Error::NotFound`]; [`Error::InvitationEnded`]; [`Error::SeatsTaken`] if it had
/// expired and its seat is taken; [`Error::TooManyOpenInvitations`]; [`Error::EmailUnverified`]; [`Error::TooManyInvitations`];
/// [`Error::TooManyMails`].
pub async fn resend(
    write: &Write<'_>,
    organisation: OrganisationId,
    sender: UserId,
    id: InvitationId,
    rules: Rules,
) -> Result<invitation::Model, Error> {
    lock_to_send(write, organisation, sender, 1, rules).await?;
    let row = find(write, organisation, id).await?;
    members::check_grant(write, write.catalogue(), organisation, sender, row.role).await?;
    if row.accepted_at.is_some() || row.withdrawn_at.is_some() {
        return Err(Error::InvitationEnded);
    }
    let reopened = !row.is_open(write.now);
    if reopened && taken_seats(write, organisation).await? >= rules.seats.unwrap_or(u64::MAX) {
        return Err(Error::SeatsTaken);
    }
    if reopened {
        check_number(write, organisation).await?;
    }
    mail::lock_invitations(write, &[&row.email_normalised]).await?;
    let mail = mail::enqueue_invitation(write, &row.email_normalised, organisation, id).await?;
    let invited_by = Changed::between(row.invited_by, Some(sender));
    let mut changed: invitation::ActiveModel = row.into();
    changed.invited_by = Set(Some(sender));
    changed.mail_id = Set(Some(mail));
    changed.digest = Set(None);
    changed.key_id = Set(None);
    changed.expires_at = Set(write.now + LIFETIME);
    changed.updated_at = Set(write.now);
    let row = changed.update(write).await?;
    write.record(Event::InvitationResent { organisation, invitation: id, invited_by }).await?;
    Ok(row)
}

/// Withdraws an invitation; once more changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::InvitationEnded`] if it was accepted.
pub async fn withdraw(
    write: &Write<'_>,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<(), Error> {
    let withdrawn = invitation::Entity::update_many()
        .col_expr(invitation::Column::WithdrawnAt, Expr::value(write.now))
        .col_expr(invitation::Column::UpdatedAt, Expr::value(write.now))
        .filter(invitation::COLUMN.id.eq(id))
        .filter(invitation::COLUMN.organisation_id.eq(organisation))
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .exec(write)
        .await?;
    if withdrawn.rows_affected == 1 {
        write.record(Event::InvitationWithdrawn { organisation, invitation: id }).await?;
        return Ok(());
    }
    let row = find(write, organisation, id).await?;
    if row.accepted_at.is_some() { Err(Error::InvitationEnded) } else { Ok(()) }
}

pub(in crate::domain) async fn find(
    write: &Write<'_>,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<invitation::Model, Error> {
    let select = invitation::Entity::in_organisation(organisation).filter(invitation::COLUMN.id.eq(id));
    select.one(write).await?.ok_or(Error::NotFound)
}
