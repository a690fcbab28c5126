//! Linking an account with a user of another issuer, and ending that. A link is a way in: a person who can make one for an
//! account has the account. Therefore the owner gets a mail of each, and the owner's organisations an event.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set, TryInsertResult};

use super::{Admission, ExternalIdentityClaims};
use crate::domain::Write;
use crate::domain::account::{mailbox, passwords, users};
use crate::domain::journal::mail::{self, Mail};
use crate::entity::{audit_event, external_identity, membership, session, user};
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::id::{OrganisationId, SessionId, UserId};

/// Links an account by its address, at the first sign-in through an issuer. That is taking the issuer's word for whose
/// account it is, which the operator allows by naming the addresses that the issuer may speak for. Even then it counts
/// for nothing if the account is another issuer's already, or an operator's. If the account's address was never proven,
/// the person who registered it need not be its owner: the owner takes the account over, and what the other one had ends.
///
/// # Errors
/// [`Error::LinkRequired`] where the owner has to link the account; [`Error::LinkedToAnother`] if the issuer has given
/// the address to another subject since; [`Error::UserDisabled`].
pub async fn adopt(
    write: &Write<'_>,
    vouched: &ExternalIdentityClaims,
    admission: &Admission<'_>,
    found: &user::Model,
) -> Result<user::Model, Error> {
    let user = users::lock(write, found.id).await?;
    if user.email_normalised != found.email_normalised {
        return Err(Error::Busy);
    }
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    let identities = external_identity::Entity::of_user(user.id).all(write).await?;
    if identities.iter().any(|known| known.issuer == vouched.issuer && known.subject == vouched.subject) {
        // Another request linked it while this one waited for the account.
        return Ok(user);
    }
    if identities.iter().any(|known| known.issuer == vouched.issuer) {
        return Err(Error::LinkedToAnother);
    }
    if !admission.names_addresses() || !identities.is_empty() || user.operator {
        return Err(Error::LinkRequired);
    }
    if user.email_verified_at.is_none() {
        mailbox::take_over(write, user.id, None).await?;
    }
    let actor = write.actor.as_user(user.id, &user.name);
    link_locked(&write.by(&actor), &vouched.issuer, &vouched.subject, &user).await?;
    users::lock(write, user.id).await
}

/// Links an account on the word of its owner, or of an operator at the command line. Once more
/// changes nothing.
///
/// # Errors
/// [`Error::LinkedToAnother`] if the subject is linked to another account, or the account to another subject of the
/// issuer.
pub async fn link(
    write: &Write<'_>,
    issuer: &str,
    subject: &str,
    user: UserId,
) -> Result<external_identity::Model, Error> {
    let user = users::lock(write, user).await?;
    link_locked(write, issuer, subject, &user).await
}

/// The same by the owner, who is signed in and has a token of the issuer. The address must be proven: a
/// stranger who has only registered with it must not leave a way in behind for the time after its owner has proven it.
///
/// # Errors
/// [`Error::EmailUnverified`]; [`Error::NotAllowedByIssuer`] if the issuer's user could not sign in afterwards;
/// [`Error::LinkedToAnother`]; [`Error::InvalidCredential`] if the session has ended meanwhile.
pub async fn link_own(
    write: &Write<'_>,
    vouched: &ExternalIdentityClaims,
    admission: &Admission<'_>,
    user: UserId,
    session: Option<SessionId>,
) -> Result<external_identity::Model, Error> {
    let user = users::lock(write, user).await?;
    let signed_out = match session {
        Some(id) => session::Entity::alive(id).one(write).await?.is_none(),
        None => false,
    };
    if signed_out || user.disabled_at.is_some() {
        return Err(Error::InvalidCredential);
    }
    if user.email_verified_at.is_none() {
        return Err(Error::EmailUnverified);
    }
    admission.check_again(vouched, &user)?;
    link_locked(write, &vouched.issuer, &vouched.subject, &user).await
}

async fn link_locked(
    write: &Write<'_>,
    issuer: &str,
    subject: &str,
    user: &user::Model,
) -> Result<external_identity::Model, Error> {
    let earlier = external_identity::Entity::of_user(user.id)
        .filter(external_identity::COLUMN.issuer.eq(issuer))
        .all(write)
        .await?;
    if let Some(same) = earlier.iter().find(|known| known.subject == subject) {
        return Ok(same.clone());
    }
    if !earlier.is_empty() {
        return Err(Error::LinkedToAnother);
    }
    let identity = insert(write, issuer, subject, user).await?;
    let linked = |organisation| Event::IdentityLinked {
        organisation: Some(organisation),
        user: user.id,
        issuer: issuer.to_owned(),
        subject: None,
    };
    tell(write, user, Mail::IdentityLinked { issuer: issuer.to_owned() }, linked).await?;
    Ok(identity)
}

/// Writes down who a user is at an issuer.
///
/// # Errors
/// [`Error::LinkedToAnother`].
pub(super) async fn insert(
    write: &Write<'_>,
    issuer: &str,
    subject: &str,
    user: &user::Model,
) -> Result<external_identity::Model, Error> {
    let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
    let row = external_identity::ActiveModel {
        issuer: Set(issuer.clone()),
        subject: Set(subject.clone()),
        user_id: Set(user.id),
        created_at: Set(write.now),
    };
    let written = external_identity::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(write)
        .await?;
    if !matches!(written, TryInsertResult::Inserted(1)) {
        return Err(Error::LinkedToAnother);
    }
    let event = Event::IdentityLinked {
        organisation: None,
        user: user.id,
        issuer: issuer.clone(),
        subject: Some(subject.clone()),
    };
    write.record(event).await?;
    let found = external_identity::Entity::find_by_id((issuer, subject)).one(write).await?;
    found.ok_or(Error::NotFound)
}

/// Tells the owner by mail, and their organisations by an event.
async fn tell(
    write: &Write<'_>,
    user: &user::Model,
    mail: Mail,
    event: impl Fn(OrganisationId) -> Event,
) -> Result<(), Error> {
    let memberships = membership::Entity::of_user(user.id).order_by_asc(membership::Column::OrganisationId);
    for membership in memberships.all(write).await? {
        write.record(event(membership.organisation_id)).await?;
    }
    mail::enqueue(write, &user.email, mail).await?;
    Ok(())
}

/// Forgets who a user is at an issuer, and ends the sessions that were started through it.
///
/// # Errors
/// [`Error::NotFound`] if the account is not linked with it.
pub async fn unlink(write: &Write<'_>, user: UserId, issuer: &str) -> Result<(), Error> {
    let user = users::lock(write, user).await?;
    let forgotten = external_identity::Entity::delete_many()
        .filter(external_identity::COLUMN.user_id.eq(user.id))
        .filter(external_identity::COLUMN.issuer.eq(issuer))
        .exec(write)
        .await?;
    if forgotten.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    let ended = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(write.now))
        .filter(session::COLUMN.user_id.eq(user.id))
        .filter(session::COLUMN.issuer.eq(issuer))
        .filter(session::COLUMN.ended_at.is_null())
        .exec(write)
        .await?;
    let unlinked = |organisation: Option<OrganisationId>, sessions_ended| Event::IdentityUnlinked {
        organisation,
        user: user.id,
        issuer: issuer.to_owned(),
        sessions_ended,
    };
    write.record(unlinked(None, Some(ended.rows_affected))).await?;
    let mail = Mail::IdentityUnlinked { issuer: issuer.to_owned() };
    tell(write, &user, mail, |organisation| unlinked(Some(organisation), None)).await
}

/// The same by the owner, who must have another way in: a password, or one of the issuers that `admitted` knows. Once more
/// changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for an issuer that the account never was linked with; [`Error::LastWayIn`].
pub async fn unlink_own(
    write: &Write<'_>,
    user: UserId,
    issuer: &str,
    admitted: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    // Locked, so that of two at once the second one sees what the first one has left.
    let account = passwords::lock(write, user).await?;
    let identities = external_identity::Entity::of_user(user).all(write).await?;
    if identities.iter().all(|known| known.issuer != issuer) {
        return if was_linked(write, user, issuer).await? { Ok(()) } else { Err(Error::NotFound) };
    }
    let another = identities.iter().any(|known| known.issuer != issuer && admitted(&known.issuer));
    if !account.has_password() && !another {
        return Err(Error::LastWayIn);
    }
    unlink(write, user, issuer).await
}

/// Whether a user was linked until that was ended: no row says so any more, the audit log does.
async fn was_linked(write: &Write<'_>, user: UserId, issuer: &str) -> Result<bool, Error> {
    let ends = audit_event::Entity::of_target(user.to_string())
        .filter(audit_event::COLUMN.action.eq(EventKind::IdentityUnlinked.as_str()));
    Ok(ends.all(write).await?.iter().any(|event| event.data["object"]["issuer"] == issuer))
}
