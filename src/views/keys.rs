//! API keys, masked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::users::UserSummary;
use super::{Page, PageRequest, Search};
use crate::clock::Timestamp;
use crate::entity::api_key::Environment;
use crate::entity::{api_key, api_key_secret, user};
use crate::error::Error;
use crate::id::{ApiKeyId, OrganisationId, UserId};
use crate::permission::Role;

/// How long before its end a key is said to expire soon.
const SOON: TimeDelta = TimeDelta::days(14);
/// How long a key has not been used that is called stale.
const STALE: TimeDelta = TimeDelta::days(90);

/// Whether a key can be used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    Active,
    Expired,
    Revoked,
}

impl KeyState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Expired, Self::Revoked];

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

impl Key {
    /// Whether a key that can be used ends within 14 days.
    pub fn expires_soon(&self, now: Timestamp) -> bool {
        let end = self.expires_at.filter(|_| matches!(self.state, KeyState::Active));
        end.is_some_and(|end| end <= now + SOON)
    }

    /// Whether a key that can be used was not used for 90 days; one that was never used, since it was made.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let used = self.last_used_at.unwrap_or(self.created_at);
        matches!(self.state, KeyState::Active) && used <= now - STALE
    }
}

/// Which keys a reader asks for; an empty filter asks for all.
#[derive(Clone, Debug, Default)]
pub struct KeyFilter {
    pub state: Option<KeyState>,
    pub role: Option<Role>,
    pub environment: Option<Environment>,
    pub created_by: Option<UserId>,
    /// The integrator's own id.
    pub external_id: Option<String>,
    /// In the name or in the hint.
    pub search: Option<Search>,
    /// Only those of [`Key::expires_soon`].
    pub expires_soon: bool,
    /// Only those of [`Key::is_stale`].
    pub stale: bool,
}

impl KeyFilter {
    fn narrow(
        &self,
        organisation: OrganisationId,
        now: Timestamp,
        select: Select<api_key::Entity>,
    ) -> Select<api_key::Entity> {
        select
            .apply_if(self.state, |select, state| select.filter(in_state(state, now)))
            .apply_if(self.expires_soon.then_some(now), |select, now| {
                let ends_soon = api_key::COLUMN.expires_at.lte(now + SOON);
                select.filter(in_state(KeyState::Active, now)).filter(ends_soon)
            })
            .apply_if(self.stale.then_some(now), |select, now| {
                select.filter(in_state(KeyState::Active, now)).filter(not_used_since(now - STALE))
            })
            .apply_if(self.role, |select, role| select.filter(api_key::COLUMN.role.eq(role)))
            .apply_if(self.environment, |select, environment| {
                select.filter(api_key::COLUMN.environment.eq(environment))
            })
            .apply_if(self.created_by, |select, user| select.filter(api_key::COLUMN.created_by.eq(user)))
            .apply_if(self.external_id.as_ref(), |select, id| {
                select.filter(api_key::COLUMN.external_id.eq(id.as_str()))
            })
            .apply_if(self.search.as_ref(), |select, search| {
                let hinted = api_key_secret::Entity::in_organisation(organisation)
                    .filter(api_key_secret::COLUMN.expires_at.is_null())
                    .filter(search.may_be_in(api_key_secret::Column::Hint))
                    .select_only()
                    .column(api_key_secret::Column::ApiKeyId)
                    .into_query();
                let named = search.may_be_in(api_key::Column::Name);
                select.filter(Condition::any().add(named).add(api_key::Column::Id.in_subquery(hinted)))
            })
    }

    fn keeps(&self, key: &Key) -> bool {
        self.search.as_ref().is_none_or(|search| search.finds(&key.name) || search.finds(&key.hint))
    }
}

/// In SQL what [`show`] tells of a row.
pub(super) fn in_state(state: KeyState, now: Timestamp) -> Condition {
    let (revoked, end) = (api_key::COLUMN.revoked_at, api_key::COLUMN.expires_at);
    match state {
        KeyState::Revoked => Condition::all().add(revoked.is_not_null()),
        KeyState::Expired => Condition::all().add(revoked.is_null()).add(end.lte(now)),
        KeyState::Active => {
            Condition::all().add(revoked.is_null()).add(Condition::any().add(end.is_null()).add(end.gt(now)))
        }
    }
}

fn not_used_since(then: Timestamp) -> Condition {
    let (used, made) = (api_key::COLUMN.last_used_at, api_key::COLUMN.created_at);
    Condition::any().add(used.lte(then)).add(Condition::all().add(used.is_null()).add(made.lte(then)))
}

/// The keys of an organisation; revoked and expired ones too, unless the filter says otherwise.
pub async fn list(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    filter: &KeyFilter,
    request: &PageRequest<ApiKeyId>,
    now: Timestamp,
) -> Result<Page<Key>, Error> {
    let mut gathered = request.gather(filter.search.is_some());
    while let Some(request) = gathered.asks() {
        let select = filter.narrow(organisation, now, api_key::Entity::in_organisation(organisation));
        let rows = request.by_id(select, api_key::Column::Id).all(db).await?;
        gathered.add(show(db, rows, now).await?, |key| filter.keeps(key), |key| key.id);
    }
    Ok(gathered.page(|key| key.id))
}

/// The keys that [`Key::expires_soon`] is true of, the first to end first.
pub async fn ending_soon(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    environment: Environment,
    most: u64,
    now: Timestamp,
) -> Result<Vec<Key>, Error> {
    let filter = KeyFilter { environment: Some(environment), expires_soon: true, ..KeyFilter::default() };
    let select = filter.narrow(organisation, now, api_key::Entity::in_organisation(organisation));
    let rows = select.order_by_asc(api_key::Column::ExpiresAt).limit(most).all(db).await?;
    show(db, rows, now).await
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
