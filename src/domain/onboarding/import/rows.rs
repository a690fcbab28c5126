//! What a batch writes, a statement for each table.

use std::collections::BTreeMap;

use sea_orm::{EntityTrait, Set};

use crate::domain::Write;
use crate::domain::account::passwords;
use crate::domain::onboarding::import::ImportedUser;
use crate::domain::organisation::members;
use crate::domain::values::display_name::DisplayName;
use crate::entity::{credential, membership, user};
use crate::error::{Error, OnConflict};
use crate::event::Event;
use crate::id::{OrganisationId, UserId};
use crate::password::ImportedHash;
use crate::permission::Role;

#[derive(Default)]
pub struct Rows {
    users: Vec<user::ActiveModel>,
    passwords: Vec<credential::ActiveModel>,
    memberships: Vec<membership::ActiveModel>,
    events: Vec<Event>,
    admins: BTreeMap<OrganisationId, Vec<UserId>>,
}

impl Rows {
    pub fn add_user(&mut self, write: &Write<'_>, new: &ImportedUser) -> UserId {
        let id = UserId::generate();
        let name = new.name.clone().unwrap_or_else(|| DisplayName::from_local_part(&new.email));
        let hash = new.password_hash.as_ref();
        self.users.push(user::ActiveModel {
            id: Set(id),
            email: Set(new.email.as_str().to_owned()),
            email_normalised: Set(new.email.normalised()),
            username: Set(new.username.as_ref().map(|username| username.as_str().to_owned())),
            name: Set(name.as_str().to_owned()),
            password_changed_at: Set(hash.map(|_| write.now)),
            operator: Set(false),
            email_verified_at: Set(new.email_verified.then_some(write.now)),
            disabled_at: Set(new.disabled.then_some(write.now)),
            external_id: Set(new.external_id.as_ref().map(|id| id.as_str().to_owned())),
            metadata: Set(None),
            imported_hash_digest: Set(Some(new.digest())),
            created_at: Set(new.created_at.unwrap_or(write.now)),
            updated_at: Set(write.now),
        });
        self.passwords.extend(hash.map(|hash| passwords::row(write, id, hash.as_str().to_owned())));
        let imported = hash.map_or("without a password", ImportedHash::algorithm);
        self.events.push(Event::UserCreated { user: id, operator: false, imported: Some(imported) });
        id
    }

    pub fn add_membership(
        &mut self,
        write: &Write<'_>,
        organisation: OrganisationId,
        user: UserId,
        role: Role,
    ) {
        self.memberships.push(membership::ActiveModel {
            organisation_id: Set(organisation),
            user_id: Set(user),
            role: Set(role),
            created_at: Set(write.now),
            updated_at: Set(write.now),
            sessions_ended_at: Set(None),
        });
        if members::manages_members(role) {
            self.admins.entry(organisation).or_default().push(user);
        }
        self.events.push(Event::MemberAdded { organisation, user, role, imported: true });
    }

    /// # Errors
    /// [`Error::Busy`] if another request wrote one of them at the same moment.
    pub async fn insert(self, write: &Write<'_>) -> Result<(), Error> {
        user::Entity::insert_many(self.users).exec(write).await.on_conflict(|_| Error::Busy)?;
        credential::Entity::insert_many(self.passwords).exec(write).await?;
        membership::Entity::insert_many(self.memberships).exec(write).await.on_conflict(|_| Error::Busy)?;
        write.record_all(self.events).await?;
        for (organisation, admins) in self.admins {
            members::announce_admins(write, organisation, &admins).await?;
        }
        Ok(())
    }
}
