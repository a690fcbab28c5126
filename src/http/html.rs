//! A rendered page, and the headers that it is shown under.

use std::any::Any;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::app::App;
use crate::config::Product;
use crate::error::Error;

/// Styles and forms of our own, no script; the first page of a link has another one.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Other sites learn nothing of a page's address. `no-referrer` would hide it no better, and makes browsers send `Origin:
/// null` with a form (Fetch, "append a request `Origin` header"). On plain http under a name that is not localhost there
/// is no `Sec-Fetch-Site` either, and every form would be refused as cross-site.
const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");

/// What all templates can ask for by `askama::get_value`.
struct Shown<'a>(&'a Product);

impl askama::Values for Shown<'_> {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "product").then_some(self.0 as &dyn Any)
    }
}

/// A rendered page. All of them can show the product.
///
/// # Errors
/// [`Error::Internal`] if the template cannot be rendered.
pub fn html(app: &App, status: StatusCode, template: &impl Template) -> Result<Response, Error> {
    let text = render(&app.config.product, template).map_err(Error::internal)?;
    let mut response = (status, Html(text)).into_response();
    protect(response.headers_mut());
    Ok(response)
}

/// The text of a page.
pub(super) fn render(product: &Product, template: &impl Template) -> askama::Result<String> {
    template.render_with_values(&Shown(product))
}

/// Sets what a page may load, and what other sites learn of its address.
pub(super) fn protect(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
    headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
}
