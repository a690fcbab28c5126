//! Who is calling, as `me` and `verify` tell it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{CredentialKind, OrganisationAccess, Principal};
use crate::domain::values::labels::Labels;
use crate::entity::api_key::Environment;
use crate::id::SessionId;
use crate::permission::Role;
use crate::views::callers::{CallersOrganisation, CallingKey, CallingUser};

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
    /// The caller in that organisation.
    pub fn new(app: &App, principal: &Principal, access: Option<&OrganisationAccess>) -> Self {
        let (kind, user, key, session_id) = match principal {
            Principal::User(by) => {
                let Labels { external_id, metadata } = by.labels.clone();
                let user = CallingUser::new(by.id, by.name.clone(), by.email.clone(), external_id, metadata);
                (Kind::User, Some(user), None, by.session_id())
            }
            Principal::Key(by) => {
                let Labels { external_id, metadata } = by.labels.clone();
                let key = CallingKey::new(by.id, by.name.clone(), external_id, metadata);
                (Kind::ApiKey, None, Some(key), None)
            }
        };
        let permissions =
            access.map(|access| access.grants.names(&app.config.permissions)).unwrap_or_default();
        Self {
            kind,
            credential: principal.credential(),
            environment: principal.environment(),
            user,
            key,
            organisation: access.map(|access| access.organisation.clone().into()),
            role: access.map(|access| access.grants.role()),
            permissions: permissions.into_iter().map(str::to_owned).collect(),
            session_id,
        }
    }
}
