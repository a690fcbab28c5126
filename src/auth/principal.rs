//! Who is calling, once it is known: what every request needs to know of its caller, and no row. Who needs a row reads
//! it where it is needed.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::client::Client;
use crate::clock::Timestamp;
use crate::domain::account::passwords::{self, UserWithPassword};
use crate::domain::journal::audit::Actor;
use crate::domain::values::labels::Labels;
use crate::entity::api_key::Environment;
use crate::entity::audit_event::ActorKind;
use crate::entity::{api_key, session, user};
use crate::error::Error;
use crate::id::{ApiKeyId, OrganisationId, SessionId, UserId};
use crate::permission::Role;

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

/// Who is calling. Cloning is cheap.
///
/// Another kind of caller, such as an OAuth client or a SCIM token, is a variant here. The compiler then asks for an arm
/// in each method below, in [`super::OrganisationAccess`], and where a handler tells users from keys.
#[derive(Clone, Debug)]
pub enum Principal {
    User(Arc<UserPrincipal>),
    Key(Arc<KeyPrincipal>),
}

/// A user.
///
/// A person who acts as this user (impersonation) belongs beside `session`: [`Principal::actor`] names that person, and
/// permissions stay those of this user.
#[derive(Clone, Debug)]
pub struct UserPrincipal {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// What the integrator's own system keeps of the user.
    pub labels: Labels,
    /// Sees the installation's own pages; gives no access to any organisation.
    pub operator: bool,
    /// None by Basic, nor without authentication.
    pub session: Option<CallerSession>,
    pub via: CredentialKind,
    pub reach: OrganisationScope,
    /// When the credential is over, however often it is used.
    pub expires_at: Option<Timestamp>,
    /// When the password was last replaced, as of the check of the credential.
    password_changed_at: Option<Timestamp>,
}

/// The session whose cookie or access token a request carries.
#[derive(Clone, Debug)]
pub struct CallerSession {
    pub id: SessionId,
    /// The organisation that was signed in to.
    pub organisation: Option<OrganisationId>,
    pub began_at: Timestamp,
    /// When the user proved who they are; `None`: an issuer vouched for them and did not say when they proved it.
    pub authenticated_at: Option<Timestamp>,
    /// How (RFC 8176), separated by spaces.
    pub amr: Option<String>,
}

/// For which of the user's organisations a credential is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganisationScope {
    /// A cookie or Basic: the path says which.
    All,
    /// An access token: the one that it was issued for, or none.
    Only(Option<OrganisationId>),
}

/// An organisation's API key.
#[derive(Clone, Debug)]
pub struct KeyPrincipal {
    pub id: ApiKeyId,
    pub organisation: OrganisationId,
    pub name: String,
    /// What the integrator's own system keeps of the key.
    pub labels: Labels,
    pub environment: Environment,
    pub role: Role,
    /// Of the role's permissions those that the key was narrowed to.
    pub narrowed_to: Option<api_key::Narrowed>,
    /// Expiry of the presented secret if it is a rotated key's old one; `None` for the current one.
    pub secret_ends: Option<Timestamp>,
    /// Expiry of the key itself.
    pub expires_at: Option<Timestamp>,
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

impl From<session::Model> for CallerSession {
    fn from(row: session::Model) -> Self {
        Self {
            id: row.id,
            organisation: row.organisation_id,
            began_at: row.created_at,
            authenticated_at: row.authenticated_at,
            amr: row.amr,
        }
    }
}

impl UserPrincipal {
    /// The session's id, where there is one.
    pub fn session_id(&self) -> Option<SessionId> {
        self.session.as_ref().map(|session| session.id)
    }

    /// The account as it is now, with its password, for what is checked against it.
    ///
    /// # Errors
    /// What a new request would be told if the account ended, was disabled, or got another password since the credential
    /// was checked: [`Error::InvalidCredential`].
    pub async fn account(&self, db: &impl ConnectionTrait) -> Result<UserWithPassword, Error> {
        let found = passwords::find(db, self.id).await?;
        let is_same = |UserWithPassword { user, .. }: &UserWithPassword| {
            user.disabled_at.is_none() && user.password_changed_at == self.password_changed_at
        };
        found.filter(is_same).ok_or(Error::InvalidCredential)
    }
}

impl Principal {
    /// A user whose credential was just checked.
    pub(super) fn of_user(
        row: user::Model,
        session: Option<session::Model>,
        via: CredentialKind,
        reach: OrganisationScope,
        expires_at: Option<Timestamp>,
    ) -> Self {
        Self::User(Arc::new(UserPrincipal {
            id: row.id,
            name: row.name,
            email: row.email,
            labels: Labels { external_id: row.external_id, metadata: row.metadata },
            operator: row.operator,
            session: session.map(CallerSession::from),
            via,
            reach,
            expires_at,
            password_changed_at: row.password_changed_at,
        }))
    }

    /// A key that was just found to be alive.
    pub(super) fn of_key(row: api_key::Model, secret_ends: Option<Timestamp>) -> Self {
        Self::Key(Arc::new(KeyPrincipal {
            id: row.id,
            organisation: row.organisation_id,
            name: row.name,
            labels: Labels { external_id: row.external_id, metadata: row.metadata },
            environment: row.environment,
            role: row.role,
            narrowed_to: row.permissions,
            secret_ends,
            expires_at: row.expires_at,
        }))
    }

    /// The user, if it is one.
    pub fn user(&self) -> Option<&Arc<UserPrincipal>> {
        match self {
            Self::User(user) => Some(user),
            Self::Key(_) => None,
        }
    }

    /// As the audit log names them.
    pub fn actor(&self, client: &Client) -> Actor {
        let (kind, name) = match self {
            Self::User(user) => (ActorKind::User, &user.name),
            Self::Key(key) => (ActorKind::ApiKey, &key.name),
        };
        client.actor(kind, Some(self.id()), name.clone())
    }

    /// The id of the user or of the key.
    pub fn id(&self) -> String {
        match self {
            Self::User(user) => user.id.to_string(),
            Self::Key(key) => key.id.to_string(),
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
            Self::Key(key) => key.environment,
        }
    }

    /// When the credential is over, however often it is used; `None`: never, or when the session has not been used for long.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::User(user) => user.expires_at,
            Self::Key(key) => key.secret_ends.into_iter().chain(key.expires_at).min(),
        }
    }

    /// Expiry of the presented secret if it is a rotated key's old one; `None` for the current one.
    pub(super) fn secret_ends(&self) -> Option<Timestamp> {
        match self {
            Self::User(_) => None,
            Self::Key(key) => key.secret_ends,
        }
    }
}
