//! Disabling accounts, and enabling them again.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::one_time;
use super::users::{end_sessions, lock};
use crate::clock::Timestamp;
use crate::domain::Write;
use crate::domain::organisation::members::{self, another_manager, manages_members};
use crate::entity::one_time_token::LinkPurpose;
use crate::entity::{membership, organisation, user};
use crate::error::Error;
use crate::event::Event;
use crate::id::UserId;
use crate::permission::{Permission, Role};

/// Disables an account: it cannot sign in, and all its sessions end.
///
/// # Errors
/// [`Error::LastAdmin`] if it is the last active admin of any organisation; [`Error::Busy`] if it joined one meanwhile.
pub async fn disable(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let (_, places) = lock_with_places(write, user, LockType::NoKeyUpdate).await?;
    let mut disabling = user::Entity::update_many()
        .col_expr(user::Column::DisabledAt, Expr::value(write.now))
        .col_expr(user::Column::UpdatedAt, Expr::value(write.now))
        .filter(user::COLUMN.id.eq(user))
        .filter(user::COLUMN.disabled_at.is_null());
    for (place, _) in places.iter().filter(|(_, membership)| manages_members(membership.role)) {
        disabling = disabling.filter(another_manager(place.id, user));
    }
    if disabling.exec(write).await?.rows_affected == 0 {
        let known = user::Entity::find_by_id(user).one(write).await?.ok_or(Error::NotFound)?;
        return if known.disabled_at.is_some() { Ok(()) } else { Err(Error::LastAdmin) };
    }
    let ended = end_sessions(write, user, None).await?;
    for purpose in
        [LinkPurpose::ResetPassword, LinkPurpose::VerifyEmail, LinkPurpose::NewEmail, LinkPurpose::Unlock]
    {
        one_time::revoke(write, purpose, user).await?;
    }
    for (place, _) in &places {
        members::tell_of_keys(write, place.id, user).await?;
    }
    write.record(Event::UserDisabled { user, sessions_ended: ended }).await
}

/// Lets a disabled account sign in again. Where it is an admin, the other admins are told.
pub async fn enable(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let disabled = lock(write, user).await?.disabled_at.is_some();
    let enabled = user::Entity::update_many()
        .col_expr(user::Column::DisabledAt, Expr::value(None::<Timestamp>))
        .col_expr(user::Column::UpdatedAt, Expr::value(write.now))
        .filter(user::COLUMN.id.eq(user))
        .exec(write)
        .await?;
    if enabled.rows_affected != 1 {
        return Err(Error::NotFound);
    }
    write.record(Event::UserEnabled { user }).await?;
    let places = membership::Entity::of_user(user)
        .filter(membership::COLUMN.role.is_in(Role::holding(Permission::MembersManage)));
    for place in places.all(write).await?.iter().filter(|_| disabled) {
        members::announce_admins(write, place.organisation_id, &[user]).await?;
    }
    Ok(())
}

/// The account and all its organisations, locked until the transaction ends: the account by that lock, the
/// organisations as by [`members::lock`].
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Busy`] if it joined one meanwhile.
pub(in crate::domain) async fn lock_with_places(
    write: &Write<'_>,
    user: UserId,
    how: LockType,
) -> Result<(user::Model, Vec<(organisation::Model, membership::Model)>), Error> {
    let sorted = || membership::Entity::of_user(user).order_by_asc(membership::Column::OrganisationId);
    let mut locked = HashMap::new();
    // Organisations come before the account, in the order of their ids, so that two changes cannot wait for each other.
    for membership in sorted().all(write).await? {
        match members::lock(write, membership.organisation_id).await {
            Ok(place) => drop(locked.insert(place.id, place)),
            // Deleted meanwhile.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    // The memberships are read again under the account's lock, for which a new one has to wait.
    let account = user::Entity::find_by_id(user).lock(how).one(write).await?.ok_or(Error::NotFound)?;
    let memberships = sorted().all(write).await?;
    let places = memberships.into_iter().map(|membership| {
        let place = locked.remove(&membership.organisation_id).ok_or(Error::Busy)?;
        Ok((place, membership))
    });
    Ok((account, places.collect::<Result<_, Error>>()?))
}
