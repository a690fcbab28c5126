//! Older clients: the requests of other servers, answered in their words; a file each.
//!
//! Nothing is decided here. Signing in, refreshing and signing out are those of `api/auth.rs`, behind the same guards
//! and limits; only paths and shapes differ. `compat.… = "off"` takes a dialect away.

pub mod appliance;
pub mod datarhei_core;
pub mod errors;
pub mod onedb;
pub mod osmedeus;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::api::auth::{self, Started};
use crate::app::App;
use crate::auth::{Caller, Principal, SignedIn};
use crate::config::{Dialect, DialectTokens};
use crate::error::Error;
use crate::refresh_token::RefreshToken;

const TAG: &str = "Older clients";

/// The access token of a sign-in that has just been. With what the document of a dialect says if it is turned on by name.
fn access_token(
    app: &App,
    by: &Started,
    dialect: Dialect,
    documented: &impl Serialize,
) -> Result<String, Error> {
    let signing_keys = app.signing_keys();
    // The token is as old as its session: where one ends with the other, it lives as long as the setting says.
    let (session, active, now) = (&by.session, by.active.as_ref(), by.session.created_at);
    match dialect.documented() {
        Some(tokens) => {
            let issuer = app.dialect_issuer(&signing_keys, tokens);
            issuer.sign_with(session, &by.user, active, documented, now)
        }
        None => app.issuer(&signing_keys).sign(session, &by.user, active, now),
    }
}

/// A refresh token that is a JWT of that dialect, as the token of ours that it stands for.
pub(super) fn refresh_jwt(app: &App, dialect: DialectTokens, text: &str) -> Option<RefreshToken> {
    let only = [(dialect.name, dialect.algorithm)];
    let read = app.signing_keys().verify_refresh(text, dialect.name, &app.trusted(&only), app.now());
    let read = read.inspect_err(|reason| tracing::debug!(%reason, "refused a refresh token")).ok()?;
    Some(RefreshToken { session: read.session, counter: read.counter })
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
