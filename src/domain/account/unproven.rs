//! Deletes accounts whose address was not proven in time: they would keep addresses and names from others for ever.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::clock::Timestamp;
use crate::domain::Write;
use crate::domain::account::deletion;
use crate::domain::journal::mail;
use crate::domain::organisation::organisations;
use crate::entity::{api_key, external_identity, membership, registration, session, user};
use crate::error::Error;
use crate::event::{DeletionReason, Event};
use crate::id::UserId;

/// Accounts that end, in the order of their ids, after that one: registered before `since`, and neither proven nor in
/// use since then.
pub async fn due(
    db: &impl ConnectionTrait,
    since: Timestamp,
    after: Option<UserId>,
    most: u64,
) -> Result<Vec<UserId>, Error> {
    let mut select = registration::Entity::find()
        .filter(over(since))
        .order_by_asc(registration::Column::UserId)
        .limit(most);
    if let Some(after) = after {
        select = select.filter(registration::COLUMN.user_id.gt(after));
    }
    Ok(select.all(db).await?.into_iter().map(|row| row.user_id).collect())
}

/// Ends an account with everything that is its alone: its names, its sessions, and the organisations in which it is
/// the only member, with their keys. False if that is not so any more, or another node was faster.
pub async fn end(write: &Write<'_>, user: UserId, since: Timestamp) -> Result<bool, Error> {
    let (account, places) = match deletion::lock(write, user).await {
        Ok(found) => found,
        // Ended by another node, or changed in this moment: the next round sees to it.
        Err(Error::NotFound | Error::Busy) => return Ok(false),
        Err(error) => return Err(error),
    };
    // Looked at again, because until the locks were had it could be proven, used, or joined by others.
    let still = registration::Entity::find_by_id(user).filter(over(since)).one(write).await?;
    let Some(registered) = still else { return Ok(false) };
    for (place, _) in &places {
        organisations::delete(write, place).await?;
        // The organisation was never used. Otherwise accounts that are never proven could block slugs for good.
        organisations::free_slugs(write, place.id).await?;
    }
    mail::drop_waiting(write, &[&account.email, &account.email_normalised]).await?;
    user::Entity::delete_by_id(user).exec(write).await?;
    let event = Event::UserDeleted {
        organisation: None,
        user,
        reason: DeletionReason::AddressNotProven,
        role: None,
        registered_at: Some(registered.created_at),
        sessions_ended: None,
        organisations: None,
    };
    write.record(event).await?;
    deletion::forget_in_events(write, &[user.to_string()]).await?;
    Ok(true)
}

/// True in SQL for registrations that end. In use is: a session or a use by HTTP Basic, or a key of its organisations
/// that was used, since then; or an organisation with other members. Operators and whom an issuer vouches for stay.
fn over(since: Timestamp) -> Condition {
    let of_account = |column: (user::Entity, user::Column)| {
        Expr::col(column).equals((registration::Entity, registration::Column::UserId))
    };
    let mut vouched = Query::select();
    vouched.expr(Expr::value(1)).from(user::Entity).and_where(of_account((user::Entity, user::Column::Id)));
    vouched.cond_where(
        Condition::any()
            .add(Expr::col((user::Entity, user::Column::Operator)).eq(true))
            .add(Expr::col((user::Entity, user::Column::EmailVerifiedAt)).is_not_null()),
    );
    let account = || (registration::Entity, registration::Column::UserId);
    let mut known_elsewhere = Query::select();
    known_elsewhere.expr(Expr::value(1)).from(external_identity::Entity).and_where(
        Expr::col((external_identity::Entity, external_identity::Column::UserId)).equals(account()),
    );
    let mut signed_in = Query::select();
    signed_in
        .expr(Expr::value(1))
        .from(session::Entity)
        .and_where(Expr::col((session::Entity, session::Column::UserId)).equals(account()))
        .and_where(Expr::col((session::Entity, session::Column::SeenAt)).gte(since));
    let mut among_others = Query::select();
    among_others
        .expr(Expr::value(1))
        .from_as(membership::Entity, "mine")
        .from_as(membership::Entity, "other")
        .and_where(Expr::col(("mine", membership::Column::UserId)).equals(account()))
        .and_where(
            Expr::col(("other", membership::Column::OrganisationId))
                .equals(("mine", membership::Column::OrganisationId)),
        )
        .and_where(
            Expr::col(("other", membership::Column::UserId))
                .ne(Expr::col(("mine", membership::Column::UserId))),
        );
    let mut key_used = Query::select();
    key_used
        .expr(Expr::value(1))
        .from_as(membership::Entity, "mine")
        .from(api_key::Entity)
        .and_where(Expr::col(("mine", membership::Column::UserId)).equals(account()))
        .and_where(
            Expr::col((api_key::Entity, api_key::Column::OrganisationId))
                .equals(("mine", membership::Column::OrganisationId)),
        )
        .and_where(Expr::col((api_key::Entity, api_key::Column::LastUsedAt)).gte(since));
    [vouched, known_elsewhere, signed_in, among_others, key_used].into_iter().fold(
        Condition::all()
            .add(registration::COLUMN.created_at.lt(since))
            .add(registration::COLUMN.seen_at.lt(since)),
        |condition, reason| condition.add(Expr::exists(reason).not()),
    )
}
