//! Access tokens: what goes into one.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::entity::organisation::{self, Reference};
use crate::entity::{membership, session, user};
use crate::error::Error;
use crate::id::UserId;
use crate::jwt::{AccessClaims, SigningKeys};
use crate::permission::{Catalogue, Role};

/// The organisation that a token is for, and what the user is there.
#[derive(Clone, Debug)]
pub struct Place {
    pub organisation: organisation::Model,
    pub role: Role,
}

/// The organisation that was asked for; without one that of the session if the user is still a member,
/// else the first of the user's in which the session counts. `Ok(None)` for a user of no organisation.
///
/// # Errors
/// [`Error::NotFound`] if one was asked for that the user is no member of; [`Error::SessionEndedHere`] if an admin there
/// ended the session. There is no other organisation instead: a client that goes on must not change tenants unasked.
pub async fn place(
    db: &impl ConnectionTrait,
    user: UserId,
    session: Option<&session::Model>,
    asked_for: Option<Reference<'_>>,
) -> Result<Option<Place>, Error> {
    let all = organisation::Entity::of_user(user).all(db).await?;
    let places: Vec<(organisation::Model, membership::Model)> =
        all.into_iter().filter_map(|(organisation, membership)| Some((organisation, membership?))).collect();
    let ended = |membership: &membership::Model| {
        session.is_some_and(|session| membership.has_ended(session.created_at))
    };
    let chosen = if let Some(reference) = asked_for {
        Some(places.iter().position(|(place, _)| place.is_named(reference)).ok_or(Error::NotFound)?)
    } else {
        let preferred = session.and_then(|session| session.organisation_id);
        let kept = places.iter().position(|(place, _)| Some(place.id) == preferred);
        kept.or_else(|| places.iter().position(|(_, membership)| !ended(membership)))
    };
    match chosen.and_then(|chosen| places.into_iter().nth(chosen)) {
        Some((_, membership)) if ended(&membership) => Err(Error::SessionEndedHere),
        Some((organisation, membership)) => Ok(Some(Place { organisation, role: membership.role })),
        None => Ok(None),
    }
}

/// Who issues tokens, for whom, and for how long.
#[derive(Clone, Copy)]
pub struct Issuer<'a> {
    pub keys: &'a SigningKeys,
    pub catalogue: &'a Catalogue,
    pub issuer: &'a str,
    pub audience: &'a str,
    pub lifetime: TimeDelta,
}

impl Issuer<'_> {
    /// How long an access token lives that is issued now: no longer than its session.
    pub fn lifetime_in(&self, session: &session::Model, now: Timestamp) -> TimeDelta {
        session.ends_at.map_or(self.lifetime, |end| Ord::min(end - now, self.lifetime))
    }

    /// Signs an access token for a session.
    pub fn sign(
        &self,
        session: &session::Model,
        user: &user::Model,
        place: Option<&Place>,
        now: Timestamp,
    ) -> Result<String, Error> {
        self.keys.sign(&self.claims(session, user, place, now), now)
    }

    /// What an access token for a session says.
    pub fn claims(
        &self,
        session: &session::Model,
        user: &user::Model,
        place: Option<&Place>,
        now: Timestamp,
    ) -> AccessClaims {
        let grants = place.map(|place| self.catalogue.of_member(place.role));
        let permissions = grants.map(|grants| grants.names(self.catalogue)).unwrap_or_default();
        AccessClaims {
            iss: self.issuer.to_owned(),
            aud: self.audience.to_owned(),
            sub: user.id,
            sid: session.id,
            org: place.map(|place| place.organisation.id),
            role: place.map(|place| place.role),
            permissions: permissions.into_iter().map(str::to_owned).collect(),
            r#type: "access".to_owned(),
            iat: now.timestamp(),
            exp: (now + self.lifetime_in(session, now)).timestamp(),
            jti: Uuid::now_v7().to_string(),
            auth_time: session.authenticated_at.map(|at| at.timestamp()),
            acr: session.acr.clone(),
            amr: session.amr.iter().flat_map(|amr| amr.split_whitespace()).map(str::to_owned).collect(),
        }
    }
}
