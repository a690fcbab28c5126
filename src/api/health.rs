//! Whether the server lives, whether it can serve, and for administrators what is known about this version.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Client, Principal, Reach, caller};
use crate::entity::organisation;
use crate::error::Error;
use crate::permission::Role;
use crate::updates::{Advisory, PendingUpdate};

const TAG: &str = "Service";

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// What nobody should overlook: that the server runs without authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warning: Option<&'static str>,
}

/// How the server is, and what is known about its version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthDetails {
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// What nobody should overlook: that the server runs without authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warning: Option<&'static str>,
    /// The latest release, if it is newer than this one.
    pending_update: Option<PendingUpdate>,
    /// Known weaknesses of this version.
    advisories: Vec<Advisory>,
    /// When the feed was last read; null if it never was, or if there is none (`update_feed`).
    checked_at: Option<DateTime<Utc>>,
}

/// For everybody the first, for administrators the second.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum HealthAnswer {
    Everybody(Health),
    Administrators(HealthDetails),
}

fn ok(app: &App) -> Health {
    let warning = app.config.no_auth.then_some("no authentication: everybody is let in as an administrator");
    Health { status: "ok", version: env!("CARGO_PKG_VERSION"), warning }
}

/// Liveness
///
/// The process answers.
#[utoipa::path(get, path = "/livez", operation_id = "show_liveness", tag = TAG,
    responses((status = 200, description = "It lives.", body = Health)))]
pub async fn live(State(app): State<App>) -> Json<Health> {
    Json(ok(&app))
}

/// Readiness
///
/// The database can be written, too: it is tried, in a second at most, once for all who ask at the same time.
/// (Migrations are current whenever the server runs: it does not start before.)
#[utoipa::path(get, path = "/readyz", operation_id = "show_readiness", tag = TAG,
    responses((status = 200, description = "It can serve.", body = Health)))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>, Error> {
    app.db.check().await?;
    Ok(Json(ok(&app)))
}

/// Health
///
/// Operators, and admins of an organisation, learn of a pending update and of known advisories too, if they send a
/// credential. A bad one counts as none here.
#[utoipa::path(get, path = "/health", operation_id = "show_health", tag = TAG,
    responses((status = 200, description = "Status and version; for administrators also what is known about it.", body = HealthAnswer)))]
pub async fn health(
    app: State<App>,
    client: Client,
    headers: HeaderMap,
) -> Result<Json<HealthAnswer>, Error> {
    let Json(Health { status, version, warning }) = ready(app.clone()).await?;
    if !is_administrator(&app, &client, &headers).await {
        return Ok(Json(HealthAnswer::Everybody(Health { status, version, warning })));
    }
    let news = app.updates.latest();
    let details = HealthDetails {
        status,
        version,
        warning,
        pending_update: news.as_ref().and_then(|news| news.update.clone()),
        advisories: news.as_ref().map(|news| news.advisories.clone()).unwrap_or_default(),
        checked_at: news.map(|news| news.checked_at),
    };
    Ok(Json(HealthAnswer::Administrators(details)))
}

/// Health, under the API
///
/// The same.
#[utoipa::path(get, path = "/api/health", operation_id = "show_api_health", tag = TAG,
    responses((status = 200, description = "Status and version; for administrators also what is known about it.", body = HealthAnswer)))]
pub async fn api_health(
    app: State<App>,
    client: Client,
    headers: HeaderMap,
) -> Result<Json<HealthAnswer>, Error> {
    health(app, client, headers).await
}

/// What watches the server must not be told that it is ill because of a credential.
async fn is_administrator(app: &App, client: &Client, headers: &HeaderMap) -> bool {
    let Ok(Principal::User(by)) = caller(app, client, headers).await else { return false };
    if by.user.operator {
        return true;
    }
    let Ok(all) = organisation::Entity::of_user(by.user.id).all(app.db.read()).await else { return false };
    let mut roles = all.into_iter().filter(|(organisation, _)| match by.reach {
        Reach::All => true,
        Reach::Only(only) => only == Some(organisation.id),
    });
    roles.any(|(_, membership)| {
        membership.is_some_and(|membership| membership.role == Role::Admin && by.counts_for(&membership))
    })
}
