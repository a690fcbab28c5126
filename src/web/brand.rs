//! What the product looks like: its logo and its colours, as the settings have them.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::error::Error;
use crate::http::{PagesAt, at};

/// The path changes with the content.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A picture may be opened by its own address, and an SVG may have scripts in it: they do not run, and it loads nothing.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
);

/// The files that there are.
pub fn files(app: &App) -> Vec<PagesAt> {
    let product = &app.config.product;
    let logo = product.logo.as_ref().map(|logo| at(&logo.path).get(show_logo));
    let colours = product.stylesheet.as_ref().map(|stylesheet| at(&stylesheet.path).get(show_colours));
    logo.into_iter().chain(colours).collect()
}

async fn show_logo(State(app): State<App>) -> Result<Response, Error> {
    let logo = app.config.product.logo.as_ref().ok_or(Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(logo.media_type)),
        (header::CACHE_CONTROL, FOR_GOOD),
        (header::CONTENT_SECURITY_POLICY, CSP),
    ];
    Ok((headers, logo.bytes.to_vec()).into_response())
}

async fn show_colours(State(app): State<App>) -> Result<Response, Error> {
    let stylesheet = app.config.product.stylesheet.as_ref().ok_or(Error::NotFound)?;
    let css = HeaderValue::from_static("text/css; charset=utf-8");
    let headers = [(header::CONTENT_TYPE, css), (header::CACHE_CONTROL, FOR_GOOD)];
    Ok((headers, stylesheet.text.clone()).into_response())
}
