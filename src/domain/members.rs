//! Who is in an organisation, and as what. The last admin is protected here, on every path.

use sea_orm::sea_query::{Expr, LockType, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, Set,
};
use serde_json::json;

use super::{Change, outbox};
use crate::entity::outbox::Kind;
use crate::entity::{api_key, membership, organisation, session, user};
use crate::error::{Error, OnConflict};
use crate::id::{OrganisationId, UserId};
use crate::permission::Role;

/// Locks the organisation until the transaction ends: changes of who is admin come one after the other.
pub async fn lock(change: Change<'_>, organisation: OrganisationId) -> Result<organisation::Model, Error> {
    organisation::Entity::find_by_id(organisation)
        .lock(LockType::NoKeyUpdate)
        .one(change.txn)
        .await?
        .ok_or(Error::NotFound)
}

/// True in SQL if the organisation has an active admin besides that user.
pub fn another_admin(organisation: OrganisationId, user: UserId) -> Expr {
    let mut others = Query::select();
    others
        .expr(Expr::value(1))
        .from_as("membership", "other")
        .inner_join(
            user::Entity,
            Expr::col((user::Entity, user::Column::Id)).equals(("other", membership::Column::UserId)),
        )
        .and_where(Expr::col(("other", membership::Column::OrganisationId)).eq(organisation))
        .and_where(Expr::col(("other", membership::Column::UserId)).ne(user))
        .and_where(Expr::col(("other", membership::Column::Role)).eq(Role::Admin))
        .and_where(Expr::col((user::Entity, user::Column::DisabledAt)).is_null());
    Expr::exists(others)
}

/// Makes a user a member.
///
/// # Errors
/// [`Error::AlreadyMember`].
pub async fn add(
    change: Change<'_>,
    organisation: OrganisationId,
    user: UserId,
    role: Role,
) -> Result<membership::Model, Error> {
    let membership = membership::ActiveModel {
        organisation_id: Set(organisation),
        user_id: Set(user),
        role: Set(role),
        created_at: Set(change.now),
        updated_at: Set(change.now),
    }
    .insert(change.txn)
    .await
    .on_conflict(|_| Error::AlreadyMember)?;
    change
        .record(Some(organisation), "member.added", Some(user.to_string()), json!({ "role": role }))
        .await?;
    Ok(membership)
}

/// Changes a member's role.
///
/// # Errors
/// [`Error::NotFound`], [`Error::LastAdmin`].
pub async fn change_role(
    change: Change<'_>,
    organisation: OrganisationId,
    user: UserId,
    role: Role,
) -> Result<membership::Model, Error> {
    let place = lock(change, organisation).await?;
    let before = find(change, organisation, user).await?;
    if before.role == role {
        return Ok(before);
    }
    let mut changing = membership::Entity::update_many()
        .col_expr(membership::Column::Role, Expr::value(role))
        .col_expr(membership::Column::UpdatedAt, Expr::value(change.now))
        .filter(membership::COLUMN.organisation_id.eq(organisation))
        .filter(membership::COLUMN.user_id.eq(user));
    if role != Role::Admin {
        changing = changing.filter(not_the_last_admin(organisation, user));
    }
    if changing.exec(change.txn).await?.rows_affected != 1 {
        return Err(Error::LastAdmin);
    }
    let data = json!({ "before": before.role, "after": role });
    change.record(Some(organisation), "member.role_changed", Some(user.to_string()), data).await?;
    if role == Role::Admin
        && let Some(raised) = user::Entity::find_by_id(user).one(change.txn).await?
    {
        let data = json!({ "organisation": place.name });
        outbox::enqueue(change, Kind::RaisedToAdmin, &raised.email, data).await?;
    }
    Ok(membership::Model { role, updated_at: change.now, ..before })
}

/// Removes a member; leaving is removing oneself.
///
/// # Errors
/// [`Error::NotFound`], [`Error::LastAdmin`].
pub async fn remove(change: Change<'_>, organisation: OrganisationId, user: UserId) -> Result<(), Error> {
    lock(change, organisation).await?;
    let before = find(change, organisation, user).await?;
    let removed = membership::Entity::delete_many()
        .filter(membership::COLUMN.organisation_id.eq(organisation))
        .filter(membership::COLUMN.user_id.eq(user))
        .filter(not_the_last_admin(organisation, user))
        .exec(change.txn)
        .await?;
    if removed.rows_affected != 1 {
        return Err(Error::LastAdmin);
    }
    // Sessions are the user's, not the organisation's: they go on, but no longer for it.
    session::Entity::update_many()
        .col_expr(session::Column::OrganisationId, Expr::value(None::<OrganisationId>))
        .filter(session::COLUMN.user_id.eq(user))
        .filter(session::COLUMN.organisation_id.eq(organisation))
        .exec(change.txn)
        .await?;
    let left = change.actor.id.as_deref() == Some(user.to_string().as_str());
    let action = if left { "member.left" } else { "member.removed" };
    change.record(Some(organisation), action, Some(user.to_string()), json!({ "role": before.role })).await?;
    tell_of_keys(change, organisation, user).await
}

/// Keys are the organisation's and go on when their creator leaves or is disabled; the admins should know.
pub async fn tell_of_keys(
    change: Change<'_>,
    organisation: OrganisationId,
    gone: UserId,
) -> Result<(), Error> {
    let keys = api_key::Entity::in_organisation(organisation)
        .filter(api_key::COLUMN.created_by.eq(gone))
        .filter(api_key::COLUMN.revoked_at.is_null())
        .all(change.txn)
        .await?;
    let names: Vec<_> =
        keys.iter().filter(|key| key.is_alive(change.now)).map(|key| key.name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let place = lock(change, organisation).await?;
    let member =
        user::Entity::find_by_id(gone).one(change.txn).await?.map_or_else(String::new, |user| user.name);
    let data = json!({ "member": member, "organisation": place.name, "keys": names });
    outbox::enqueue_for_admins(change, organisation, Kind::KeysLeftBehind, data).await
}

/// The membership of a user.
pub async fn find(
    change: Change<'_>,
    organisation: OrganisationId,
    user: UserId,
) -> Result<membership::Model, Error> {
    membership::Entity::in_organisation(organisation)
        .filter(membership::COLUMN.user_id.eq(user))
        .one(change.txn)
        .await?
        .ok_or(Error::NotFound)
}

fn not_the_last_admin(organisation: OrganisationId, user: UserId) -> Condition {
    Condition::any().add(membership::COLUMN.role.ne(Role::Admin)).add(another_admin(organisation, user))
}
