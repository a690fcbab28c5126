//! API keys, masked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::users::UserSummary;
use super::{Page, PageRequest};
use crate::clock::Timestamp;
use crate::entity::api_key::Environment;
use crate::entity::{api_key, api_key_secret, user};
use crate::error::Error;
use crate::id::{ApiKeyId, OrganisationId};
use crate::permission::Role;

/// Whether a key can be used.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    Active,
    Expired,
    Revoked,
}

impl KeyState {
    /// As it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// An API key, masked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct Key {
    pub id: ApiKeyId,
    #[schema(example = "Deploy bot")]
    pub name: String,
    /// What the integrator's own system calls it.
    #[schema(example = "worker-7")]
    pub external_id: Option<String>,
    /// Of the integrator's own system.
    pub metadata: BTreeMap<String, String>,
    pub environment: Environment,
    pub role: Role,
    /// What the key was narrowed to; null: all that its role has and keys may.
    #[schema(example = json!(["members:read"]))]
    pub permissions: Option<BTreeSet<String>>,
    /// How people recognise the current secret.
    #[schema(example = "osk_live_4fT9…c0Qx")]
    pub hint: String,
    /// While the key is rotated: when the replaced secret stops to work.
    pub old_secret_expires_at: Option<DateTime<Utc>>,
    pub state: KeyState,
    /// Null when made on the command line, or by an account that is gone.
    pub created_by: Option<UserSummary>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// In the words of the person or program that revoked it.
    #[schema(example = "found in a public repository")]
    pub revoked_reason: Option<String>,
    /// A few seconds late.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The keys of an organisation, newest first; revoked and expired ones too. Or those that the integrator's own system
/// calls so, of which one at most is not revoked.
pub async fn list(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    external_id: Option<&str>,
    request: &PageRequest<ApiKeyId>,
    now: Timestamp,
) -> Result<Page<Key>, Error> {
    let select = api_key::Entity::in_organisation(organisation)
        .apply_if(external_id, |select, id| select.filter(api_key::COLUMN.external_id.eq(id)));
    let rows = request.newest_first(select, api_key::Column::Id).all(db).await?;
    let Page { data, next_cursor } = request.page(rows, |row| row.id);
    Ok(Page { data: show(db, data, now).await?, next_cursor })
}

/// One of an organisation's keys.
///
/// # Errors
/// [`Error::NotFound`] if it has no such key.
pub async fn find(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    id: ApiKeyId,
    now: Timestamp,
) -> Result<Key, Error> {
    let select = api_key::Entity::in_organisation(organisation).filter(api_key::COLUMN.id.eq(id));
    let row = select.one(db).await?.ok_or(Error::NotFound)?;
    of_row(db, row, now).await
}

/// The key of that row.
pub async fn of_row(db: &impl ConnectionTrait, row: api_key::Model, now: Timestamp) -> Result<Key, Error> {
    show(db, vec![row], now).await?.pop().ok_or(Error::NotFound)
}

/// Keys with their secrets' hints and their creators' names.
async fn show(
    db: &impl ConnectionTrait,
    keys: Vec<api_key::Model>,
    now: Timestamp,
) -> Result<Vec<Key>, Error> {
    let Some(organisation) = keys.first().map(|key| key.organisation_id) else { return Ok(Vec::new()) };
    let secrets = api_key_secret::Entity::in_organisation(organisation)
        .filter(api_key_secret::COLUMN.api_key_id.is_in(keys.iter().map(|key| key.id)))
        .order_by_asc(api_key_secret::Column::Id)
        .all(db)
        .await?;
    let mut hints = HashMap::new();
    let mut overlaps = HashMap::new();
    for secret in secrets {
        if let Some(end) = secret.expires_at {
            overlaps.extend((end > now).then_some((secret.api_key_id, end)));
        } else {
            hints.insert(secret.api_key_id, secret.hint);
        }
    }
    let creators = keys.iter().filter_map(|key| key.created_by);
    let creators = user::Entity::find().filter(user::COLUMN.id.is_in(creators)).all(db).await?;
    let creators: HashMap<_, _> = creators.iter().map(|user| (user.id, user)).collect();
    let shown = keys.into_iter().map(|key| Key {
        state: match (key.revoked_at, key.is_alive(now)) {
            (Some(_), _) => KeyState::Revoked,
            (None, false) => KeyState::Expired,
            (None, true) => KeyState::Active,
        },
        hint: hints.remove(&key.id).unwrap_or_default(),
        old_secret_expires_at: overlaps.get(&key.id).copied(),
        created_by: key.created_by.and_then(|id| creators.get(&id)).map(|user| (*user).into()),
        id: key.id,
        name: key.name,
        external_id: key.external_id,
        metadata: super::metadata(key.metadata),
        environment: key.environment,
        role: key.role,
        permissions: key.permissions.map(|narrowed| narrowed.0),
        created_at: key.created_at,
        updated_at: key.updated_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
        revoked_reason: key.revoked_reason,
        last_used_at: key.last_used_at,
    });
    Ok(shown.collect())
}
