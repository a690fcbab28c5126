//! Who is calling, once it is known.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use super::client::Client;
use super::guard::Member;
use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::tokens;
use crate::entity::api_key::Environment;
use crate::entity::audit_event::ActorKind;
use crate::entity::{api_key, membership, organisation, session, user};
use crate::error::Error;
use crate::id::{OrganisationId, SessionId};
use crate::permission::Grants;

/// How a caller said who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// The session cookie.
    Cookie,
    /// An access token.
    Bearer,
    /// An API key.
    ApiKey,
    /// Name and password, with every request.
    Basic,
    /// None was needed: the server runs with `--no-auth`.
    None,
}

/// A user.
#[derive(Clone, Debug)]
pub struct UserPrincipal {
    pub user: user::Model,
    /// None by Basic, nor without authentication.
    pub session: Option<session::Model>,
    pub via: CredentialKind,
    pub reach: Reach,
}

/// For which of the user's organisations a credential is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A cookie or Basic: the path says which.
    All,
    /// An access token: the one that it was issued for, or none.
    Only(Option<OrganisationId>),
}

/// An organisation's API key.
#[derive(Clone, Debug)]
pub struct KeyPrincipal {
    pub key: api_key::Model,
    /// When the secret that was used stops to count, while the key is rotated.
    pub secret_ends: Option<crate::clock::Timestamp>,
}

/// Who is calling.
#[derive(Clone, Debug)]
pub enum Principal {
    User(Box<UserPrincipal>),
    Key(Box<KeyPrincipal>),
}

impl CredentialKind {
    /// As it is written in the API and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Bearer => "bearer",
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
            Self::None => "none",
        }
    }
}

impl UserPrincipal {
    /// The session's id, where there is one.
    pub fn session_id(&self) -> Option<SessionId> {
        self.session.as_ref().map(|session| session.id)
    }

    /// Whether this user may act by a membership: an admin may have ended the session there. What has no session, such
    /// as HTTP Basic, is not concerned.
    pub fn counts_for(&self, membership: &membership::Model) -> bool {
        self.session.as_ref().is_none_or(|session| !membership.has_ended(session))
    }
}

impl Principal {
    /// As the audit log names them.
    pub fn actor(&self, client: &Client) -> Actor {
        match self {
            Self::User(user) => {
                client.actor(ActorKind::User, Some(user.user.id.to_string()), user.user.name.clone())
            }
            Self::Key(key) => {
                client.actor(ActorKind::ApiKey, Some(key.key.id.to_string()), key.key.name.clone())
            }
        }
    }

    /// The id of the user or of the key.
    pub fn id(&self) -> String {
        match self {
            Self::User(user) => user.user.id.to_string(),
            Self::Key(key) => key.key.id.to_string(),
        }
    }

    /// The kind of credential.
    pub fn credential(&self) -> CredentialKind {
        match self {
            Self::User(user) => user.via,
            Self::Key(_) => CredentialKind::ApiKey,
        }
    }

    /// Users are always live.
    pub fn environment(&self) -> Environment {
        match self {
            Self::User(_) => Environment::Live,
            Self::Key(key) => key.key.environment,
        }
    }

    /// What this caller is in an organisation.
    ///
    /// # Errors
    /// [`Error::NotFound`] for whoever has no business there, as if it did not exist; [`Error::SessionEndedHere`] for a
    /// member whose session an admin there has ended.
    pub async fn in_organisation(&self, app: &App, reference: &str) -> Result<Member, Error> {
        let organisation = organisation::Entity::find_by_reference(reference)
            .one(app.db.read())
            .await?
            .ok_or(Error::NotFound)?;
        self.member_of(app, organisation).await
    }

    /// What this caller is in the organisation that the credential implies; `None` for a user of none.
    ///
    /// # Errors
    /// [`Error::SessionEndedHere`].
    pub async fn in_implied_organisation(&self, app: &App) -> Result<Option<Member>, Error> {
        let implied = match self {
            Self::Key(key) => Some(key.key.organisation_id),
            Self::User(user) => match (user.reach, &user.session) {
                (Reach::All, Some(session)) => session.organisation_id,
                // What signing in without naming one would give.
                (Reach::All, None) => {
                    let place = tokens::place(app.db.read(), user.user.id, None, None).await?;
                    place.map(|place| place.organisation.id)
                }
                (Reach::Only(organisation), _) => organisation,
            },
        };
        let Some(id) = implied else { return Ok(None) };
        let Some(organisation) = organisation::Entity::find_by_id(id).one(app.db.read()).await? else {
            return Ok(None);
        };
        match self.member_of(app, organisation).await {
            Ok(member) => Ok(Some(member)),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn member_of(&self, app: &App, organisation: organisation::Model) -> Result<Member, Error> {
        let grants = match self {
            Self::Key(key) if key.key.organisation_id == organisation.id => {
                Grants::of_key(key.key.role, key.key.permissions.clone().map(|narrowed| narrowed.0))
            }
            Self::Key(_) => return Err(Error::NotFound),
            Self::User(user) => {
                match user.reach {
                    Reach::Only(only) if only != Some(organisation.id) => return Err(Error::NotFound),
                    Reach::Only(_) | Reach::All => {}
                }
                let membership = membership::Entity::in_organisation(organisation.id)
                    .filter(membership::COLUMN.user_id.eq(user.user.id))
                    .one(app.db.read())
                    .await?;
                let membership = membership.ok_or(Error::NotFound)?;
                if !user.counts_for(&membership) {
                    return Err(Error::SessionEndedHere);
                }
                Grants::of_member(membership.role)
            }
        };
        Ok(Member { organisation, grants, principal: self.clone() })
    }
}
