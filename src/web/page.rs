//! What all pages share: the policy that they are shown under, and the stylesheet.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::api::no_store;
use crate::error::Error;

/// Styles and forms of our own, no script.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// A rendered page. Pages speak of the one who looks at them, so nobody may keep them.
pub fn page(status: StatusCode, template: &impl Template) -> Result<Response, Error> {
    let mut response = no_store((status, Html(template.render().map_err(Error::internal)?)));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, CSP);
    Ok(response)
}

/// The stylesheet, compiled in.
pub async fn stylesheet() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("../../static/oskar.css"))
}
