//! Older clients: the requests of other servers, answered in their words; a file each.
//!
//! Nothing is decided here. Signing in, refreshing and signing out are those of `api/auth.rs`, behind the same guards
//! and limits; only paths and shapes differ. `compat.… = "off"` takes a dialect away.

pub mod appliance;
pub mod datarhei_core;
pub mod errors;
pub mod onedb;
pub mod osmedeus;

use crate::api::auth::{self, Started};
use crate::app::App;
use crate::auth::{Caller, Principal, SignedIn};
use crate::error::Error;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

const TAG: &str = "Older clients";

fn access_token(app: &App, by: &Started) -> Result<String, Error> {
    let signing_keys = app.signing_keys();
    app.issuer(&signing_keys).sign(&by.session, &by.user, by.place.as_ref(), app.now())
}

async fn sign_out(app: State<App>, caller: Caller, body: impl Serialize) -> Result<Response, Error> {
    let Caller { principal, actor } = caller;
    let headers = match principal {
        Principal::User(by) => auth::logout(app, SignedIn { by: *by, actor }).await?.into_parts().0.headers,
        Principal::Key(_) => HeaderMap::new(),
    };
    let (mut parts, body) = Json(body).into_response().into_parts();
    parts.headers.extend(headers);
    Ok(Response::from_parts(parts, Body::new(body)))
}
