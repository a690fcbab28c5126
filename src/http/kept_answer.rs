//! An answer that is kept, to be given again to the same request.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::Error;

/// Tells that an answer was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer as it is kept, encrypted.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl KeptAnswer {
    pub fn of(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Result<Self, Error> {
        let mut kept = Vec::with_capacity(headers.len());
        for (name, value) in headers {
            kept.push((name.to_string(), value.to_str().map_err(Error::internal)?.to_owned()));
        }
        let body = std::str::from_utf8(body).map_err(Error::internal)?.to_owned();
        Ok(Self { status: status.as_u16(), headers: kept, body })
    }

    pub fn written(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        serde_json::to_vec(self).map(Zeroizing::new).map_err(Error::internal)
    }

    pub fn replay(kept: &[u8]) -> Result<Response, Error> {
        let kept: Self = serde_json::from_slice(kept).map_err(Error::internal)?;
        let mut response = Response::new(Body::from(kept.body));
        *response.status_mut() = StatusCode::from_u16(kept.status).map_err(Error::internal)?;
        for (name, value) in kept.headers {
            let name: HeaderName = name.parse().map_err(Error::internal)?;
            response.headers_mut().append(name, value.parse().map_err(Error::internal)?);
        }
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }
}
