//! Accounts that were made elsewhere, many at once, with the hashes of their passwords.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use sea_orm::sea_query::LockType;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde_json::json;

use super::display_name::DisplayName;
use super::email::Email;
use super::members::manages_members;
use super::slug::Slug;
use super::username::Username;
use super::{Change, invitations, members, organisations};
use crate::entity::{audit_event, membership, organisation, user};
use crate::error::{Error, OnConflict};
use crate::id::{OrganisationId, UserId};
use crate::password::ImportedHash;
use crate::permission::Role;

/// An account as another system had it.
#[derive(Clone, Debug)]
pub struct ImportedUser {
    pub email: Email,
    pub name: Option<DisplayName>,
    pub username: Option<Username>,
    pub password_hash: ImportedHash,
    pub place: Option<(Slug, Role)>,
    pub email_verified: bool,
    pub disabled: bool,
}

/// Why an account was not imported. Nothing was changed of what is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("exists already: there is an account with this e-mail address")]
    EmailExists,
    #[error("exists already: there is an account with this username")]
    UsernameExists,
    #[error("there is no organisation `{0}`")]
    NoOrganisation(String),
    #[error(
        "there is no organisation `{0}`, and only an admin who is not disabled can be the first of a new one"
    )]
    NoFirstAdmin(String),
    #[error("the organisation `{0}` has no seat left")]
    SeatsTaken(String),
}

impl Refused {
    /// For programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmailExists => "email_exists",
            Self::UsernameExists => "username_exists",
            Self::NoOrganisation(_) => "no_organisation",
            Self::NoFirstAdmin(_) => "no_first_admin",
            Self::SeatsTaken(_) => "seats_taken",
        }
    }
}

/// An import, batch by batch.
#[derive(Debug)]
pub struct Import {
    seats: Option<u64>,
    create_organisations: bool,
    /// What a dry run would have written before: it takes every batch back. Of the names only digests.
    before: Before,
}

#[derive(Clone, Debug, Default)]
struct Before {
    digests: RandomState,
    names: HashSet<u64>,
    /// Organisations, by slug: those that were made, and how many seats were taken.
    made: HashSet<String>,
    seats: HashMap<String, u64>,
}

/// The organisations of a batch, by slug.
type Places = HashMap<String, Place>;

struct Place {
    id: OrganisationId,
    seats_left: u64,
}

impl Import {
    /// With so many seats in each organisation. One that does not exist is made for its first admin, if it may be.
    pub fn new(seats: Option<u64>, create_organisations: bool) -> Self {
        Self { seats, create_organisations, before: Before::default() }
    }

    /// Imports what it can of a batch, and says for each account whether it did.
    ///
    /// # Errors
    /// [`Error::Busy`] if somebody else made one of these accounts at the same moment: once more finds out which.
    pub async fn batch(
        &mut self,
        change: Change<'_>,
        users: &[ImportedUser],
    ) -> Result<Vec<Result<(), Refused>>, Error> {
        let mut places = self.places(change, users).await?;
        let mut taken = taken(change, users).await?;
        let mut outcomes = Vec::with_capacity(users.len());
        let mut rows = Rows::default();
        for user in users {
            let admitted = self.admit(change, &mut places, &mut taken, user).await?;
            outcomes.push(admitted.map(|place| rows.add(change, user, place)));
        }
        rows.insert(change).await?;
        Ok(outcomes)
    }

    /// Remembers a batch that will be taken back.
    pub fn remember(&mut self, users: &[ImportedUser], outcomes: &[Result<(), Refused>]) {
        for (user, _) in users.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_ok()) {
            for name in names(user) {
                self.before.names.insert(self.before.digests.hash_one(name));
            }
            if let Some((slug, _)) = &user.place {
                *self.before.seats.entry(slug.as_str().to_owned()).or_default() += 1;
                self.before.made.insert(slug.as_str().to_owned());
            }
        }
    }

    /// The organisations that exist, locked in the order of their ids: their seats are counted.
    async fn places(&self, change: Change<'_>, users: &[ImportedUser]) -> Result<Places, Error> {
        let slugs: HashSet<&str> =
            users.iter().filter_map(|user| user.place.as_ref()).map(|(slug, _)| slug.as_str()).collect();
        let found = organisation::Entity::find()
            .filter(organisation::COLUMN.slug.is_in(slugs))
            .order_by_asc(organisation::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .all(change.txn)
            .await?;
        let mut places = Places::new();
        for row in found {
            let seats_left = match self.seats {
                Some(seats) => seats
                    .saturating_sub(invitations::taken_seats(change, row.id).await?)
                    .saturating_sub(self.before.seats.get(&row.slug).copied().unwrap_or(0)),
                None => u64::MAX,
            };
            places.insert(row.slug, Place { id: row.id, seats_left });
        }
        Ok(places)
    }

    /// Whether an account can be made, and in which organisation; makes that if it may.
    async fn admit(
        &self,
        change: Change<'_>,
        places: &mut Places,
        taken: &mut HashSet<String>,
        user: &ImportedUser,
    ) -> Result<Result<Option<OrganisationId>, Refused>, Error> {
        for (name, refused) in names(user).into_iter().zip([Refused::EmailExists, Refused::UsernameExists]) {
            if taken.contains(&name) || self.before.names.contains(&self.before.digests.hash_one(&name)) {
                return Ok(Err(refused));
            }
        }
        let mut id = None;
        if let Some((slug, role)) = &user.place {
            let name = slug.as_str().to_owned();
            if !places.contains_key(&name) {
                if !self.create_organisations {
                    return Ok(Err(Refused::NoOrganisation(name)));
                }
                if (!manages_members(*role) || user.disabled) && !self.before.made.contains(&name) {
                    return Ok(Err(Refused::NoFirstAdmin(name)));
                }
                if self.seats == Some(0) {
                    return Ok(Err(Refused::SeatsTaken(name)));
                }
                places.insert(name.clone(), self.make(change, slug).await?);
            }
            if let Some(place) = places.get_mut(&name) {
                if place.seats_left == 0 {
                    return Ok(Err(Refused::SeatsTaken(name)));
                }
                place.seats_left -= 1;
                id = Some(place.id);
            }
        }
        taken.extend(names(user));
        Ok(Ok(id))
    }

    async fn make(&self, change: Change<'_>, slug: &Slug) -> Result<Place, Error> {
        let name = DisplayName::try_from(slug.as_str().to_owned()).map_err(Error::internal)?;
        let made = organisations::create(change, &name, Some(slug.clone()), None).await;
        let (row, _) =
            made.map_err(|error| if matches!(error, Error::SlugTaken) { Error::Busy } else { error })?;
        let used = self.before.seats.get(slug.as_str()).copied().unwrap_or(0);
        Ok(Place { id: row.id, seats_left: self.seats.map_or(u64::MAX, |seats| seats.saturating_sub(used)) })
    }
}

/// What must be nobody else's: the address, and the username. (An address has an `@`, a username has none.)
fn names(user: &ImportedUser) -> Vec<String> {
    let username = user.username.as_ref().map(|username| username.as_str().to_owned());
    [Some(user.email.normalised()), username].into_iter().flatten().collect()
}

/// Which names of a batch have an account.
async fn taken(change: Change<'_>, users: &[ImportedUser]) -> Result<HashSet<String>, Error> {
    let emails: Vec<_> = users.iter().map(|user| user.email.normalised()).collect();
    let usernames: Vec<_> =
        users.iter().filter_map(|user| user.username.as_ref()).map(Username::as_str).collect();
    let by_email = user::Entity::find().filter(user::COLUMN.email_normalised.is_in(emails));
    let by_username = user::Entity::find().filter(user::COLUMN.username.is_in(usernames));
    let mut taken = HashSet::new();
    for row in by_email.all(change.txn).await?.into_iter().chain(by_username.all(change.txn).await?) {
        taken.insert(row.email_normalised);
        taken.extend(row.username);
    }
    Ok(taken)
}

/// What a batch writes, a statement for each table.
#[derive(Default)]
struct Rows {
    users: Vec<user::ActiveModel>,
    memberships: Vec<membership::ActiveModel>,
    events: Vec<audit_event::ActiveModel>,
    admins: BTreeMap<OrganisationId, Vec<UserId>>,
}

impl Rows {
    fn add(&mut self, change: Change<'_>, new: &ImportedUser, place: Option<OrganisationId>) {
        let id = UserId::generate();
        let name = new.name.clone().unwrap_or_else(|| DisplayName::from_local_part(&new.email));
        self.users.push(user::ActiveModel {
            id: Set(id),
            email: Set(new.email.as_str().to_owned()),
            email_normalised: Set(new.email.normalised()),
            username: Set(new.username.as_ref().map(|username| username.as_str().to_owned())),
            name: Set(name.as_str().to_owned()),
            password_hash: Set(Some(new.password_hash.as_str().to_owned())),
            password_changed_at: Set(Some(change.now)),
            password_change_required_at: Set(None),
            operator: Set(false),
            email_verified_at: Set(new.email_verified.then_some(change.now)),
            disabled_at: Set(new.disabled.then_some(change.now)),
            created_at: Set(change.now),
            updated_at: Set(change.now),
        });
        let data = json!({ "operator": false, "imported": new.password_hash.algorithm() });
        self.events.push(change.event(None, "user.created", Some(id.to_string()), data));
        if let (Some(organisation), Some((_, role))) = (place, &new.place) {
            self.memberships.push(membership::ActiveModel {
                organisation_id: Set(organisation),
                user_id: Set(id),
                role: Set(*role),
                created_at: Set(change.now),
                updated_at: Set(change.now),
                sessions_ended_at: Set(None),
            });
            if manages_members(*role) {
                self.admins.entry(organisation).or_default().push(id);
            }
            let data = json!({ "role": role, "imported": true });
            self.events.push(change.event(Some(organisation), "member.added", Some(id.to_string()), data));
        }
    }

    async fn insert(self, change: Change<'_>) -> Result<(), Error> {
        user::Entity::insert_many(self.users).exec(change.txn).await.on_conflict(|_| Error::Busy)?;
        membership::Entity::insert_many(self.memberships).exec(change.txn).await?;
        change.record_all(self.events).await?;
        for (organisation, admins) in self.admins {
            members::announce_admins(change, organisation, &admins).await?;
        }
        Ok(())
    }
}
