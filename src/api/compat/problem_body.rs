//! The answer of a dialect in place of a problem.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::http::Problem;

/// The answer with that status and body in place of its problem; its headers stay.
pub(super) fn in_place_of_problem(
    mut response: Response,
    method: &Method,
    status: StatusCode,
    body: &impl Serialize,
) -> Response {
    response.extensions_mut().remove::<Problem>();
    let (mut parts, _) = response.into_parts();
    parts.status = status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = if method == Method::HEAD { Body::empty() } else { Json(body).into_response().into_body() };
    Response::from_parts(parts, body)
}
