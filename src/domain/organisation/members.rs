//! Who is in an organisation, and as what. The last active member who holds `members:manage` (with the built-in roles: the
//! last admin) is protected here, on every path.

use sea_orm::sea_query::{Expr, LockType, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::domain::Write;
use crate::domain::account::users;
use crate::domain::journal::mail::{self, Mail};
use crate::entity::{api_key, audit_event, membership, organisation, session, user};
use crate::error::{Error, FieldCode, OnConflict};
use crate::event::{Changed, Ended, Event, SessionEnd, SessionScope};
use crate::id::{OrganisationId, UserId};
use crate::permission::{Catalogue, Permission, Role};

/// The most new admins that one mail names.
const NAMED: usize = 10;

/// Locks the organisation until the transaction ends: changes of who is admin come one after the other.
pub async fn lock(write: &Write<'_>, organisation: OrganisationId) -> Result<organisation::Model, Error> {
    organisation::Entity::find_by_id(organisation)
        .lock(LockType::NoKeyUpdate)
        .one(write)
        .await?
        .ok_or(Error::NotFound)
}

/// Whether a role makes its members ones who decide who is in the organisation.
pub fn manages_members(role: Role) -> bool {
    role.holds(Permission::MembersManage)
}

/// True in SQL if an active member besides that user holds `members:manage`.
pub fn another_manager(organisation: OrganisationId, user: UserId) -> Expr {
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
        .and_where(
            Expr::col(("other", membership::Column::Role)).is_in(Role::holding(Permission::MembersManage)),
        )
        .and_where(Expr::col((user::Entity, user::Column::DisabledAt)).is_null());
    Expr::exists(others)
}

/// Whether a member is the last one who may manage the members, so that neither the role nor the membership can be taken
/// away as things stand.
pub async fn is_last_manager(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    user: UserId,
) -> Result<bool, Error> {
    let last = membership::Entity::in_organisation(organisation)
        .filter(membership::COLUMN.user_id.eq(user))
        .filter(membership::COLUMN.role.is_in(Role::holding(Permission::MembersManage)))
        .filter(another_manager(organisation, user).not());
    Ok(last.one(db).await?.is_some())
}

/// Makes a user a member.
///
/// # Errors
/// [`Error::AlreadyMember`]; [`Error::TooManyOrganisations`].
pub async fn add(
    write: &Write<'_>,
    organisation: OrganisationId,
    user: UserId,
    role: Role,
) -> Result<membership::Model, Error> {
    check_number(write, organisation, user).await?;
    let membership = membership::ActiveModel {
        organisation_id: Set(organisation),
        user_id: Set(user),
        role: Set(role),
        created_at: Set(write.now),
        updated_at: Set(write.now),
        sessions_ended_at: Set(None),
    }
    .insert(write)
    .await
    .on_conflict(|_| Error::AlreadyMember)?;
    write.record(Event::MemberAdded { organisation, user, role, imported: false }).await?;
    if manages_members(role) {
        announce_admins(write, organisation, &[user]).await?;
    }
    Ok(membership)
}

/// Whether a user may join one organisation more. Under the account's lock, so that two organisations do not count the
/// same memberships.
async fn check_number(write: &Write<'_>, organisation: OrganisationId, user: UserId) -> Result<(), Error> {
    let Some(most) = write.caps().organisations else { return Ok(()) };
    users::lock(write, user).await?;
    let places = membership::Entity::of_user(user);
    if places.clone().count(write).await? < most {
        return Ok(());
    }
    let here = places.filter(membership::COLUMN.organisation_id.eq(organisation)).one(write).await?;
    let too_many = Error::TooManyOrganisations { most };
    Err(if here.is_some() { Error::AlreadyMember } else { too_many })
}

/// Whether a user may give that role to others in an organisation as things stand now: who invites, who sends an
/// invitation again, and, while an invitation is accepted, who answers for it. The caller holds the organisation's lock
/// if the answer must stay true until its transaction ends.
///
/// # Errors
/// Why not: [`Error::NotFound`] for who is no member, [`Error::UserDisabled`], [`Error::PermissionDenied`],
/// [`Error::Invalid`] for a role with more than they have.
pub async fn check_grant(
    db: &impl ConnectionTrait,
    catalogue: &Catalogue,
    organisation: OrganisationId,
    granter: UserId,
    role: Role,
) -> Result<(), Error> {
    let found = membership::Entity::in_organisation(organisation)
        .filter(membership::COLUMN.user_id.eq(granter))
        .find_also_related(user::Entity)
        .one(db)
        .await?;
    let Some((membership, Some(user))) = found else { return Err(Error::NotFound) };
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    if !catalogue.of_member(membership.role).permits_built_in(Permission::InvitationsManage) {
        return Err(Error::permission(Permission::InvitationsManage));
    }
    check_covered(catalogue, &membership, role)
}

/// Refuses a role that has a permission which the granter does not have.
fn check_covered(catalogue: &Catalogue, granter: &membership::Model, role: Role) -> Result<(), Error> {
    if catalogue.of_member(granter.role).cover(catalogue.role(role)) {
        Ok(())
    } else {
        Err(Error::wrong("/role", FieldCode::NotAllowed, format!("your own role is {}", granter.role)))
    }
}

/// Tells the admins of an organisation that others are admins now, too. Every way to become one leads here, so that
/// no admin is made in silence.
pub(in crate::domain) async fn announce_admins(
    write: &Write<'_>,
    organisation: OrganisationId,
    new: &[UserId],
) -> Result<(), Error> {
    let admins = mail::active_admins(write, organisation).await?;
    let (new, earlier): (Vec<_>, Vec<_>) = admins.into_iter().partition(|admin| new.contains(&admin.id));
    if new.is_empty() || earlier.is_empty() {
        return Ok(());
    }
    let named = new.iter().take(NAMED).map(|admin| format!("{} ({})", admin.name, admin.email));
    let more = new.len().checked_sub(NAMED).filter(|more| *more > 0);
    let members: Vec<_> = named.chain(more.map(|more| format!("{more} others"))).collect();
    let place = organisation::Entity::find_by_id(organisation).one(write).await?;
    let place = place.ok_or(Error::NotFound)?.name;
    let mail = Mail::NewAdmin { members, organisation: place };
    for admin in earlier {
        mail::enqueue(write, &admin.email, mail.clone()).await?;
    }
    Ok(())
}

/// Changes a member's role. The server itself, which makes a developer, is no member and gives any role.
///
/// # Errors
/// [`Error::NotFound`], also if who gives the role is no member any more; [`Error::Invalid`] for a role with more than
/// they have now; [`Error::LastAdmin`].
pub async fn change_role(
    write: &Write<'_>,
    organisation: OrganisationId,
    granter: Option<UserId>,
    user: UserId,
    role: Role,
) -> Result<membership::Model, Error> {
    let place = lock(write, organisation).await?;
    if let Some(granter) = granter {
        // Under the lock, so that a demotion that is under way counts.
        let granter = find(write, organisation, granter).await?;
        check_covered(write.catalogue(), &granter, role)?;
    }
    let before = find(write, organisation, user).await?;
    if before.role == role {
        return Ok(before);
    }
    let mut changing = membership::Entity::update_many()
        .col_expr(membership::Column::Role, Expr::value(role))
        .col_expr(membership::Column::UpdatedAt, Expr::value(write.now))
        .filter(membership::COLUMN.organisation_id.eq(organisation))
        .filter(membership::COLUMN.user_id.eq(user));
    if !manages_members(role) {
        changing = changing.filter(not_the_last_manager(organisation, user));
    }
    if changing.exec(write).await?.rows_affected != 1 {
        return Err(Error::LastAdmin);
    }
    let changed = Changed { before: before.role, after: role };
    write.record(Event::MemberRoleChanged { organisation, user, role: changed }).await?;
    if manages_members(role)
        && let Some(raised) = user::Entity::find_by_id(user).one(write).await?
    {
        let mail = Mail::RaisedToAdmin { organisation: place.name };
        mail::enqueue(write, &raised.email, mail).await?;
        announce_admins(write, organisation, &[user]).await?;
    }
    Ok(membership::Model { role, updated_at: write.now, ..before })
}

/// Removes a member; leaving is removing oneself. Once more changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a user who never was a member, [`Error::LastAdmin`].
pub async fn remove(write: &Write<'_>, organisation: OrganisationId, user: UserId) -> Result<(), Error> {
    lock(write, organisation).await?;
    let before = match find(write, organisation, user).await {
        Err(Error::NotFound) if was_removed(write, organisation, user).await? => return Ok(()),
        found => found?,
    };
    let removed = membership::Entity::delete_many()
        .filter(membership::COLUMN.organisation_id.eq(organisation))
        .filter(membership::COLUMN.user_id.eq(user))
        .filter(not_the_last_manager(organisation, user))
        .exec(write)
        .await?;
    if removed.rows_affected != 1 {
        return Err(Error::LastAdmin);
    }
    // Sessions are the user's, not the organisation's: they go on, but no longer for it.
    session::Entity::update_many()
        .col_expr(session::Column::OrganisationId, Expr::value(None::<OrganisationId>))
        .filter(session::COLUMN.user_id.eq(user))
        .filter(session::COLUMN.organisation_id.eq(organisation))
        .exec(write)
        .await?;
    let left = write.actor.id.as_deref() == Some(user.to_string().as_str());
    let role = before.role;
    write
        .record(if left {
            Event::MemberLeft { organisation, user, role }
        } else {
            Event::MemberRemoved { organisation, user, role }
        })
        .await?;
    tell_of_keys(write, organisation, user).await
}

/// Whether a user was a member until they were removed or left: no row says so any more, the audit log does.
async fn was_removed(write: &Write<'_>, organisation: OrganisationId, user: UserId) -> Result<bool, Error> {
    let ends = audit_event::Entity::ends_of_memberships([user.to_string()])
        .filter(audit_event::COLUMN.organisation_id.eq(organisation));
    Ok(ends.one(write).await?.is_some())
}

/// Ends what the sessions of a member may do in this organisation; in the member's others they go on. Sessions that
/// begin from now on count.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn end_sessions(
    write: &Write<'_>,
    organisation: OrganisationId,
    user: UserId,
) -> Result<(), Error> {
    lock(write, organisation).await?;
    find(write, organisation, user).await?;
    // Sign-ins of this moment come before or after.
    users::lock(write, user).await?;
    let newest = session::Entity::of_user(user).order_by_desc(session::Column::CreatedAt);
    let newest = newest.one(write).await?.map(|session| session.created_at);
    // The clock of the node that started it may be ahead of this one's.
    let end = newest.map_or(write.now, |newest| Ord::max(newest, write.now));
    membership::Entity::update_many()
        .col_expr(membership::Column::SessionsEndedAt, Expr::value(end))
        .filter(membership::COLUMN.organisation_id.eq(organisation))
        .filter(membership::COLUMN.user_id.eq(user))
        .exec(write)
        .await?;
    let event = Event::SessionEnded {
        organisation: Some(organisation),
        ended: Ended::User(user),
        reason: SessionEnd::Requested,
        scope: SessionScope::Organisation,
        sessions_ended: None,
        most: None,
    };
    write.record(event).await
}

/// Keys are the organisation's and go on when their creator leaves or is disabled; the admins should know.
pub async fn tell_of_keys(
    write: &Write<'_>,
    organisation: OrganisationId,
    gone: UserId,
) -> Result<(), Error> {
    let keys = api_key::Entity::in_organisation(organisation)
        .filter(api_key::COLUMN.created_by.eq(gone))
        .filter(api_key::COLUMN.revoked_at.is_null())
        .all(write)
        .await?;
    let keys: Vec<_> = keys.into_iter().filter(|key| key.is_alive(write.now)).map(|key| key.name).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let place = lock(write, organisation).await?;
    let member = user::Entity::find_by_id(gone).one(write).await?.map_or_else(String::new, |user| user.name);
    let mail = Mail::KeysLeftBehind { member, organisation: place.name, keys };
    mail::enqueue_for_admins(write, organisation, mail).await
}

/// The membership of a user.
pub async fn find(
    write: &Write<'_>,
    organisation: OrganisationId,
    user: UserId,
) -> Result<membership::Model, Error> {
    membership::Entity::in_organisation(organisation)
        .filter(membership::COLUMN.user_id.eq(user))
        .one(write)
        .await?
        .ok_or(Error::NotFound)
}

fn not_the_last_manager(organisation: OrganisationId, user: UserId) -> Condition {
    let managing = Role::holding(Permission::MembersManage);
    Condition::any().add(membership::COLUMN.role.is_not_in(managing)).add(another_manager(organisation, user))
}
