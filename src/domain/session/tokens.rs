//! Access tokens: what goes into one.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::crypto::refresh_token::RefreshToken;
use crate::entity::organisation::{self, Reference};
use crate::entity::{membership, session, user};
use crate::error::Error;
use crate::id::UserId;
use crate::jwt::{AccessClaims, DialectName, REFRESH_TYP, RefreshClaims, SigningAlgorithm, SigningKeys};
use crate::permission::{Catalogue, Role};

/// The organisation that a token is for, and what the user is there.
#[derive(Clone, Debug)]
pub struct ActiveOrganisation {
    pub organisation: organisation::Model,
    pub role: Role,
}

/// The organisation that was asked for; without one that of the session if the user is still a member,
/// else the first of the user's in which the session counts. `Ok(None)` for a user of no organisation.
///
/// # Errors
/// [`Error::NotFound`] if one was asked for that the user is no member of; [`Error::SessionEndedHere`] if an admin there
/// ended the session. There is no other organisation instead: a client that goes on must not change tenants unasked.
pub async fn active_organisation(
    db: &impl ConnectionTrait,
    user: UserId,
    session: Option<&session::Model>,
    asked_for: Option<Reference<'_>>,
) -> Result<Option<ActiveOrganisation>, Error> {
    let all = organisation::Entity::of_user(user).all(db).await?;
    let memberships: Vec<(organisation::Model, membership::Model)> =
        all.into_iter().filter_map(|(organisation, membership)| Some((organisation, membership?))).collect();
    let ended = |membership: &membership::Model| {
        session.is_some_and(|session| membership.has_ended(session.created_at))
    };
    let chosen = if let Some(reference) = asked_for {
        Some(
            memberships
                .iter()
                .position(|(organisation, _)| organisation.is_named(reference))
                .ok_or(Error::NotFound)?,
        )
    } else {
        let preferred = session.and_then(|session| session.organisation_id);
        let kept = memberships.iter().position(|(organisation, _)| Some(organisation.id) == preferred);
        kept.or_else(|| memberships.iter().position(|(_, membership)| !ended(membership)))
    };
    match chosen.and_then(|chosen| memberships.into_iter().nth(chosen)) {
        Some((_, membership)) if ended(&membership) => Err(Error::SessionEndedHere),
        Some((organisation, membership)) => {
            Ok(Some(ActiveOrganisation { organisation, role: membership.role }))
        }
        None => Ok(None),
    }
}

/// Who issues tokens, for whom, for how long, and how they are signed.
#[derive(Clone, Copy)]
pub struct TokenIssuer<'a> {
    pub keys: &'a SigningKeys,
    pub catalogue: &'a Catalogue,
    pub issuer: &'a str,
    pub audience: &'a str,
    pub client_id: &'a str,
    /// The header's `typ`.
    pub typ: &'a str,
    pub lifetime: TimeDelta,
    pub algorithm: SigningAlgorithm,
    /// The older API whose clients they are for, if it is turned on by name.
    pub dialect: Option<DialectName>,
}

impl TokenIssuer<'_> {
    /// How long an access token lives that is issued now, in whole seconds: no longer than its session.
    pub fn lifetime_in(&self, session: &session::Model, now: Timestamp) -> TimeDelta {
        within(session, self.lifetime, now)
    }

    /// Signs an access token for a session.
    pub fn sign(
        &self,
        session: &session::Model,
        user: &user::Model,
        active: Option<&ActiveOrganisation>,
        now: Timestamp,
    ) -> Result<String, Error> {
        self.keys.sign(self.algorithm, self.typ, &self.claims(session, user, active, now), now)
    }

    /// The same with more claims, which the clients of an older API look for. They go before ours where both have the
    /// same name. One that puts something else into `sub` has the user's id in `uid`.
    pub fn sign_with(
        &self,
        session: &session::Model,
        user: &user::Model,
        active: Option<&ActiveOrganisation>,
        more: &impl Serialize,
        now: Timestamp,
    ) -> Result<String, Error> {
        let claims = joined(&self.claims(session, user, active, now), more)?;
        self.keys.sign(self.algorithm, self.typ, &claims, now)
    }

    /// Signs the refresh token of a session as a JWT, for the clients of an older API. It lives so long, but no longer
    /// than the session (see [`within`]). More claims go before ours.
    pub fn sign_refresh(
        &self,
        dialect: DialectName,
        token: RefreshToken,
        session: &session::Model,
        lifetime: TimeDelta,
        more: &impl Serialize,
        now: Timestamp,
    ) -> Result<String, Error> {
        let ours = RefreshClaims {
            iss: dialect.issuer().unwrap_or(self.issuer).to_owned(),
            aud: self.audience.to_owned(),
            sub: session.user_id,
            sid: token.session,
            counter: token.counter,
            r#type: "refresh".to_owned(),
            iat: now.timestamp(),
            exp: (now + within(session, lifetime, now)).timestamp(),
            jti: Uuid::now_v7().to_string(),
            compat: dialect,
        };
        self.keys.sign(self.algorithm, REFRESH_TYP, &joined(&ours, more)?, now)
    }

    fn claims(
        &self,
        session: &session::Model,
        user: &user::Model,
        active: Option<&ActiveOrganisation>,
        now: Timestamp,
    ) -> AccessClaims {
        let grants = active.map(|active| self.catalogue.of_member(active.role));
        let permissions = grants.map(|grants| grants.names(self.catalogue)).unwrap_or_default();
        AccessClaims {
            iss: self.dialect.and_then(DialectName::issuer).unwrap_or(self.issuer).to_owned(),
            aud: self.audience.to_owned(),
            sub: user.id,
            client_id: self.client_id.to_owned(),
            sid: session.id,
            org_id: active.map(|active| active.organisation.id),
            org_slug: active.map(|active| active.organisation.slug.clone()),
            role: active.map(|active| active.role),
            permissions: permissions.into_iter().map(str::to_owned).collect(),
            r#type: "access".to_owned(),
            iat: now.timestamp(),
            exp: (now + self.lifetime_in(session, now)).timestamp(),
            jti: Uuid::now_v7().to_string(),
            auth_time: session.authenticated_at.map(|at| at.timestamp()),
            acr: session.acr.clone(),
            amr: session.amr.iter().flat_map(|amr| amr.split_whitespace()).map(str::to_owned).collect(),
            compat: self.dialect,
        }
    }
}

/// What is left of a lifetime in a session that may be over before, in whole seconds.
pub fn within(session: &session::Model, lifetime: TimeDelta, now: Timestamp) -> TimeDelta {
    let left = session.ends_at.map_or(lifetime, |end| Ord::min(end - now, lifetime));
    TimeDelta::seconds(left.num_seconds())
}

fn joined(ours: &impl Serialize, more: &impl Serialize) -> Result<Map<String, Value>, Error> {
    let object = |value| match value {
        Value::Object(members) => Ok(members),
        _ => Err(Error::internal("claims are a JSON object")),
    };
    let mut claims = object(serde_json::to_value(ours).map_err(Error::internal)?)?;
    claims.extend(object(serde_json::to_value(more).map_err(Error::internal)?)?);
    Ok(claims)
}
