//! What ends the wait for an account's owner, and how the owner learns of guesses.

use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait, QueryFilter, QueryTrait as _, Set,
};

use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::domain::journal::mail::{self, Mail};
use crate::domain::session::attempts::budget::{OPEN, SKEW, Subject};
use crate::domain::session::known_network;
use crate::domain::{NoEvent, Write};
use crate::entity::login_failure::{self, ActiveModel, Column, Entity};
use crate::entity::user;
use crate::error::Error;
use crate::event::{Event, UnlockReason};

/// How often the owner is told.
const TOLD_EVERY: TimeDelta = TimeDelta::hours(24);

fn strangers(keyring: &Keyring, user: &user::Model) -> impl Iterator<Item = Vec<u8>> {
    let names = [Some(&user.email_normalised), user.username.as_ref()];
    let digests = names.into_iter().flatten().flat_map(|name| Subject::Account(name).digests(keyring));
    digests.map(|digest| digest.to_vec())
}

/// Deletes the counts of wrong guesses at an account, and records `user.unlocked`.
pub async fn unlock(write: &Write<'_>, user: &user::Model) -> Result<(), Error> {
    forget(write, user).await?;
    write.record(Event::UserUnlocked { user: user.id, reason: UnlockReason::Requested }).await
}

/// Deletes the counts of wrong guesses at an account, those of its devices included.
pub async fn forget(write: &Write<'_>, user: &user::Model) -> Result<(), Error> {
    Entity::delete_many()
        .filter(
            Condition::any()
                .add(Column::Subject.is_in(strangers(write.keyring, user)))
                .add(login_failure::COLUMN.user_id.eq(user.id)),
        )
        .exec(write)
        .await?;
    Ok(())
}

/// The owner has proven who they are by something that cannot be guessed, such as a mailed link: the network that they
/// are in has a budget of its own from now on, and the pause of the strangers' budget ends.
///
/// The wrong guesses stay counted, so that strangers win one attempt by this and no more.
pub async fn let_in(write: &Write<'_>, user: &user::Model) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Budgets);
    known_network::remember(write, user.id).await?;
    Entity::update_many()
        .col_expr(Column::BlockedUntil, Expr::value(OPEN))
        .col_expr(Column::Closed, Expr::value(false))
        .filter(Column::Subject.is_in(strangers(write.keyring, user)))
        .filter(login_failure::COLUMN.closed.eq(true))
        .exec(write)
        .await?;
    Ok(())
}

/// Mails the owner of a proven address that their account is guessed at, once a day at most on all nodes.
pub(super) async fn tell_of_guesses(write: &Write<'_>, owner: &user::Model) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Budgets);
    if owner.email_verified_at.is_none() || owner.disabled_at.is_some() {
        return Ok(());
    }
    // A row beside the budgets, swept as they are. It names no user: `unlock` must not bring a second mail.
    let next = write.now + TOLD_EVERY;
    let told = ActiveModel {
        subject: Set(write.keyring.mac(KeyPurpose::Attempt, &[b"told ", owner.id.0.as_bytes()]).to_vec()),
        user_id: Set(None),
        failures: Set(0),
        blocked_until: Set(OPEN),
        closed: Set(false),
        forgotten_at: Set(next),
    };
    let due = || Expr::col((Entity, Column::ForgottenAt));
    let mut again = OnConflict::column(Column::Subject);
    again
        .value(Column::ForgottenAt, next)
        // Later than it could be: the clock was set back.
        .action_and_where(due().lte(write.now).or(due().gt(next + SKEW)));
    let insert = Entity::insert(told).on_conflict(again).into_query();
    if write.execute(&insert).await?.rows_affected() == 1 {
        mail::enqueue(write, &owner.email, Mail::PasswordGuesses).await?;
    }
    Ok(())
}
