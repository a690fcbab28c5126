//! What the query of a page's address asks for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// The values of a query by their names. Names that are not known are passed over: links of other sites add some.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let wrong = |_| {
            Error::invalid("", "the query lacks a value, has one twice, or has one that is of the wrong kind")
        };
        serde_html_form::from_str(query).map(Self).map_err(wrong)
    }
}
