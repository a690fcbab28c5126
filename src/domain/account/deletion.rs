//! The end of an account that its owner or an operator deletes.
//!
//! What is the person's alone goes at once, and the address and the username are free again. What belongs to
//! organisations stays, without the person's name and address: keys, invitations that were sent or accepted, audit events.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect as _};
use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::domain::Write;
use crate::domain::account::passwords::UserWithPassword;
use crate::domain::account::{disabling, users};
use crate::domain::journal::mail::{self, Mail};
use crate::domain::organisation::members::{self, another_manager};
use crate::domain::session::attempts;
use crate::entity::{audit_event, invitation, membership, organisation, session, user};
use crate::error::{Error, LastAdminOf};
use crate::event::{DeletionReason, Event, EventKind};
use crate::id::{OrganisationId, SessionId, UserId};

/// What the audit log calls an actor whose account was deleted.
pub const DELETED_USER: &str = "deleted user";

/// What went with an account.
#[derive(Debug)]
pub struct Deleted {
    pub user: user::Model,
    pub sessions_ended: u64,
    /// The organisations that it was a member of.
    pub organisations: Vec<organisation::Model>,
}

/// Makes sure that a proof which was given before the transaction began still holds under the account's lock.
/// `checked` is the user as they were when it was given.
///
/// # Errors
/// [`Error::WrongPassword`] if the password was changed meanwhile; [`Error::InvalidCredential`] if the session or the account
/// has ended.
pub async fn confirm(
    write: &Write<'_>,
    checked: &UserWithPassword,
    session: Option<SessionId>,
) -> Result<(), Error> {
    let gone = |error| if matches!(error, Error::NotFound) { Error::InvalidCredential } else { error };
    let (user, _) = lock(write, checked.user.id).await.map_err(gone)?;
    checked.confirm(write).await?;
    let signed_out = match session {
        Some(id) => session::Entity::alive(id).one(write).await?.is_none(),
        None => false,
    };
    if signed_out || user.disabled_at.is_some() { Err(Error::InvalidCredential) } else { Ok(()) }
}

/// Deletes an account. A mail says so to its address if that was proven.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::LastAdminOf`]; [`Error::Busy`] if it joined an organisation meanwhile.
pub async fn delete(write: &Write<'_>, user: UserId) -> Result<Deleted, Error> {
    let (user, places) = lock(write, user).await?;
    let mut last_of = Vec::new();
    for (place, membership) in &places {
        if members::manages_members(membership.role) && !has_another_manager(write, place.id, user.id).await?
        {
            last_of.push(LastAdminOf { id: place.id, slug: place.slug.clone(), name: place.name.clone() });
        }
    }
    if !last_of.is_empty() {
        return Err(Error::LastAdminOf { organisations: last_of });
    }
    let sessions_ended = users::end_sessions(write, user.id, None).await?;
    for (place, _) in &places {
        members::tell_of_keys(write, place.id, user.id).await?;
    }
    attempts::forget(write, &user).await?;
    forget_invitations(write, user.id).await?;
    mail::drop_waiting(write, &[&user.email, &user.email_normalised]).await?;
    user::Entity::delete_by_id(user.id).exec(write).await?;
    if user.email_verified_at.is_some() {
        mail::enqueue(write, &user.email, Mail::AccountDeleted).await?;
    }
    let target = user.id.to_string();
    let mut actor = write.actor.clone();
    if actor.id.as_ref() == Some(&target) {
        DELETED_USER.clone_into(&mut actor.name);
    }
    let nameless = &write.by(&actor);
    for (place, membership) in &places {
        let event = Event::UserDeleted {
            organisation: Some(place.id),
            user: user.id,
            reason: DeletionReason::Requested,
            role: Some(membership.role),
            registered_at: None,
            sessions_ended: None,
            organisations: None,
        };
        nameless.record(event).await?;
    }
    let places: Vec<_> = places.into_iter().map(|(place, _)| place).collect();
    let ids: Vec<_> = places.iter().map(|place| place.id).collect();
    let event = Event::UserDeleted {
        organisation: None,
        user: user.id,
        reason: DeletionReason::Requested,
        role: None,
        registered_at: None,
        sessions_ended: Some(sessions_ended),
        organisations: Some(ids),
    };
    nameless.record(event).await?;
    forget_in_events(write, &[target]).await?;
    Ok(Deleted { user, sessions_ended, organisations: places })
}

/// The account with its organisations. For its deletion it is locked against rows that refer to it, too: a membership
/// that another transaction has just made is seen, or comes after and fails.
pub(in crate::domain) async fn lock(
    write: &Write<'_>,
    user: UserId,
) -> Result<(user::Model, Vec<(organisation::Model, membership::Model)>), Error> {
    disabling::lock_with_places(write, user, LockType::Update).await
}

async fn has_another_manager(write: &Write<'_>, place: OrganisationId, user: UserId) -> Result<bool, Error> {
    let kept = organisation::Entity::find_by_id(place).filter(another_manager(place, user));
    Ok(kept.one(write).await?.is_some())
}

/// Those that the user accepted count for their organisations, and say no longer whom they were for; nor do their events.
async fn forget_invitations(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let accepted = invitation::Entity::of_accepter(user).all(write).await?;
    let accepted: Vec<_> = accepted.into_iter().map(|invitation| invitation.id.to_string()).collect();
    let named = audit_event::Entity::of_installation()
        .filter(audit_event::COLUMN.action.eq(EventKind::InvitationCreated.as_str()))
        .filter(audit_event::COLUMN.target_id.is_in(accepted.iter().map(String::as_str)));
    for event in named.all(write).await? {
        let mut data = event.data.clone();
        data["object"]["email"] = Value::Null;
        audit_event::Entity::update_many()
            .col_expr(audit_event::Column::Data, Expr::value(data))
            .filter(audit_event::COLUMN.id.eq(event.id))
            .exec(write)
            .await?;
    }
    invitation::Entity::update_many()
        .col_expr(invitation::Column::Email, Expr::value(""))
        .col_expr(invitation::Column::EmailNormalised, Expr::value(""))
        .filter(invitation::COLUMN.accepted_by.eq(user))
        .exec(write)
        .await?;
    Ok(())
}

/// Takes names and addresses of deleted users out of the audit log; the events keep the ids.
pub(in crate::domain) async fn forget_in_events(
    db: &impl ConnectionTrait,
    users: &[String],
) -> Result<(), Error> {
    let users = || users.iter().map(String::as_str);
    audit_event::Entity::update_many()
        .col_expr(audit_event::Column::ActorName, Expr::value(DELETED_USER))
        .filter(audit_event::COLUMN.actor_id.is_in(users()))
        .filter(audit_event::COLUMN.actor_name.ne(DELETED_USER))
        .exec(db)
        .await?;
    audit_event::Entity::update_many()
        .col_expr(audit_event::Column::Personal, Expr::value(None::<Value>))
        .filter(audit_event::COLUMN.target_id.is_in(users()))
        .filter(audit_event::COLUMN.personal.is_not_null())
        .exec(db)
        .await?;
    // What the user was called before and after.
    audit_event::Entity::update_many()
        .col_expr(audit_event::Column::Data, Expr::value(json!({ "object": {}, "previous": null })))
        .filter(audit_event::COLUMN.target_id.is_in(users()))
        .filter(audit_event::COLUMN.action.eq(EventKind::UserUpdated.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// The same for what requests that were under way, and counted denials, have written after the deletion.
pub async fn forget_late_names(write: &Write<'_>, since: Timestamp) -> Result<(), Error> {
    let deleted = audit_event::Entity::of_installation()
        .filter(audit_event::COLUMN.organisation_id.is_null())
        .filter(audit_event::COLUMN.action.eq(EventKind::UserDeleted.as_str()))
        .filter(audit_event::COLUMN.created_at.gte(since))
        .select_only()
        .column(audit_event::Column::TargetId)
        .into_tuple::<Option<String>>()
        .all(write)
        .await?;
    let deleted: Vec<_> = deleted.into_iter().flatten().collect();
    for some in deleted.chunks(500) {
        forget_in_events(write, some).await?;
    }
    Ok(())
}
