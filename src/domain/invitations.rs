//! Invitations: asking somebody in by mail, whether they have an account or not.

use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde_json::json;

use super::attempts::Door;
use super::display_name::DisplayName;
use super::email::Email;
use super::sign_in::{self, Checked};
use super::users::{self, NewUser};
use super::{Change, mailbox, members, outbox};
use crate::entity::outbox::Kind;
use crate::entity::{invitation, membership, user};
use crate::error::Error;
use crate::id::{InvitationId, OrganisationId, UserId};
use crate::keyring::Keyring;
use crate::password::{NewPassword, PresentedPassword};
use crate::permission::Role;
use crate::secret::{self, Secret};

/// How long an invitation can be accepted.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// Invites an address. An open invitation of the same address is replaced by the new one.
///
/// # Errors
/// [`Error::AlreadyMember`]; [`Error::SeatsTaken`].
pub async fn create(
    change: Change<'_>,
    organisation: OrganisationId,
    inviter: UserId,
    email: &Email,
    role: Role,
    seats: Option<u64>,
) -> Result<invitation::Model, Error> {
    members::lock(change, organisation).await?;
    let inviter_role = members::find(change, organisation, inviter).await?.role;
    if role > inviter_role {
        return Err(Error::invalid("/role", format!("your own role is {inviter_role}")));
    }
    let member = membership::Entity::in_organisation(organisation)
        .find_also_related(user::Entity)
        .filter(user::COLUMN.email_normalised.eq(email.normalised()))
        .one(change.txn)
        .await?;
    if member.is_some() {
        return Err(Error::AlreadyMember);
    }
    invitation::Entity::update_many()
        .col_expr(invitation::Column::WithdrawnAt, Expr::value(change.now))
        .filter(invitation::COLUMN.organisation_id.eq(organisation))
        .filter(invitation::COLUMN.email_normalised.eq(email.normalised()))
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .exec(change.txn)
        .await?;
    check_seats(change, organisation, seats, 1).await?;
    let id = InvitationId::generate();
    let mail =
        outbox::enqueue(change, Kind::Invitation, email.as_str(), json!({ "invitation_id": id })).await?;
    let row = invitation::ActiveModel {
        id: Set(id),
        organisation_id: Set(organisation),
        email: Set(email.as_str().to_owned()),
        email_normalised: Set(email.normalised()),
        role: Set(role),
        invited_by: Set(Some(inviter)),
        digest: Set(None),
        outbox_id: Set(Some(mail)),
        expires_at: Set(change.now + LIFETIME),
        accepted_at: Set(None),
        accepted_by: Set(None),
        withdrawn_at: Set(None),
        created_at: Set(change.now),
        updated_at: Set(change.now),
    };
    let row = row.insert(change.txn).await?;
    let data = json!({ "email": row.email, "role": role });
    change.record(Some(organisation), "invitation.created", Some(id.to_string()), data).await?;
    Ok(row)
}

/// Members and open invitations together must fit. The caller holds the organisation's lock.
async fn check_seats(
    change: Change<'_>,
    organisation: OrganisationId,
    seats: Option<u64>,
    more: u64,
) -> Result<(), Error> {
    let Some(seats) = seats else { return Ok(()) };
    let members = membership::Entity::in_organisation(organisation).count(change.txn).await?;
    let open = invitation::Entity::in_organisation(organisation)
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .filter(invitation::COLUMN.expires_at.gt(change.now))
        .count(change.txn)
        .await?;
    if members + open + more > seats { Err(Error::SeatsTaken) } else { Ok(()) }
}

/// Makes the secret of an invitation's link, for its mail; the link before it dies. `None` if it cannot be
/// accepted any more.
pub async fn issue_link(
    change: Change<'_>,
    keyring: &Keyring,
    id: InvitationId,
) -> Result<Option<(invitation::Model, Secret)>, Error> {
    let Some(row) = invitation::Entity::of_mail(id).one(change.txn).await? else { return Ok(None) };
    if !row.is_open(change.now) {
        return Ok(None);
    }
    let secret = Secret::generate(secret::Kind::Invitation);
    let mut changed: invitation::ActiveModel = row.into();
    changed.digest = Set(Some(secret.digest(keyring).to_vec()));
    Ok(Some((changed.update(change.txn).await?, secret)))
}

/// Sends an invitation again, for another seven days.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::InvitationEnded`].
pub async fn resend(
    change: Change<'_>,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<invitation::Model, Error> {
    members::lock(change, organisation).await?;
    let row = find(change, organisation, id).await?;
    if row.accepted_at.is_some() || row.withdrawn_at.is_some() {
        return Err(Error::InvitationEnded);
    }
    let mail = outbox::enqueue(change, Kind::Invitation, &row.email, json!({ "invitation_id": id })).await?;
    let mut changed: invitation::ActiveModel = row.into();
    changed.outbox_id = Set(Some(mail));
    changed.expires_at = Set(change.now + LIFETIME);
    changed.updated_at = Set(change.now);
    let row = changed.update(change.txn).await?;
    change.record(Some(organisation), "invitation.resent", Some(id.to_string()), json!({})).await?;
    Ok(row)
}

/// Withdraws an invitation; once more changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::InvitationEnded`] if it was accepted.
pub async fn withdraw(
    change: Change<'_>,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<(), Error> {
    let withdrawn = invitation::Entity::update_many()
        .col_expr(invitation::Column::WithdrawnAt, Expr::value(change.now))
        .col_expr(invitation::Column::UpdatedAt, Expr::value(change.now))
        .filter(invitation::COLUMN.id.eq(id))
        .filter(invitation::COLUMN.organisation_id.eq(organisation))
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .exec(change.txn)
        .await?;
    if withdrawn.rows_affected == 1 {
        change.record(Some(organisation), "invitation.withdrawn", Some(id.to_string()), json!({})).await?;
        return Ok(());
    }
    let row = find(change, organisation, id).await?;
    if row.accepted_at.is_some() { Err(Error::InvitationEnded) } else { Ok(()) }
}

async fn find(
    change: Change<'_>,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<invitation::Model, Error> {
    let select = invitation::Entity::in_organisation(organisation).filter(invitation::COLUMN.id.eq(id));
    select.one(change.txn).await?.ok_or(Error::NotFound)
}

/// Makes a user whose mailbox the invitation was sent to a member. Once more by the same user changes nothing.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::InvitationForAnother`], which leaves the invitation as it is.
pub async fn accept(
    change: Change<'_>,
    invitation: &invitation::Model,
    user: &user::Model,
) -> Result<membership::Model, Error> {
    if invitation.email_normalised != user.email_normalised {
        return Err(Error::InvitationForAnother);
    }
    let organisation = invitation.organisation_id;
    members::lock(change, organisation).await.map_err(|_| Error::LinkInvalid)?;
    let accepted = invitation::Entity::update_many()
        .col_expr(invitation::Column::AcceptedAt, Expr::value(change.now))
        .col_expr(invitation::Column::AcceptedBy, Expr::value(user.id))
        .col_expr(invitation::Column::UpdatedAt, Expr::value(change.now))
        .filter(invitation::COLUMN.id.eq(invitation.id))
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .filter(invitation::COLUMN.expires_at.gt(change.now))
        .exec(change.txn)
        .await?;
    let present = members::find(change, organisation, user.id).await;
    if accepted.rows_affected != 1 {
        let mine = find(change, organisation, invitation.id).await?.accepted_by == Some(user.id);
        return if mine { present.map_err(|_| Error::LinkInvalid) } else { Err(Error::LinkInvalid) };
    }
    mailbox::mark_proven(change, user.id).await?;
    let data = json!({ "role": invitation.role });
    change.record(Some(organisation), "invitation.accepted", Some(invitation.id.to_string()), data).await?;
    match present {
        Ok(member) => Ok(member),
        Err(Error::NotFound) => members::add(change, organisation, user.id, invitation.role).await,
        Err(error) => Err(error),
    }
}

/// Who accepts an invitation.
#[derive(Debug)]
pub enum Joiner {
    /// Signed in already.
    SignedIn(Box<user::Model>),
    /// Without an account so far.
    New { password_hash: String, name: Option<DisplayName> },
    /// With an account whose password was just checked.
    Known(Box<Checked>),
    /// With an account that somebody made without proving the address: it is theirs from now on.
    Reclaimed { user: Box<user::Model>, password_hash: String },
}

/// Finds out how the holder of an invitation's link joins by a password; outside any transaction, because
/// hashing takes long.
///
/// # Errors
/// [`Error::Invalid`] without a password, or with one that cannot be a new one; those of [`sign_in::check`].
pub async fn by_password(
    door: &Door<'_>,
    invitation: &invitation::Model,
    password: Option<PresentedPassword>,
    name: Option<DisplayName>,
) -> Result<Joiner, Error> {
    let password = password.ok_or_else(|| Error::invalid("/password", "sign in, or give a password"))?;
    let found = sign_in::find(door.db.read(), &invitation.email).await?;
    if found.as_ref().is_some_and(|user| user.email_verified_at.is_some()) {
        let checked = sign_in::check(door, &invitation.email, &password, false).await?;
        return Ok(Joiner::Known(Box::new(checked)));
    }
    let password: NewPassword =
        password.try_into().map_err(|problem: String| Error::invalid("/password", problem))?;
    let password_hash = door.hasher.hash(&password).await?;
    Ok(match found {
        Some(user) => Joiner::Reclaimed { user: Box::new(user), password_hash },
        None => Joiner::New { password_hash, name },
    })
}

/// Accepts an invitation, making the account if there is none.
///
/// # Errors
/// Those of [`accept`]; [`Error::EmailTaken`] if the account was made meanwhile.
pub async fn join(
    change: Change<'_>,
    invitation: &invitation::Model,
    joiner: Joiner,
) -> Result<(user::Model, membership::Model), Error> {
    // Before any account, as everywhere: whoever waits for both must ask for them in one order.
    members::lock(change, invitation.organisation_id).await.map_err(|_| Error::LinkInvalid)?;
    let user = match joiner {
        Joiner::SignedIn(user) => *user,
        Joiner::Known(checked) => checked.confirm(change).await?,
        Joiner::New { password_hash, name } => {
            let email = Email::try_from(invitation.email.clone()).map_err(Error::internal)?;
            let new =
                NewUser { email, username: None, name, password_hash, operator: false, email_verified: true };
            users::create(change, new).await?
        }
        Joiner::Reclaimed { user, password_hash } => {
            let user = users::lock(change, user.id).await?;
            if user.email_verified_at.is_some() {
                return Err(Error::InvalidLogin);
            }
            users::reset_password(change, user.id, password_hash).await?;
            mailbox::disown(change, user.id).await?;
            user
        }
    };
    let actor = change.actor.as_user(user.id, &user.name);
    let membership = accept(Change { actor: &actor, ..change }, invitation, &user).await?;
    Ok((user, membership))
}
