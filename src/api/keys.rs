//! API keys.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::input::{Input, OptionalInput, Params, PathId};
use super::page::Part;
use crate::app::App;
use crate::auth::OrganisationAccess;

use crate::crypto::secret::{Secret, ShownOnce};
use crate::domain::Write;
use crate::domain::key::keys::{self, NewKey};
use crate::domain::organisation::members::manages_members;
use crate::domain::values::display_name::DisplayName;
use crate::entity::api_key::Environment;
use crate::entity::{api_key, api_key_secret};
use crate::error::Error;
use crate::id::ApiKeyId;
use crate::permission::Role;
use crate::views::keys::Key;
use crate::views::{self, Page};

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
/// Masked, newest first; revoked and expired ones too.
#[utoipa::path(get, path = "/api/orgs/{org}/keys", operation_id = "list_keys", tag = TAG,
    params(Part),
    responses((status = 200, description = "The keys.", body = Page<Key>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    Params(part): Params<Part>,
) -> Result<Json<Page<Key>>, Error> {
    let request = part.request()?;
    let page = views::keys::list(app.db.read(), access.organisation.id, &request, app.now()).await?;
    Ok(Json(page))
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
}

/// Create an API key
///
/// The answer has the secret, this one time. A key with the role `admin` asks for a recent proof of who the user is, else
/// 401 `insufficient_user_authentication`.
#[utoipa::path(post, path = "/api/orgs/{org}/keys", operation_id = "create_key", tag = TAG, request_body = NewKeyInput,
    responses((status = 201, description = "The key with its secret.", body = KeyWithSecret),
        (status = 409, description = "The organisation has as many keys as it may have (`too_many_keys`).")))]
pub async fn create(
    State(app): State<App>,
    access: OrganisationAccess,
    Input(input): Input<NewKeyInput>,
) -> Result<impl IntoResponse, Error> {
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
    };
    let write = app.write(&access.actor).await?;
    let created =
        keys::create(&write, &app.config.permissions, access.organisation.id, Some(creator), new).await?;
    let location = [(LOCATION, format!("/api/orgs/{}/keys/{}", access.organisation.id, created.0.id))];
    let (status, key) = with_secret(StatusCode::CREATED, &write, created).await?;
    write.commit().await?;
    Ok((status, location, key))
}

async fn with_secret(
    status: StatusCode,
    write: &Write<'_>,
    (key, _, secret): (api_key::Model, api_key_secret::Model, Secret),
) -> Result<(StatusCode, Json<KeyWithSecret>), Error> {
    let key = views::keys::of_row(write, key, write.now).await?;
    Ok((status, Json(KeyWithSecret { key, secret: ShownOnce(secret) })))
}

/// Show an API key
#[utoipa::path(get, path = "/api/orgs/{org}/keys/{id}", operation_id = "show_key", tag = TAG,
    params(("id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 200, description = "The key, masked.", body = Key)))]
pub async fn show_key(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<Json<Key>, Error> {
    Ok(Json(views::keys::find(app.db.read(), access.organisation.id, id, app.now()).await?))
}

/// The new name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyUpdate, example = json!({"name": "Deploy bot"}))]
pub struct KeyUpdate {
    name: DisplayName,
}

/// Rename an API key
#[utoipa::path(patch, path = "/api/orgs/{org}/keys/{id}", operation_id = "rename_key", tag = TAG, request_body = KeyUpdate,
    params(("id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 200, description = "The key as it is now.", body = Key)))]
pub async fn rename(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    Input(input): Input<KeyUpdate>,
) -> Result<Json<Key>, Error> {
    let write = app.write(&access.actor).await?;
    let key = keys::rename(&write, access.organisation.id, id, &input.name).await?;
    let shown = views::keys::of_row(&write, key, write.now).await?;
    write.commit().await?;
    Ok(Json(shown))
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
#[utoipa::path(post, path = "/api/orgs/{org}/keys/{id}/rotate", operation_id = "rotate_key", tag = TAG, request_body = Option<KeyRotation>,
    params(("id" = ApiKeyId, Path, description = "The key.")),
    responses(
        (status = 200, description = "The key with its new secret.", body = KeyWithSecret),
        (status = 409, description = "The key is revoked or expired (`key_ended`)."),
    ))]
pub async fn rotate(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    OptionalInput(input): OptionalInput<KeyRotation>,
) -> Result<(StatusCode, Json<KeyWithSecret>), Error> {
    let overlap = input.and_then(|input| input.overlap).unwrap_or(DEFAULT_OVERLAP);
    let write = app.write(&access.actor).await?;
    let overlap = TimeDelta::seconds(overlap.into());
    let rotated = keys::rotate(&write, access.organisation.id, id, overlap).await?;
    if manages_members(rotated.0.role) {
        access.principal.check_fresh(&app)?;
    }
    let answer = with_secret(StatusCode::OK, &write, rotated).await?;
    write.commit().await?;
    Ok(answer)
}

/// Revoke an API key
///
/// At once and for good. The key stays in the list.
#[utoipa::path(delete, path = "/api/orgs/{org}/keys/{id}", operation_id = "revoke_key", tag = TAG,
    params(("id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 204, description = "It is revoked.")))]
pub async fn revoke(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<StatusCode, Error> {
    let write = app.write(&access.actor).await?;
    keys::revoke(&write, access.organisation.id, id).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
