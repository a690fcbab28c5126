//! Accounts that people make themselves, from the request to the proof of the address.
//!
//! Where the address must be proven first, nothing that others can see comes of a registration before that: no
//! username and no organisation. Otherwise a stranger could ask whether an address has an account, by registering
//! it together with a username or an organisation's name and looking whether that is taken afterwards.

use std::net::IpAddr;

use chrono::TimeDelta;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict as Upsert};
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait, QueryFilter,
    QueryTrait as _, Set,
};

use crate::clock::seconds_to_wait;
use crate::domain::account::users::{self, NewUser};
use crate::domain::journal::mail;
use crate::domain::journal::mail::Mail;
use crate::domain::organisation::organisations;
use crate::domain::session::sign_in;
use crate::domain::values::display_name::DisplayName;
use crate::domain::{NoEvent, Write};
use crate::entity::{organisation, registration, registration_budget, user};
use crate::error::{Error, OnConflict};
use crate::event::{Changed, ChangedNames, Event};
use crate::id::UserId;
use crate::network::network;

/// In which the registrations of a client are counted.
const WINDOW: TimeDelta = TimeDelta::hours(1);
/// How exact the last use of an account without sessions is known.
const SEEN: TimeDelta = TimeDelta::hours(1);

/// Counts a registration for the client's network, whatever comes of it. The caller commits before it looks whether
/// the address has an account.
///
/// # Errors
/// [`Error::TooManyRegistrations`].
pub async fn spend(write: &Write<'_>, client: IpAddr, most: i32) -> Result<(), Error> {
    use registration_budget::{ActiveModel, Column, Entity};
    let write = &write.without_event(NoEvent::Budgets);
    let network = network(client).to_string();
    let column = |column: Column| Expr::col((Entity, column));
    let over = || column(Column::EndsAt).lte(write.now);
    let mut again = Upsert::column(Column::Network);
    again
        .value(Column::Taken, CaseStatement::new().case(over(), 1).finally(column(Column::Taken).add(1)))
        .value(
            Column::EndsAt,
            CaseStatement::new().case(over(), write.now + WINDOW).finally(column(Column::EndsAt)),
        )
        .action_cond_where(Condition::any().add(over()).add(column(Column::Taken).lt(most)));
    let first =
        ActiveModel { network: Set(network.clone()), taken: Set(1), ends_at: Set(write.now + WINDOW) };
    let insert = Entity::insert(first).on_conflict(again).into_query();
    if write.execute(&insert).await?.rows_affected() == 1 {
        return Ok(());
    }
    let row = Entity::find_by_id(network).one(write).await?;
    let wait = row.map_or(WINDOW, |row| row.ends_at - write.now);
    Err(Error::TooManyRegistrations { retry_after: seconds_to_wait(wait) })
}

/// Makes an account that can be used at once, and its organisation if one is asked for.
///
/// # Errors
/// [`Error::EmailTaken`]; [`Error::UsernameTaken`].
pub async fn create(
    write: &Write<'_>,
    new: NewUser,
    organisation: Option<&DisplayName>,
) -> Result<(user::Model, Option<organisation::Model>), Error> {
    let user = users::create(write, new).await?;
    let actor = write.actor.as_user(user.id, &user.name);
    let write = &write.by(&actor);
    let place = match organisation {
        Some(name) => Some(organisations::create(write, name, None, Some(user.id)).await?.0),
        None => None,
    };
    write_down(write, &user, None, None).await?;
    // The account can be used without the mail: a client that asked for too many gets it all the same.
    match ask_for_proof(write, &user.email_normalised, Some(user.id)).await {
        Err(Error::TooManyMailsAsked { .. }) => {}
        asked => asked?,
    }
    Ok((user, place))
}

/// Makes an account that can be used once its address is proven. If the address has an account already, its owner is
/// told by mail, and the caller cannot tell the difference.
///
/// # Errors
/// [`Error::UsernameTaken`], whether the address is free or not; [`Error::EmailTaken`] if the account was made in
/// this moment: once more finds it.
pub async fn begin(
    write: &Write<'_>,
    mut new: NewUser,
    organisation: Option<&DisplayName>,
) -> Result<(), Error> {
    let email = new.email.normalised();
    let username = new.username.take().map(|username| username.as_str().to_owned());
    if let Some(username) = &username
        && sign_in::find(write, username).await?.is_some()
    {
        return Err(Error::UsernameTaken);
    }
    if sign_in::find(write, &email).await?.is_some() {
        return ask_for_proof(write, &email, None).await;
    }
    let user = users::create(write, new).await?;
    let organisation = organisation.map(|name| name.as_str().to_owned());
    write_down(write, &user, username, organisation).await?;
    ask_for_proof(write, &email, Some(user.id)).await
}

async fn write_down(
    write: &Write<'_>,
    user: &user::Model,
    username: Option<String>,
    organisation: Option<String>,
) -> Result<(), Error> {
    registration::ActiveModel {
        user_id: Set(user.id),
        username: Set(username),
        organisation: Set(organisation),
        seen_at: Set(write.now),
        created_at: Set(write.now),
    }
    .insert(write)
    .await?;
    Ok(())
}

async fn ask_for_proof(write: &Write<'_>, email: &str, made: Option<UserId>) -> Result<(), Error> {
    mail::enqueue_requested(write, email, Mail::Registration { made }).await
}

/// Gives an account what was asked for when it was registered, now that its address is proven by the mailed link. A
/// username that another account has by now is left out.
///
/// # Errors
/// [`Error::Busy`] if another account takes the username in this moment.
pub async fn fulfil(write: &Write<'_>, user: &user::Model) -> Result<(), Error> {
    let Some(asked) = registration::Entity::find_by_id(user.id).one(write).await? else {
        return Ok(());
    };
    let actor = write.actor.as_user(user.id, &user.name);
    let write = &write.by(&actor);
    if let Some(username) = asked.username.filter(|_| user.username.is_none())
        && sign_in::find(write, &username).await?.is_none()
    {
        user::Entity::update_many()
            .col_expr(user::Column::Username, Expr::value(username.as_str()))
            .filter(user::COLUMN.id.eq(user.id))
            .exec(write)
            .await
            .on_conflict(|_| Error::Busy)?;
        let username = Changed::between(None, Some(username));
        let (external_id, metadata_changed) = (None, ChangedNames::default());
        let event = Event::UserUpdated { user: user.id, name: None, username, external_id, metadata_changed };
        write.record(event).await?;
    }
    // A name that was good then and is not any more must not keep a user from proving the address.
    if let Some(name) = asked.organisation.as_deref().and_then(DisplayName::from_others) {
        organisations::create(write, &name, None, Some(user.id)).await?;
    }
    Ok(())
}

/// The operator vouches for an account: it gets what it asked for, and does not end for want of a
/// proof.
pub async fn vouch(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let user = users::lock(write, user).await?;
    fulfil(write, &user).await?;
    settle(write, user.id).await
}

/// The account no longer waits for its proof.
pub async fn settle(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    registration::Entity::delete_by_id(user).exec(write).await?;
    Ok(())
}

/// Notes that an account was used by HTTP Basic, which leaves no session behind.
pub async fn seen(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Uses);
    registration::Entity::update_many()
        .col_expr(registration::Column::SeenAt, Expr::value(write.now))
        .filter(registration::COLUMN.user_id.eq(user))
        .filter(registration::COLUMN.seen_at.lt(write.now - SEEN))
        .exec(write)
        .await?;
    Ok(())
}
