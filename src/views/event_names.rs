//! What the targets of events are called now: an event has their ids.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _};

use super::events::Event;
use crate::entity::{api_key, invitation, membership, user};
use crate::error::Error;
use crate::id::{ApiKeyId, InvitationId, OrganisationId, UserId};

/// Names by id. What is gone, or is not the reader's to know, has none.
#[derive(Debug, Default)]
pub struct EventNames(BTreeMap<String, String>);

impl EventNames {
    /// The name of that id.
    pub fn of(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// The names of an organisation's keys, members and invitations that the events tell of.
    pub async fn in_organisation(
        db: &impl ConnectionTrait,
        organisation: OrganisationId,
        name: &str,
        events: &[Event],
    ) -> Result<Self, Error> {
        let mut names = Self::of_actors(events);
        names.0.insert(organisation.to_string(), name.to_owned());
        let keys: Vec<ApiKeyId> = ids(events);
        if !keys.is_empty() {
            let select = api_key::Entity::in_organisation(organisation);
            let rows = select.filter(api_key::COLUMN.id.is_in(keys)).all(db).await?;
            names.0.extend(rows.into_iter().map(|row| (row.id.to_string(), row.name)));
        }
        let invitations: Vec<InvitationId> = ids(events);
        if !invitations.is_empty() {
            let select = invitation::Entity::in_organisation(organisation);
            let rows = select.filter(invitation::COLUMN.id.is_in(invitations)).all(db).await?;
            names.0.extend(rows.into_iter().map(|row| (row.id.to_string(), row.email)));
        }
        let users: Vec<UserId> = ids(events);
        if !users.is_empty() {
            let rows = membership::Entity::in_organisation(organisation)
                .filter(membership::COLUMN.user_id.is_in(users))
                .find_also_related(user::Entity)
                .all(db)
                .await?;
            let users = rows.into_iter().filter_map(|(_, user)| user);
            names.0.extend(users.map(|user| (user.id.to_string(), user.name)));
        }
        Ok(names)
    }

    /// The names for the owner of an account, who reads what happened to it.
    pub fn of_owner(owner: UserId, name: &str, events: &[Event]) -> Self {
        let mut names = Self::of_actors(events);
        names.0.insert(owner.to_string(), name.to_owned());
        names
    }

    /// What actors were called then.
    fn of_actors(events: &[Event]) -> Self {
        let actors = events.iter().map(|event| &event.actor);
        Self(actors.filter_map(|actor| Some((actor.id.clone()?, actor.name.clone()))).collect())
    }
}

fn ids<Id: std::str::FromStr>(events: &[Event]) -> Vec<Id> {
    events.iter().filter_map(|event| event.target.as_ref()?.id.parse().ok()).collect()
}
