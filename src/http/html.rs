//! A rendered page, and the headers that it is shown under.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::error::Error;

/// Styles and forms of our own, no script; the first page of a link has another one.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Other sites learn nothing of a page's address. `no-referrer` would hide it no better, and makes browsers send `Origin:
/// null` with a form (Fetch, "append a request `Origin` header"). On plain http under a name that is not localhost there
/// is no `Sec-Fetch-Site` either, and every form would be refused as cross-site.
const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");

/// A rendered page.
///
/// # Errors
/// [`Error::Internal`] if the template cannot be rendered.
pub fn html(status: StatusCode, template: &impl Template) -> Result<Response, Error> {
    let mut response = (status, Html(template.render().map_err(Error::internal)?)).into_response();
    protect(response.headers_mut());
    Ok(response)
}

/// Sets what a page may load, and what other sites learn of its address.
pub(super) fn protect(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
    headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
}
