//! A rendered page, and the headers that it is shown under.

use std::any::Any;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::look::Look;
use crate::error::Error;

/// Styles, scripts and forms of our own, and what our own scripts ask us. Nothing inline, nothing of other sites.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Other sites learn nothing of a page's address. `no-referrer` would hide it no better, and makes browsers send `Origin:
/// null` with a form (Fetch, "append a request `Origin` header"). On plain http under a name that is not localhost there
/// is no `Sec-Fetch-Site` either, and every form would be refused as cross-site.
const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");

/// What all templates can ask for by `askama::get_value`.
struct Shown<'a>(&'a Look);

impl askama::Values for Shown<'_> {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "look").then_some(self.0 as &dyn Any)
    }
}

/// A rendered page.
///
/// # Errors
/// [`Error::Internal`] if the template cannot be rendered.
pub fn html(look: &Look, status: StatusCode, template: &impl Template) -> Result<Response, Error> {
    let text = render(look, template).map_err(Error::internal)?;
    let mut response = (status, Html(text)).into_response();
    protect(response.headers_mut());
    // The same address has other words for another reader.
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    Ok(response)
}

/// The text of a page.
pub(super) fn render(look: &Look, template: &impl Template) -> askama::Result<String> {
    template.render_with_values(&Shown(look))
}

/// Sets what a page may load, and what other sites learn of its address.
pub(super) fn protect(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
}

/// Lets the forms of a page end at that origin as well: Chromium holds the redirects after a form to `form-action`.
pub fn let_forms_lead_to(response: &mut Response, origin: &str) {
    if let Ok(policy) = HeaderValue::try_from(format!("{CSP} {origin}")) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}
