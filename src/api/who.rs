//! Who is calling, as `me` and `verify` tell it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{CredentialKind, OrganisationAccess, Principal};
use crate::entity::api_key::Environment;
use crate::error::Error;
use crate::id::SessionId;
use crate::permission::Role;
use crate::views::callers::{self, CallersOrganisation, CallingKey, CallingUser};

/// What kind of caller it is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallerKind)]
pub enum Kind {
    User,
    ApiKey,
}

/// The caller: a user or a key, in an organisation or in none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Caller)]
pub struct Who {
    pub kind: Kind,
    pub credential: CredentialKind,
    pub environment: Environment,
    /// Null for keys.
    pub user: Option<CallingUser>,
    /// Null for users.
    pub key: Option<CallingKey>,
    /// The organisation that the answer is about; null for a user of none.
    pub organisation: Option<CallersOrganisation>,
    /// The role there.
    pub role: Option<Role>,
    /// All that the caller may do there.
    #[schema(example = json!(["org:read", "members:read", "tasks:write"]))]
    pub permissions: Vec<String>,
    /// Null for keys, and by HTTP Basic.
    pub session_id: Option<SessionId>,
}

impl Who {
    /// The caller in that organisation. What the integrator's own system keeps of the caller is read here, because the
    /// principal of a request has no more than every request needs.
    ///
    /// # Errors
    /// [`Error::InvalidCredential`] if the account or the key has gone since it was checked.
    pub async fn new(
        app: &App,
        principal: &Principal,
        access: Option<&OrganisationAccess>,
    ) -> Result<Self, Error> {
        let (kind, user, key, session_id) = match principal {
            Principal::User(by) => {
                let user = callers::user(app.db.read(), by.id).await?;
                (Kind::User, Some(user), None, by.session_id())
            }
            Principal::Key(by) => {
                let key = callers::key(app.db.read(), by.organisation, by.id).await?;
                (Kind::ApiKey, None, Some(key), None)
            }
        };
        let permissions =
            access.map(|access| access.grants.names(&app.config.permissions)).unwrap_or_default();
        Ok(Self {
            kind,
            credential: principal.credential(),
            environment: principal.environment(),
            user,
            key,
            organisation: access.map(|access| access.organisation.clone().into()),
            role: access.map(|access| access.grants.role()),
            permissions: permissions.into_iter().map(str::to_owned).collect(),
            session_id,
        })
    }
}
