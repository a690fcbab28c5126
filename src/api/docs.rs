//! The OpenAPI document, and Swagger UI to read and try it.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::well_known::FOR_EVERYBODY;
use crate::app::App;

/// The document as it is served.
#[derive(Clone)]
pub struct Document(pub Arc<str>);

/// This document
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "show_openapi", tag = "Service",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value, content_type = "application/json")))]
pub async fn openapi(Extension(Document(text)): Extension<Document>) -> impl IntoResponse {
    (FOR_EVERYBODY, [(header::CONTENT_TYPE, "application/json")], text.to_string())
}

/// Swagger UI under `/docs`: everything from this binary, nothing from elsewhere. It forgets credentials with the page:
/// in the browser's storage they would outlive it.
pub fn swagger_ui() -> Router<App> {
    let config = Config::new(["/api/openapi.json"])
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .with_credentials(true)
        .deep_linking(true)
        .filter(true)
        .validator_url("none");
    let router: Router<App> = SwaggerUi::new("/docs").config(config).into();
    router.layer(from_fn(policy))
}

/// Swagger UI styles its elements inline and draws its icons from `data:` addresses.
async fn policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    if response.status().is_success() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    }
    response
}
