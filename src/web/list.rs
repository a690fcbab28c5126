//! Lists on pages: the API's lists, asked by the same filters and cursors, with the address of the next page.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use form_urlencoded::{Serializer, parse};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::error::Error;
pub use crate::http::page::{Asked, List};

/// What is asked of a list by a form, which sends the fields that were left empty, too: they ask for nothing.
pub struct Narrowed<Filter>(pub Asked<Filter>);

impl<Filter: DeserializeOwned + IntoParams, S: Sync> FromRequestParts<S> for Narrowed<Filter> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let filled = parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty());
        let filled = Serializer::new(String::new()).extend_pairs(filled).finish();
        let narrowed = format!("{}?{filled}", parts.uri.path());
        parts.uri = Uri::try_from(narrowed).map_err(|_| Error::invalid("", "the filters are too long"))?;
        Asked::from_request_parts(parts, state).await.map(Self)
    }
}
