//! Who is there already: in the database, in the lines before, and, in a dry run, in the batches that were taken back.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use sea_orm::sea_query::LockType;
use sea_orm::{Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::Write;
use crate::domain::onboarding::import::ImportedUser;
use crate::domain::values::external_id::ExternalId;
use crate::domain::values::username::Username;
use crate::entity::{audit_event, membership, organisation, user};
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;

/// An account that is there. Names are kept as digests: in a dry run there may be a million.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: UserId,
    /// Its digest, if it was imported.
    pub imported: Option<Vec<u8>>,
    pub external_id: Option<u64>,
    pub disabled: bool,
    /// In a dry run: a batch before made it, and is taken back.
    pub is_taken_back: bool,
    is_new: bool,
    /// Its organisations, by slug.
    pub places: HashMap<u64, Role>,
    /// The organisations that it is no member of any more.
    pub left: HashSet<String>,
    names: Vec<u64>,
}

/// Accounts, by address, username and external id.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    digests: RandomState,
    accounts: Vec<Known>,
    by_name: HashMap<u64, usize>,
}

/// What an account is found by.
#[derive(Hash)]
pub enum Name<'a> {
    Email(&'a str),
    Username(&'a str),
    ExternalId(&'a str),
    Organisation(&'a str),
}

impl Roster {
    /// What is there of a batch's names, locked until the transaction ends, and of what an earlier batch would have
    /// made.
    pub async fn of(write: &Write<'_>, users: &[ImportedUser], before: &Self) -> Result<Self, Error> {
        let mut roster = Self { digests: before.digests.clone(), ..Self::default() };
        for name in users.iter().flat_map(|user| before.names(user)) {
            if let (Some(known), false) = (before.get(name), roster.by_name.contains_key(&name)) {
                roster.add(known.clone());
            }
        }
        roster.read(write, users).await?;
        Ok(roster)
    }

    async fn read(&mut self, write: &Write<'_>, users: &[ImportedUser]) -> Result<(), Error> {
        let emails = users.iter().map(|user| user.email.normalised());
        let usernames = users.iter().filter_map(|user| user.username.as_ref()).map(Username::as_str);
        let external_ids = users.iter().filter_map(|user| user.external_id.as_ref()).map(ExternalId::as_str);
        let rows = user::Entity::find()
            .filter(
                Condition::any()
                    .add(user::COLUMN.email_normalised.is_in(emails))
                    .add(user::COLUMN.username.is_in(usernames))
                    .add(user::COLUMN.external_id.is_in(external_ids)),
            )
            .order_by_asc(user::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .all(write)
            .await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let mut places = HashMap::<UserId, HashMap<u64, Role>>::new();
        let memberships = membership::Entity::of_users(ids.clone()).find_also_related(organisation::Entity);
        for (membership, place) in memberships.all(write).await? {
            let Some(place) = place else { continue };
            let slug = self.key(&Name::Organisation(&place.slug));
            places.entry(membership.user_id).or_default().insert(slug, membership.role);
        }
        let mut left = HashMap::<String, HashSet<String>>::new();
        let targets = ids.iter().map(ToString::to_string);
        for event in audit_event::Entity::ends_of_memberships(targets).all(write).await? {
            if let (Some(user), Some(place)) = (event.target_id, event.organisation_id) {
                left.entry(user).or_default().insert(place.to_string());
            }
        }
        for row in rows {
            let external_id = row.external_id.as_deref().map(|id| self.key(&Name::ExternalId(id)));
            let names: Vec<_> = [
                Some(self.key(&Name::Email(&row.email_normalised))),
                row.username.as_deref().map(|username| self.key(&Name::Username(username))),
                external_id,
            ]
            .into_iter()
            .flatten()
            .collect();
            // A dry run knows more of it than the database.
            if names.iter().any(|name| self.by_name.contains_key(name)) {
                continue;
            }
            self.add(Known {
                id: row.id,
                imported: row.imported_hash_digest,
                external_id,
                disabled: row.disabled_at.is_some(),
                is_taken_back: false,
                is_new: false,
                places: places.remove(&row.id).unwrap_or_default(),
                left: left.remove(&row.id.to_string()).unwrap_or_default(),
                names,
            });
        }
        Ok(())
    }

    pub fn key(&self, name: &Name<'_>) -> u64 {
        self.digests.hash_one(name)
    }

    /// The names of a line that no other account may have.
    fn names(&self, user: &ImportedUser) -> Vec<u64> {
        let email = user.email.normalised();
        let username = user.username.as_ref().map(|username| self.key(&Name::Username(username.as_str())));
        let external_id = user.external_id.as_ref().map(|id| self.key(&Name::ExternalId(id.as_str())));
        [Some(self.key(&Name::Email(&email))), username, external_id].into_iter().flatten().collect()
    }

    pub fn get(&self, name: u64) -> Option<&Known> {
        self.by_name.get(&name).map(|at| &self.accounts[*at])
    }

    pub fn get_mut(&mut self, name: u64) -> Option<&mut Known> {
        self.by_name.get(&name).map(|at| &mut self.accounts[*at])
    }

    /// A new account of that line.
    pub fn make(&mut self, id: UserId, user: &ImportedUser) {
        self.add(Known {
            id,
            imported: Some(user.digest()),
            external_id: user.external_id.as_ref().map(|id| self.key(&Name::ExternalId(id.as_str()))),
            disabled: user.disabled,
            is_taken_back: false,
            is_new: true,
            places: HashMap::new(),
            left: HashSet::new(),
            names: self.names(user),
        });
    }

    /// Puts the accounts of a batch that is taken back in the place of those with the same names.
    pub fn merge(&mut self, batch: Self) {
        for known in batch.accounts {
            let is_taken_back = known.is_taken_back || known.is_new;
            self.add(Known { is_taken_back, ..known });
        }
    }

    fn add(&mut self, known: Known) {
        let at = known.names.iter().find_map(|name| self.by_name.get(name)).copied();
        let at = at.unwrap_or(self.accounts.len());
        self.by_name.extend(known.names.iter().map(|name| (*name, at)));
        if at == self.accounts.len() { self.accounts.push(known) } else { self.accounts[at] = known }
    }
}
