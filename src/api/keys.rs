//! API keys.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::conditions::{ETag, IfMatch, tagged};
use super::filters::KeyQuery;
use super::input::{Input, OptionalInput, PathId, present};
use super::page::{Asked, Listed, Page, Part};
use crate::app::App;
use crate::auth::OrganisationAccess;

use crate::crypto::secret::{Secret, ShownOnce};
use crate::domain::Write;
use crate::domain::key::keys::{self, NewKey};
use crate::domain::organisation::members::manages_members;
use crate::domain::values::change::Change;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::external_id::ExternalId;
use crate::domain::values::labels::{LabelChanges, NewLabels};
use crate::domain::values::metadata::{MetadataPatch, NewMetadata};
use crate::domain::values::reason::RevocationReason;
use crate::entity::api_key::Environment;
use crate::entity::{api_key, api_key_secret};
use crate::error::{Error, both};
use crate::http::Answering;
use crate::id::ApiKeyId;
use crate::permission::Role;
use crate::views;
use crate::views::keys::Key;

const TAG: &str = "API keys";
/// A day: long enough to roll a new secret out.
const DEFAULT_OVERLAP: u32 = 86_400;
const LONGEST_OVERLAP: u32 = 30 * 86_400;

/// A key with its secret: the only time that it is seen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKeyWithSecret)]
pub struct KeyWithSecret {
    #[serde(flatten)]
    key: Key,
    /// Store it now: it is not shown again.
    #[schema(value_type = String, pattern = "^osk_(live|test)_[0-9A-Za-z]{38}$", example = "osk_live_00000000000000000000000000000000000000")]
    secret: ShownOnce,
}

/// List the API keys
///
/// Masked; revoked and expired ones too.
#[utoipa::path(get, path = "/api/orgs/{org}/keys", operation_id = "list_keys", tag = TAG,
    params(KeyQuery, Part),
    responses((status = 200, description = "The keys.", body = Page<Key>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    asked: Asked<KeyQuery>,
) -> Result<Listed<Key>, Error> {
    let organisation = access.organisation.id;
    let (filter, list) = both(asked.filter.filter(), asked.of(&app, "keys", organisation))?;
    let page = views::keys::list(app.db.read(), organisation, &filter, &list.request, app.now()).await?;
    Ok(list.answer(page))
}

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApiKey, example = json!({"name": "Deploy bot", "environment": "live", "role": "member"}))]
pub struct NewKeyInput {
    name: DisplayName,
    environment: Environment,
    /// Never above the creator's.
    role: Role,
    /// Narrower than the role, if given. Only permissions that the role has and keys may use.
    #[schema(example = json!(["members:read"]))]
    permissions: Option<BTreeSet<String>>,
    /// With an offset from UTC. Default: never.
    #[serde(default, deserialize_with = "crate::text::rfc3339::optional")]
    expires_at: Option<DateTime<Utc>>,
    /// What the integrator's own system calls it. No other key of the organisation has
    /// the same, unless it is revoked.
    #[serde(default)]
    external_id: Option<ExternalId>,
    #[serde(default)]
    metadata: Option<NewMetadata>,
}

/// Create an API key
///
/// The answer has the secret, this one time. A key with the role `admin` asks for a recent proof of who the user is, else
/// 401 `insufficient_user_authentication`.
#[utoipa::path(post, path = "/api/orgs/{org}/keys", operation_id = "create_key", tag = TAG, request_body = NewKeyInput,
    responses((status = 201, description = "The key with its secret.", body = KeyWithSecret),
        (status = 409, description = "The organisation has as many keys as it may have (`too_many_keys`), or another one of them has the external id (`external_id_taken`).")))]
pub async fn create(
    State(app): State<App>,
    access: OrganisationAccess,
    answering: Answering,
    Input(input): Input<NewKeyInput>,
) -> Result<Response, Error> {
    if manages_members(input.role) {
        access.principal.check_fresh(&app)?;
    }
    let creator = access.user()?.id;
    let new = NewKey {
        name: input.name,
        environment: input.environment,
        role: input.role,
        permissions: input.permissions,
        expires_at: input.expires_at,
        labels: NewLabels { external_id: input.external_id, metadata: input.metadata },
    };
    let write = app.write(&access.actor).await?;
    let created =
        keys::create(&write, &app.config.permissions, access.organisation.id, Some(creator), new).await?;
    let location = [(LOCATION, format!("/api/orgs/{}/keys/{}", access.organisation.id, created.0.id))];
    let (status, key) = with_secret(StatusCode::CREATED, &write, created).await?;
    answering.commit(write, (status, location, key)).await
}

async fn with_secret(
    status: StatusCode,
    write: &Write<'_>,
    (key, _, secret): (api_key::Model, api_key_secret::Model, Secret),
) -> Result<(StatusCode, Json<KeyWithSecret>), Error> {
    let key = views::keys::of_row(write, key, write.now).await?;
    Ok((status, Json(KeyWithSecret { key, secret: ShownOnce(secret) })))
}

/// The tag of a key. It does not change with the time of its last use, which is not edited and a few seconds late.
fn tag(key: &Key) -> Result<ETag, Error> {
    let mut shown = serde_json::to_value(key).map_err(Error::internal)?;
    shown["last_used_at"] = Value::Null;
    ETag::of(&shown)
}

/// Show an API key
#[utoipa::path(get, path = "/api/orgs/{org}/keys/{key_id}", operation_id = "show_key", tag = TAG,
    params(("key_id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 200, description = "The key, masked.", body = Key,
        headers(("ETag" = String, description = "For `If-Match`. It does not change with `last_used_at`.")))))]
pub async fn show_key(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<Response, Error> {
    let key = views::keys::find(app.db.read(), access.organisation.id, id, app.now()).await?;
    tagged(&tag(&key)?, key)
}

/// What is to change. A member that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyUpdate, example = json!({"name": "Deploy bot"}))]
pub struct KeyUpdate {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    name: Option<DisplayName>,
    /// What the integrator's own system calls it. Null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<ExternalId>)]
    external_id: Change<ExternalId>,
    /// Null takes all of it away.
    #[serde(default)]
    #[schema(value_type = Option<MetadataPatch>)]
    metadata: Change<MetadataPatch>,
}

/// Change an API key
///
/// Its name, and what the integrator's own system keeps of it. What the key may do never changes: create another one.
#[utoipa::path(patch, path = "/api/orgs/{org}/keys/{key_id}", operation_id = "update_key", tag = TAG, request_body = KeyUpdate,
    params(IfMatch, ("key_id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 200, description = "The key as it is now.", body = Key),
        (status = 409, description = "The key is revoked or expired (`key_ended`), or another one of the organisation has the external id (`external_id_taken`).")))]
pub async fn update(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    read: IfMatch,
    Input(input): Input<KeyUpdate>,
) -> Result<Response, Error> {
    let write = app.write(&access.actor).await?;
    let changes = LabelChanges { external_id: input.external_id, metadata: input.metadata };
    let key = keys::lock(&write, access.organisation.id, id).await?;
    read.check(&tag(&views::keys::of_row(&write, key.clone(), write.now).await?)?)?;
    let key = keys::update(&write, key, input.name.as_ref(), &changes).await?;
    let shown = views::keys::of_row(&write, key, write.now).await?;
    write.commit().await?;
    tagged(&tag(&shown)?, shown)
}

/// How long the old secret goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotation {
    /// Seconds for which the old secret works beside the new one; default a day, 30 days at most.
    #[schema(minimum = 0, maximum = 2_592_000, example = 86_400, nullable = false)]
    #[serde(default, deserialize_with = "whole_seconds")]
    overlap: Option<u32>,
}

/// JSON knows no integers: 60 and 60.0 are the same number.
fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    if seconds.fract() == 0.0 && (0.0..=f64::from(LONGEST_OVERLAP)).contains(&seconds) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within bounds"
        )]
        return Ok(Some(seconds as u32));
    }
    Err(D::Error::custom("whole seconds, 30 days (2592000) at most"))
}

/// Rotate an API key
///
/// A new secret under the same id; the old one goes on for `overlap` seconds, and its answers say so by
/// `Deprecation` and `Sunset`. A new secret of an admin's key asks for a recent proof, as a new key does,
/// else 401 `insufficient_user_authentication`.
#[utoipa::path(post, path = "/api/orgs/{org}/keys/{key_id}/rotate", operation_id = "rotate_key", tag = TAG, request_body = Option<KeyRotation>,
    params(("key_id" = ApiKeyId, Path, description = "The key.")),
    responses(
        (status = 200, description = "The key with its new secret.", body = KeyWithSecret),
        (status = 409, description = "The key is revoked or expired (`key_ended`)."),
    ))]
pub async fn rotate(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    answering: Answering,
    OptionalInput(input): OptionalInput<KeyRotation>,
) -> Result<Response, Error> {
    let overlap = input.and_then(|input| input.overlap).unwrap_or(DEFAULT_OVERLAP);
    let write = app.write(&access.actor).await?;
    let overlap = TimeDelta::seconds(overlap.into());
    let rotated = keys::rotate(&write, access.organisation.id, id, overlap).await?;
    if manages_members(rotated.0.role) {
        access.principal.check_fresh(&app)?;
    }
    let answer = with_secret(StatusCode::OK, &write, rotated).await?;
    answering.commit(write, answer).await
}

/// Why it is revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyRevocation, example = json!({"reason": "found in a public repository"}))]
pub struct KeyRevocation {
    /// For the people of the organisation: the key and the audit log show it.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    reason: Option<RevocationReason>,
}

/// Revoke an API key, and say why
///
/// At once and for good. The key stays in the list. Once more changes nothing: the answer has the time and the reason of
/// the first time.
#[utoipa::path(post, path = "/api/orgs/{org}/keys/{key_id}/revoke", operation_id = "revoke_key_with_reason", tag = TAG, request_body = Option<KeyRevocation>,
    params(("key_id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 200, description = "The key, which is revoked.", body = Key)))]
pub async fn revoke_with_reason(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    OptionalInput(input): OptionalInput<KeyRevocation>,
) -> Result<Json<Key>, Error> {
    let reason = input.and_then(|input| input.reason).map(RevocationReason::into_text);
    let (organisation, write) = (access.organisation.id, app.write(&access.actor).await?);
    keys::revoke(&write, organisation, id, reason).await?;
    let shown = views::keys::find(&write, organisation, id, write.now).await?;
    write.commit().await?;
    Ok(Json(shown))
}

/// Revoke an API key
///
/// At once and for good. The key stays in the list. Once more changes nothing and answers the same.
#[utoipa::path(delete, path = "/api/orgs/{org}/keys/{key_id}", operation_id = "revoke_key", tag = TAG,
    params(("key_id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 204, description = "It is revoked.")))]
pub async fn revoke(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<StatusCode, Error> {
    let write = app.write(&access.actor).await?;
    keys::revoke(&write, access.organisation.id, id, None).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
