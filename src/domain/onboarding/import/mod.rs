//! Accounts that were made elsewhere, many at once, with the hashes of their passwords.
//!
//! An account that exists is never changed. One that was imported may become a member of more organisations, a line for
//! each: it is known again by its address, and by the hash that it came with, which its row remembers as a digest.

mod outcome;
mod roster;
mod rows;

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use sea_orm::sea_query::LockType;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::domain::Write;
use crate::domain::email::Email;
use crate::domain::onboarding::invitations;
use crate::domain::organisation::members::manages_members;
use crate::domain::organisation::organisations;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::external_id::ExternalId;
use crate::domain::values::slug::Slug;
use crate::domain::values::username::Username;
use crate::entity::organisation;
use crate::error::Error;
use crate::id::OrganisationId;
use crate::password::ImportedHash;
use crate::permission::Role;
pub use outcome::{Done, Refused};
use roster::{Known, Name, Roster};
use rows::Rows;

/// An account as another system had it.
#[derive(Clone, Debug)]
pub struct ImportedUser {
    pub email: Email,
    pub name: Option<DisplayName>,
    pub username: Option<Username>,
    pub external_id: Option<ExternalId>,
    /// None: the account gets in by a link to choose a password, or through an issuer.
    pub password_hash: Option<ImportedHash>,
    pub place: Option<(Slug, Role)>,
    pub email_verified: bool,
    pub disabled: bool,
    pub created_at: Option<Timestamp>,
}

impl ImportedUser {
    /// By which the account's row remembers the hash that it came with. The hash has a salt of its own, so guesses
    /// cannot be checked against the digest.
    fn digest(&self) -> Vec<u8> {
        let text = self.password_hash.as_ref().map_or("", ImportedHash::as_str);
        Sha256::digest(text).to_vec()
    }
}

/// An import, batch by batch.
#[derive(Debug)]
pub struct Import {
    seats: Option<u64>,
    create_organisations: bool,
    /// Of this file: which address each external id stands beside.
    external_ids: HashMap<u64, u64>,
    /// What a dry run would have written before: it takes every batch back.
    before: Before,
    /// The batch that was imported last.
    last: Roster,
}

#[derive(Debug, Default)]
struct Before {
    roster: Roster,
    /// Organisations, by slug: those that were made, and how many seats were taken.
    made: HashSet<String>,
    seats: HashMap<String, u64>,
}

/// The organisations of a batch, by slug.
type OrganisationIndex = HashMap<String, IndexedOrganisation>;

struct IndexedOrganisation {
    id: OrganisationId,
    seats_left: u64,
}

/// A batch that is under way.
struct Batch<'a> {
    write: &'a Write<'a>,
    places: OrganisationIndex,
    roster: Roster,
    rows: Rows,
}

impl Import {
    /// `seats` is the most members of each organisation. One that does not exist is made for its first admin, if
    /// `create_organisations` allows it.
    pub fn new(seats: Option<u64>, create_organisations: bool) -> Self {
        let (before, last) = (Before::default(), Roster::default());
        Self { seats, create_organisations, external_ids: HashMap::new(), before, last }
    }

    /// Imports what it can of a batch, and returns the outcome of each line.
    ///
    /// # Errors
    /// [`Error::Busy`] if another request made one of these accounts at the same moment: the caller runs the batch again.
    pub async fn batch(
        &mut self,
        write: &Write<'_>,
        users: &[ImportedUser],
    ) -> Result<Vec<Result<Done, Refused>>, Error> {
        // Organisations are locked before accounts, as everywhere.
        let places = self.places(write, users).await?;
        let roster = Roster::of(write, users, &self.before.roster).await?;
        let mut batch = Batch { write, places, roster, rows: Rows::default() };
        let mut outcomes = Vec::with_capacity(users.len());
        for user in users {
            let outcome = self.line(&mut batch, user).await?;
            if let (Ok(_), Some(id)) = (&outcome, &user.external_id) {
                let email = batch.roster.key(&Name::Email(&user.email.normalised()));
                self.external_ids.insert(batch.roster.key(&Name::ExternalId(id.as_str())), email);
            }
            outcomes.push(outcome);
        }
        batch.rows.insert(write).await?;
        self.last = batch.roster;
        Ok(outcomes)
    }

    /// Remembers the last batch, which will be taken back.
    pub fn remember(&mut self, users: &[ImportedUser], outcomes: &[Result<Done, Refused>]) {
        for (user, outcome) in users.iter().zip(outcomes) {
            let took_seat = matches!(outcome, Ok(Done::Created | Done::Joined));
            if let (Some((slug, _)), true) = (&user.place, took_seat) {
                *self.before.seats.entry(slug.as_str().to_owned()).or_default() += 1;
                self.before.made.insert(slug.as_str().to_owned());
            }
        }
        self.before.roster.merge(std::mem::take(&mut self.last));
    }

    /// The organisations that exist, locked in the order of their ids: their seats are counted.
    async fn places(&self, write: &Write<'_>, users: &[ImportedUser]) -> Result<OrganisationIndex, Error> {
        let slugs: HashSet<&str> =
            users.iter().filter_map(|user| user.place.as_ref()).map(|(slug, _)| slug.as_str()).collect();
        let found = organisation::Entity::find()
            .filter(organisation::COLUMN.slug.is_in(slugs))
            .order_by_asc(organisation::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .all(write)
            .await?;
        let mut places = OrganisationIndex::new();
        for row in found {
            let seats_left = match self.seats {
                Some(seats) => seats
                    .saturating_sub(invitations::taken_seats(write, row.id).await?)
                    .saturating_sub(self.before.seats.get(&row.slug).copied().unwrap_or(0)),
                None => u64::MAX,
            };
            places.insert(row.slug, IndexedOrganisation { id: row.id, seats_left });
        }
        Ok(places)
    }

    /// Imports a line, as far as it says something new.
    async fn line(&self, batch: &mut Batch<'_>, user: &ImportedUser) -> Result<Result<Done, Refused>, Error> {
        let found = match self.find(&batch.roster, user) {
            Ok(found) => found,
            Err(refused) => return Ok(Err(refused)),
        };
        let known = found.and_then(|name| batch.roster.get(name)).cloned();
        if known.is_none()
            && user.created_at.is_some_and(|at| at > batch.write.now || at < DateTime::UNIX_EPOCH)
        {
            return Ok(Err(Refused::CreatedAt));
        }
        let place = match &user.place {
            None => None,
            Some((slug, role)) => {
                let key = batch.roster.key(&Name::Organisation(slug.as_str()));
                match known.as_ref().and_then(|known| known.places.get(&key)) {
                    Some(there) if there == role => None,
                    Some(there) => return Ok(Err(Refused::OtherRole(slug.as_str().to_owned(), *there))),
                    None => match self.admit(batch, known.as_ref(), user, (slug, *role)).await? {
                        Ok(id) => Some((key, id, *role)),
                        Err(refused) => return Ok(Err(refused)),
                    },
                }
            }
        };
        let done = match (found, place) {
            (None, _) => Done::Created,
            (Some(_), Some(_)) => Done::Joined,
            (Some(_), None) => return Ok(Ok(Done::Unchanged)),
        };
        let name = found.unwrap_or_else(|| batch.roster.key(&Name::Email(&user.email.normalised())));
        if found.is_none() {
            let id = batch.rows.add_user(batch.write, user);
            batch.roster.make(id, user);
        }
        if let (Some((key, organisation, role)), Some(known)) = (place, batch.roster.get_mut(name)) {
            known.places.insert(key, role);
            if !known.is_taken_back {
                batch.rows.add_membership(batch.write, organisation, known.id, role);
            }
        }
        Ok(Ok(done))
    }

    /// The name of the account that a line is about, if there is one.
    fn find(&self, roster: &Roster, user: &ImportedUser) -> Result<Option<u64>, Refused> {
        let email = roster.key(&Name::Email(&user.email.normalised()));
        let external_id = user.external_id.as_ref().map(|id| roster.key(&Name::ExternalId(id.as_str())));
        if external_id.and_then(|id| self.external_ids.get(&id)).is_some_and(|beside| *beside != email) {
            return Err(Refused::ExternalIdExists);
        }
        let same_hash =
            |known: &Known| known.imported.as_deref().is_some_and(|digest| digest == user.digest());
        let by_external_id = external_id.filter(|id| roster.get(*id).is_some());
        if let Some(known) = roster.get(email) {
            if known.imported.is_none() {
                return Err(Refused::EmailExists);
            }
            if external_id.is_some() && external_id != known.external_id {
                let is_taken = by_external_id.is_some();
                return Err(if is_taken { Refused::ExternalIdExists } else { Refused::OtherExternalId });
            }
            if user.password_hash.is_some() && !same_hash(known) {
                return Err(Refused::OtherHash);
            }
            return Ok(Some(email));
        }
        if let Some(id) = by_external_id {
            // The same account, if it came with the same hash: its address has changed since.
            let is_same = user.password_hash.is_some() && roster.get(id).is_some_and(same_hash);
            return if is_same { Ok(Some(id)) } else { Err(Refused::ExternalIdExists) };
        }
        let username = user.username.as_ref().map(|username| roster.key(&Name::Username(username.as_str())));
        if username.is_some_and(|username| roster.get(username).is_some()) {
            return Err(Refused::UsernameExists);
        }
        Ok(None)
    }

    /// The organisation that an account may join, with a seat in it; makes it if that may be.
    async fn admit(
        &self,
        batch: &mut Batch<'_>,
        known: Option<&Known>,
        user: &ImportedUser,
        (slug, role): (&Slug, Role),
    ) -> Result<Result<OrganisationId, Refused>, Error> {
        let name = slug.as_str().to_owned();
        let most = batch.write.caps().organisations;
        let (number, disabled) =
            known.map_or((0, user.disabled), |known| (known.places.len() as u64, known.disabled));
        if most.is_some_and(|most| number >= most) {
            return Ok(Err(Refused::TooManyOrganisations));
        }
        if !batch.places.contains_key(&name) {
            if !self.create_organisations {
                return Ok(Err(Refused::NoOrganisation(name)));
            }
            if (!manages_members(role) || disabled) && !self.before.made.contains(&name) {
                return Ok(Err(Refused::NoFirstAdmin(name)));
            }
            if self.seats == Some(0) {
                return Ok(Err(Refused::SeatsTaken(name)));
            }
            let Some(made) = self.make(batch.write, slug).await? else {
                return Ok(Err(Refused::SlugUsed(name)));
            };
            batch.places.insert(name.clone(), made);
        }
        let Some(place) = batch.places.get_mut(&name) else { return Ok(Err(Refused::NoOrganisation(name))) };
        if known.is_some_and(|known| known.left.contains(&place.id.to_string())) {
            return Ok(Err(Refused::HasLeft(name)));
        }
        if place.seats_left == 0 {
            return Ok(Err(Refused::SeatsTaken(name)));
        }
        place.seats_left -= 1;
        Ok(Ok(place.id))
    }

    /// Makes an organisation; `None` if another one had the slug once.
    async fn make(&self, write: &Write<'_>, slug: &Slug) -> Result<Option<IndexedOrganisation>, Error> {
        let name = DisplayName::try_from(slug.as_str().to_owned()).map_err(Error::internal)?;
        let row = match organisations::create(write, &name, Some(slug.clone()), None).await {
            Ok((row, _)) => row,
            Err(Error::SlugTaken) => {
                let there = organisation::Entity::find_by_reference(slug.as_str()).one(write).await?;
                // Another request has just made it.
                return if there.is_some() { Err(Error::Busy) } else { Ok(None) };
            }
            Err(error) => return Err(error),
        };
        let used = self.before.seats.get(slug.as_str()).copied().unwrap_or(0);
        Ok(Some(IndexedOrganisation {
            id: row.id,
            seats_left: self.seats.map_or(u64::MAX, |seats| seats.saturating_sub(used)),
        }))
    }
}
