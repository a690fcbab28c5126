//! Audit events that stand for many of the same: failed sign-ins and denials. However many there are, they are one row for
//! each quarter of an hour and count in it, so that a flood fills neither the log nor the disk.
//!
//! They are counted in memory and written every few seconds, by one statement that adds to the row or makes it: nodes do
//! not know of each other, and their rows are the same. A failed sign-in is never written while its client waits: only
//! accounts that exist have a log, and a client could tell by the time that it takes. What a process has counted and not
//! written when it is killed is lost; the server's log has a line for each.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, OnConflict};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect, Set};
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::crypto::keyring::Keyring;
use crate::database::Database;
use crate::domain::Write;
use crate::domain::journal::audit::Actor;
use crate::entity::audit_event::{self, ActiveModel, Column};
use crate::entity::membership;
use crate::error::{Error, OrLog as _};
use crate::event::{Event, Wanted};
use crate::id::{OrganisationId, UserId};
use crate::network::neighbourhood;

/// What happens in the same quarter of an hour is counted together, in seconds.
const PERIOD: i64 = 15 * 60;
/// The most different ones that are remembered; a failed sign-in costs a hash, so there are never as many in a few seconds.
const MOST: usize = 10_000;
/// The most organisations that an account's failed sign-ins are told to, the oldest memberships first.
const MOST_PLACES: u64 = 50;
/// Rows in a statement.
const BATCH: usize = 200;

type Key = [u8; 32];

#[derive(Clone, Debug)]
enum Happened {
    SignInFailed { account: UserId, network: Option<String>, code: &'static str },
    Denied { organisation: OrganisationId, wanted: Wanted, method: Option<String> },
}

/// The first of those that are counted together, and how many of them are not in the database yet.
#[derive(Clone, Debug)]
struct Counted {
    happened: Happened,
    actor: Actor,
    at: Timestamp,
    unwritten: i64,
}

/// What was counted.
#[derive(Debug, Default)]
pub struct Tally(Mutex<BTreeMap<Key, Counted>>);

impl Tally {
    /// Counts a sign-in to an account that failed, or a wrong password of a user who is signed in: together for the
    /// network that they come from.
    pub fn sign_in_failed(&self, actor: &Actor, now: Timestamp, account: UserId, error: &Error) {
        let network = actor.ip.as_deref().and_then(|ip| ip.parse().ok()).map(neighbourhood);
        let from = network.as_deref().unwrap_or_default();
        let key = key(now, &["sign_in.failed", &account.to_string(), from]);
        self.count(key, Happened::SignInFailed { account, network, code: error.code() }, actor, now);
    }

    /// Counts what an actor in an organisation was denied: together for each actor and each permission or role. The
    /// first one is written at once; if it cannot be, the denial stands all the same.
    pub async fn denied(
        &self,
        (db, keyring): (&Database, &Keyring),
        by: (&Actor, Timestamp),
        organisation: OrganisationId,
        wanted: Wanted,
        method: Option<&str>,
    ) {
        let (actor, now) = by;
        let (kind, name) = match &wanted {
            Wanted::Permission(name) => ("permission", name.as_str()),
            Wanted::Role(name) => ("role", name.as_str()),
        };
        // Ids of users and keys differ by their prefixes.
        let who = actor.id.as_deref().unwrap_or_default();
        let key = key(now, &["access.denied", &organisation.to_string(), who, kind, name]);
        let happened = Happened::Denied { organisation, wanted, method: method.map(str::to_owned) };
        if self.count(key, happened, actor, now) {
            self.write(db, keyring, now).await.map(drop).or_log("writing down a denial");
        }
    }

    /// Whether it is the first of its kind.
    fn count(&self, key: Key, happened: Happened, actor: &Actor, at: Timestamp) -> bool {
        let mut all = self.lock();
        if let Some(known) = all.get_mut(&key) {
            known.unwritten += 1;
            return false;
        }
        if all.len() >= MOST {
            // Denials that are written already are remembered for convenience only.
            all.retain(|_, counted| counted.unwritten > 0);
        }
        if all.len() >= MOST {
            drop(all);
            tracing::warn!("too many different failures at once: one is not in the audit log");
            return false;
        }
        all.insert(key, Counted { happened, actor: actor.clone(), at, unwritten: 1 });
        true
    }

    /// Writes what was counted since the last time; the number of rows.
    ///
    /// # Errors
    /// Those of the database. What could not be written is counted still.
    pub async fn write(&self, db: &Database, keyring: &Keyring, now: Timestamp) -> Result<usize, Error> {
        let taken: Vec<(Key, Counted)> = {
            let mut all = self.lock();
            // Denials are remembered for their period, so that only the first one is written at once.
            all.retain(|_, counted| {
                let denied = matches!(counted.happened, Happened::Denied { .. });
                counted.unwritten > 0 || (denied && period(counted.at) == period(now))
            });
            let unwritten = all.iter_mut().filter(|(_, counted)| counted.unwritten > 0);
            unwritten.map(|(key, counted)| (*key, counted.take())).collect()
        };
        if taken.is_empty() {
            return Ok(0);
        }
        let written = insert(db, keyring, now, &taken).await;
        if written.is_err() {
            let mut all = self.lock();
            for (key, counted) in taken {
                all.entry(key).and_modify(|known| known.unwritten += counted.unwritten).or_insert(counted);
            }
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn take(&mut self) -> Self {
        let taken = self.clone();
        self.unwritten = 0;
        taken
    }

    /// The rows that it is counted in: of a sign-in one in each of the account's organisations, or one in none.
    async fn rows(&self, write: &Write<'_>, key: &Key) -> Result<Vec<ActiveModel>, Error> {
        let events = match &self.happened {
            Happened::SignInFailed { account, network, code } => {
                let memberships = membership::Entity::of_user(*account)
                    .order_by_asc(membership::Column::CreatedAt)
                    .order_by_asc(membership::Column::OrganisationId)
                    .limit(MOST_PLACES)
                    .all(write)
                    .await?;
                let mut places: Vec<_> =
                    memberships.iter().map(|membership| Some(membership.organisation_id)).collect();
                if places.is_empty() {
                    places.push(None);
                }
                let failed = |organisation| Event::SignInFailed {
                    organisation,
                    user: *account,
                    network: network.clone(),
                    code,
                };
                places.into_iter().map(failed).collect()
            }
            Happened::Denied { organisation, wanted, method } => {
                let (organisation, method) = (*organisation, method.clone());
                let (permission, role) = match wanted.clone() {
                    Wanted::Permission(name) => (Some(name), None),
                    Wanted::Role(name) => (None, Some(name)),
                };
                vec![Event::AccessDenied { organisation, permission, role, method }]
            }
        };
        let row = |event: Event| {
            let place = event.organisation();
            let under = Sha256::new().chain_update(key);
            let under = under.chain_update(place.map(|place| place.0.into_bytes()).unwrap_or_default());
            Ok(ActiveModel {
                counted_under: Set(Some(under.finalize().to_vec())),
                count: Set(Some(self.unwritten)),
                ..write.row(&event)?
            })
        };
        events.into_iter().map(row).collect()
    }
}

async fn insert(
    db: &Database,
    keyring: &Keyring,
    now: Timestamp,
    counted: &[(Key, Counted)],
) -> Result<usize, Error> {
    let actor = Actor::system();
    let write = Write::new(db.begin().await?, now, &actor, keyring);
    let mut rows = Vec::new();
    for (key, one) in counted {
        let mut then = write.by(&one.actor);
        then.now = one.at;
        rows.extend(one.rows(&then, key).await?);
    }
    // In one order on all nodes, so that two of them cannot wait for each other.
    rows.sort_by(|one, other| one.counted_under.as_ref().cmp(other.counted_under.as_ref()));
    let number = rows.len();
    let count = Expr::col((audit_event::Entity, Column::Count))
        .add(Expr::col((Alias::new("excluded"), Column::Count)));
    let add = OnConflict::column(Column::CountedUnder).value(Column::Count, count).to_owned();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
        let insert = audit_event::Entity::insert_many(batch).on_conflict(add.clone());
        // The rows as they are now: a line for each time that a count grows.
        for event in insert.exec_with_returning(&write).await? {
            write.note_event(|| event.to_json());
        }
    }
    write.commit().await?;
    Ok(number)
}

const fn period(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(PERIOD)
}

/// What is counted together has the same key on all nodes.
fn key(now: Timestamp, parts: &[&str]) -> Key {
    let mut digest = Sha256::new_with_prefix(period(now).to_be_bytes());
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
