//! Lists on pages: the API's lists, asked by the same filters and cursors, with the address of the next page.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use form_urlencoded::{Serializer, parse};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::error::{Error, FieldCode};
pub use crate::http::page::{Asked, List};

/// What is asked of a list by a form, which sends the fields that were left empty, too: they ask for nothing.
pub struct Narrowed<Filter>(pub Asked<Filter>);

impl<Filter: DeserializeOwned + IntoParams, S: Sync> FromRequestParts<S> for Narrowed<Filter> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let filled = parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty());
        let filled = Serializer::new(String::new()).extend_pairs(filled).finish();
        parts.uri = with_query(&parts.uri, &filled)?;
        Asked::from_request_parts(parts, state).await.map(Self)
    }
}

/// The address with another query.
///
/// # Errors
/// [`Error::Invalid`] if it becomes too long, since the other one is encoded more fully.
pub fn with_query(uri: &Uri, query: &str) -> Result<Uri, Error> {
    let too_long = |_| Error::wrong("", FieldCode::TooLong, "the filters are too long");
    Uri::try_from(format!("{}?{query}", uri.path())).map_err(too_long)
}
