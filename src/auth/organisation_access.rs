//! What a caller is in an organisation. The one place where the organisation that a request is about is looked up.

use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use sea_orm::{ColumnTrait, QueryFilter};

use super::caller::Caller;
use super::principal::{OrganisationScope, Principal, UserPrincipal};
use crate::app::App;
use crate::domain::journal::audit::Actor;
use crate::domain::session::tokens;
use crate::entity::membership;
use crate::entity::organisation::{self, Reference};
use crate::error::Error;
use crate::id::OrganisationId;
use crate::permission::Grants;

/// Proof that a user or a key belongs to an organisation, and what they may do there.
#[derive(Clone, Debug)]
pub struct OrganisationAccess {
    pub organisation: organisation::Model,
    pub grants: Grants,
    pub actor: Actor,
    pub principal: Principal,
}

impl OrganisationAccess {
    /// The user, where only one can have come in.
    ///
    /// # Errors
    /// [`Error::UserRequired`] for keys.
    pub fn user(&self) -> Result<&UserPrincipal, Error> {
        self.principal.user().map(AsRef::as_ref).ok_or(Error::UserRequired)
    }
}

impl UserPrincipal {
    /// Whether this user may act by a membership: an admin may have ended the session there. What has no session, such
    /// as HTTP Basic, is not concerned.
    pub fn counts_for(&self, membership: &membership::Model) -> bool {
        self.session.as_ref().is_none_or(|session| !membership.has_ended(session.began_at))
    }
}

impl Caller {
    /// What this caller is in the organisation that the path names (`{org}`).
    pub(super) async fn in_organisation_of_path(
        &self,
        app: &App,
        path: Result<RawPathParams, RawPathParamsRejection>,
    ) -> Result<OrganisationAccess, Error> {
        let path = path.map_err(|_| Error::NotFound)?;
        let named = path.iter().find(|(name, _)| *name == "org").map(|(_, value)| value);
        self.in_organisation(app, named.unwrap_or_default()).await
    }

    /// What this caller is in an organisation.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a caller who is no member, as if the organisation did not exist. For a member:
    /// [`Error::SessionEndedHere`] if an admin there has ended the session, [`Error::TokenForAnother`] if the access token is
    /// for another organisation.
    pub async fn in_organisation<'a>(
        &self,
        app: &App,
        reference: impl Into<Reference<'a>>,
    ) -> Result<OrganisationAccess, Error> {
        let (organisation, membership) =
            self.principal.find(app, reference.into()).await?.ok_or(Error::NotFound)?;
        let grants = self.principal.grants_by(app, &organisation, membership.as_ref())?;
        let (actor, principal) = (self.actor.clone(), self.principal.clone());
        Ok(OrganisationAccess { organisation, grants, actor, principal })
    }

    /// What this caller is in the organisation that the credential implies; `None` for a user of none.
    ///
    /// # Errors
    /// [`Error::SessionEndedHere`].
    pub async fn in_implied_organisation(&self, app: &App) -> Result<Option<OrganisationAccess>, Error> {
        let Some(id) = self.principal.implied_organisation(app).await? else { return Ok(None) };
        match self.in_organisation(app, id).await {
            Ok(access) => Ok(Some(access)),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Principal {
    async fn implied_organisation(&self, app: &App) -> Result<Option<OrganisationId>, Error> {
        match self {
            Self::Key(key) => Ok(Some(key.organisation)),
            Self::User(user) => match (user.reach, &user.session) {
                (OrganisationScope::All, Some(session)) => Ok(session.organisation),
                // What signing in without naming one would give.
                (OrganisationScope::All, None) => {
                    let active = tokens::active_organisation(app.db.read(), user.id, None, None).await?;
                    Ok(active.map(|active| active.organisation.id))
                }
                (OrganisationScope::Only(organisation), _) => Ok(organisation),
            },
        }
    }

    /// The organisation, and what a user is there, by one read.
    async fn find(
        &self,
        app: &App,
        reference: Reference<'_>,
    ) -> Result<Option<(organisation::Model, Option<membership::Model>)>, Error> {
        let organisation = organisation::Entity::find_by_reference(reference);
        Ok(match self {
            Self::Key(_) => organisation.one(app.db.read()).await?.map(|organisation| (organisation, None)),
            Self::User(user) => {
                let with_membership = organisation
                    .find_also_related(membership::Entity)
                    .filter(membership::COLUMN.user_id.eq(user.id));
                with_membership.one(app.db.read()).await?
            }
        })
    }

    pub(super) async fn grants_in(
        &self,
        app: &App,
        organisation: &organisation::Model,
    ) -> Result<Grants, Error> {
        let membership = match self {
            Self::Key(_) => None,
            Self::User(user) => {
                let members = membership::Entity::in_organisation(organisation.id);
                members.filter(membership::COLUMN.user_id.eq(user.id)).one(app.db.read()).await?
            }
        };
        self.grants_by(app, organisation, membership.as_ref())
    }

    fn grants_by(
        &self,
        app: &App,
        organisation: &organisation::Model,
        membership: Option<&membership::Model>,
    ) -> Result<Grants, Error> {
        match self {
            Self::Key(key) if key.organisation == organisation.id => {
                let narrowed_to = key.narrowed_to.as_ref().map(|narrowed| &narrowed.0);
                Ok(app.config.permissions.of_key(key.role, narrowed_to))
            }
            Self::Key(_) => Err(Error::NotFound),
            Self::User(user) => {
                let membership = membership.ok_or(Error::NotFound)?;
                if !user.counts_for(membership) {
                    return Err(Error::SessionEndedHere);
                }
                // After the membership: to strangers the organisation does not exist, whatever their token is for.
                if matches!(user.reach, OrganisationScope::Only(only) if only != Some(organisation.id)) {
                    return Err(Error::TokenForAnother(organisation.id));
                }
                Ok(app.config.permissions.of_member(membership.role))
            }
        }
    }
}
