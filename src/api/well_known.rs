//! What others need to verify our tokens by themselves.

use axum::Json;
use axum::extract::State;
use axum::http::header::{self, HeaderName};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

const TAG: &str = "Service";
/// What others fetch again and again, and is the same for all of them. Short: a signing key must become known in time.
pub const FOR_EVERYBODY: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=300")];

/// A JSON Web Key Set (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Jwks)]
struct KeySet {
    /// Public keys; empty when tokens are signed with HS256 or HS512.
    #[schema(value_type = Vec<Object>)]
    keys: (),
}

/// Public keys
///
/// What access tokens are signed with (RFC 7517), the next key included.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "show_jwks", tag = TAG,
    responses((status = 200, description = "The keys.", body = KeySet)))]
pub async fn jwks(State(app): State<App>) -> impl IntoResponse {
    (FOR_EVERYBODY, Json(app.signing_keys().jwks(app.now())))
}

/// Metadata of this authorisation server (RFC 8414).
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerMetadata {
    #[schema(example = "https://auth.example.com")]
    issuer: String,
    #[schema(example = "https://auth.example.com/.well-known/jwks.json")]
    jwks_uri: String,
    /// None: Oskar signs users in by its own API.
    response_types_supported: Vec<String>,
    grant_types_supported: Vec<String>,
    /// Swagger UI, where it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    service_documentation: Option<String>,
    /// Whether this server sends mails: without, there are no invitations and no forgotten passwords.
    mail: bool,
}

/// Metadata for libraries that look for an OpenID provider (OpenID Connect Discovery 1.0 section 3), so that they find issuer
/// and keys. Oskar issues no ID tokens and has no authorisation endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderMetadata {
    #[serde(flatten)]
    server: ServerMetadata,
    subject_types_supported: [&'static str; 1],
    /// How the keys of `jwks_uri` sign; access tokens are signed so.
    #[schema(example = json!(["ES256"]))]
    id_token_signing_alg_values_supported: Vec<&'static str>,
}

/// Server metadata
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", operation_id = "show_server_metadata", tag = TAG,
    responses((status = 200, description = "The metadata (RFC 8414).", body = ServerMetadata)))]
pub async fn metadata(State(app): State<App>) -> impl IntoResponse {
    (FOR_EVERYBODY, Json(ServerMetadata::of(&app)))
}

/// Provider metadata
///
/// The same under the name that libraries for OpenID Connect look for, to find the keys.
#[utoipa::path(get, path = "/.well-known/openid-configuration", operation_id = "show_provider_metadata", tag = TAG,
    responses((status = 200, description = "The metadata (OpenID Connect Discovery 1.0).", body = ProviderMetadata)))]
pub async fn provider_metadata(State(app): State<App>) -> impl IntoResponse {
    let metadata = ProviderMetadata {
        server: ServerMetadata::of(&app),
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: app
            .algorithms()
            .iter()
            .map(|used| used.algorithm.as_str())
            .collect(),
    };
    (FOR_EVERYBODY, Json(metadata))
}

impl ServerMetadata {
    fn of(app: &App) -> Self {
        let url = &app.config.public_url;
        Self {
            issuer: url.clone(),
            jwks_uri: format!("{url}/.well-known/jwks.json"),
            response_types_supported: Vec::new(),
            grant_types_supported: Vec::new(),
            service_documentation: app.config.docs.then(|| format!("{url}/docs")),
            mail: app.mailer.can_send(),
        }
    }
}
