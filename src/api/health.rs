//! Whether the server lives, and whether it can serve.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Error;

const TAG: &str = "Service";

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// What nobody should overlook.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warning: Option<&'static str>,
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
/// The database answers too. (Migrations are current whenever the server runs: it does not start before.)
#[utoipa::path(get, path = "/readyz", operation_id = "show_readiness", tag = TAG,
    responses((status = 200, description = "It can serve.", body = Health)))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>, Error> {
    app.db.ping().await.map_err(|error| {
        tracing::warn!(?error, "the database does not answer");
        Error::Busy
    })?;
    Ok(Json(ok(&app)))
}

/// Health
#[utoipa::path(get, path = "/health", operation_id = "show_health", tag = TAG,
    responses((status = 200, description = "Status and version.", body = Health)))]
pub async fn health(State(app): State<App>) -> Result<Json<Health>, Error> {
    ready(State(app)).await
}

/// Health, under the API
#[utoipa::path(get, path = "/api/health", operation_id = "show_api_health", tag = TAG,
    responses((status = 200, description = "Status and version.", body = Health)))]
pub async fn api_health(State(app): State<App>) -> Result<Json<Health>, Error> {
    ready(State(app)).await
}
