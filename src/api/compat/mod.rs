//! Older clients: the requests of other servers, answered in their words; a file each.
//!
//! Nothing is decided here. Signing in and refreshing are those of `auth/sign_in/`, behind the same guards and limits;
//! only paths and shapes differ. `compat.… = "off"` takes a dialect away.

pub mod appliance;
pub mod datarhei_core;
pub mod errors;
pub mod onedb;
pub mod osmedeus;
mod problem_body;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::api::auth;
use crate::app::App;
use crate::auth::sign_in::OpenSession;
use crate::auth::{Caller, Principal, SignedIn};
use crate::config::Dialect;
use crate::error::Error;

const TAG: &str = "Older clients";

/// The access token of a sign-in that has just been. With what the document of a dialect says if it is turned on by name.
fn access_token(
    app: &App,
    open: &OpenSession,
    dialect: Dialect,
    documented: &impl Serialize,
) -> Result<String, Error> {
    let signing_keys = app.signing_keys();
    // The token is as old as its session: where one ends with the other, it lives as long as the setting says.
    let (session, active, now) = (&open.session, open.active.as_ref(), open.session.created_at);
    match dialect.documented() {
        Some(tokens) => {
            let issuer = app.dialect_issuer(&signing_keys, tokens);
            issuer.sign_with(session, &open.user, active, documented, now)
        }
        None => app.issuer(&signing_keys).sign(session, &open.user, active, now),
    }
}

async fn sign_out(app: State<App>, caller: Caller, body: impl Serialize) -> Result<Response, Error> {
    let Caller { principal, actor } = caller;
    let headers = match principal {
        Principal::User(by) => auth::logout(app, SignedIn { by, actor }).await?.into_parts().0.headers,
        Principal::Key(_) => HeaderMap::new(),
    };
    let (mut parts, body) = Json(body).into_response().into_parts();
    parts.headers.extend(headers);
    Ok(Response::from_parts(parts, Body::new(body)))
}
