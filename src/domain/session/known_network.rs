//! Networks that an account signs in from: each has a budget of its own for wrong passwords, so that programs of the
//! owner, which keep no cookie, go on while strangers guess. A new password forgets all of them: a person who knew the one
//! before may have signed in from anywhere.

use std::net::IpAddr;

use chrono::TimeDelta;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter, Set};

use crate::clock::Timestamp;
use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::domain::{NoEvent, Write};
use crate::entity::known_network::{self, ActiveModel, Column, Entity};
use crate::error::Error;
use crate::id::UserId;
use crate::network::subnet;

/// How old a note may be before a sign-in writes it anew. Programs that sign in with every request write it once a day.
const NOTED_FOR: TimeDelta = TimeDelta::days(1);
/// How old a note may be to count: 30 days after the last sign-in, which may have found a note of the day before.
pub const KNOWN_FOR: TimeDelta = TimeDelta::days(31);

/// Digests with the user in them, so that the rows do not tell who shares a network: under each accepted master secret.
fn digests(keyring: &Keyring, user: UserId, address: IpAddr) -> Vec<Vec<u8>> {
    let network = subnet(address).to_string();
    let parts = [user.0.as_bytes().as_slice(), network.as_bytes()];
    keyring.macs(KeyPurpose::KnownNetwork, &parts).map(|digest| digest.to_vec()).collect()
}

/// Whether an account has signed in from there.
pub async fn is_known(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    user: UserId,
    address: IpAddr,
    now: Timestamp,
) -> Result<bool, Error> {
    let note = Entity::find()
        .filter(known_network::COLUMN.user_id.eq(user))
        .filter(Column::Network.is_in(digests(keyring, user, address)))
        .filter(known_network::COLUMN.seen_at.gt(now - KNOWN_FOR))
        .one(db)
        .await?;
    Ok(note.is_some())
}

/// Notes that an account signed in from where the actor is.
pub async fn remember(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    match write.actor.address() {
        Some(address) => remember_at(write, user, address).await,
        None => Ok(()),
    }
}

/// Notes that an account signed in from there; written once a day at most.
pub async fn remember_at(write: &Write<'_>, user: UserId, address: IpAddr) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Uses);
    let network = digests(write.keyring, user, address).swap_remove(0);
    let note = Entity::find_by_id((user, network.clone())).one(write).await?;
    if note.is_some_and(|note| note.seen_at > write.now - NOTED_FOR) {
        return Ok(());
    }
    let row = ActiveModel { user_id: Set(user), network: Set(network), seen_at: Set(write.now) };
    let again =
        OnConflict::columns([Column::UserId, Column::Network]).update_column(Column::SeenAt).to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(write).await?;
    Ok(())
}

/// Forgets all networks of an account.
pub async fn forget(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    Entity::delete_many().filter(known_network::COLUMN.user_id.eq(user)).exec(write).await?;
    Ok(())
}
