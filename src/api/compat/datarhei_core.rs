//! Clients of datarhei Core.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use crate::api::session_carrier::Answers;
use crate::api::sign_in::{LoginInput, SignInRequest};
use crate::app::App;
use crate::auth::sign_in::{self, OpenSession, SignInState};
use crate::auth::{Client, bearer};
use crate::domain::session::sessions::RefreshLifetime;
use crate::domain::session::tokens;
use crate::entity::session::RefreshUse;
use crate::entity::user;
use crate::error::Error;
use crate::id::UserId;

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoreTokens {
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    access_token: String,
    /// With `compat.core = "on"` a JWT, too.
    #[schema(example = "osr_…")]
    refresh_token: String,
}

/// A new access token.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoreToken {
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    access_token: String,
}

/// What its clients look for in a token, beside our claims.
#[derive(Serialize)]
struct CoreClaims<'a> {
    /// Seconds to expiry.
    exi: i64,
    usefor: &'static str,
    /// The user's name, in the place of the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<UserId>,
}

impl<'a> CoreClaims<'a> {
    fn new(lifetime: TimeDelta, usefor: &'static str) -> Self {
        Self { exi: lifetime.num_seconds(), usefor, sub: None, uid: None }
    }

    /// What its document says beyond that.
    fn of(self, user: &'a user::Model) -> Self {
        let name = user.username.as_deref().unwrap_or(&user.email);
        Self { sub: Some(name), uid: Some(user.id), ..self }
    }
}

fn access_token(app: &App, OpenSession { user, session, active, .. }: &OpenSession) -> Result<String, Error> {
    let (signing_keys, now) = (app.signing_keys(), app.now());
    let documented = app.config.compat.core.documented();
    let issuer = match documented {
        Some(tokens) => app.dialect_issuer(&signing_keys, tokens),
        None => app.issuer(&signing_keys),
    };
    let claims = CoreClaims::new(issuer.lifetime_in(session, now), "access");
    let claims = if documented.is_some() { claims.of(user) } else { claims };
    issuer.sign_with(session, user, active.as_ref(), &claims, now)
}

fn refresh_token(
    app: &App,
    OpenSession { user, session, refresh, .. }: &OpenSession,
) -> Result<String, Error> {
    let Some(tokens) = app.config.compat.core.documented() else { return Ok(refresh.sign(&app.keyring)) };
    let (signing_keys, now) = (app.signing_keys(), app.now());
    let lifetime = tokens::within(session, lifetime(app).absolute, now);
    let claims = CoreClaims::new(lifetime, "refresh").of(user);
    let issuer = app.dialect_issuer(&signing_keys, tokens);
    issuer.sign_refresh(tokens.name, *refresh, session, lifetime, &claims, now)
}

/// How long its refresh tokens are good: turned on, all of them as long as its document says.
fn lifetime(app: &App) -> RefreshLifetime {
    let ours = sign_in::own_lifetime(app);
    match app.config.compat.core.documented().and_then(|tokens| tokens.refresh_ttl) {
        Some(documented) => RefreshLifetime { idle: documented, absolute: documented, ..ours },
        None => ours,
    }
}

/// Sign in (datarhei Core)
///
/// With name and password, or with an issuer's token as bearer. With `compat.core = "on"` both tokens are as its document
/// has them: JWTs signed with HS256, with `exi`, `usefor`, `iss` `datarhei-core` and the user's name in `sub` (the id is in
/// `uid`), good for 600 and 86400 seconds.
#[utoipa::path(post, path = "/api/login", operation_id = "core_sign_in", tag = TAG, request_body = Option<LoginInput>,
    responses(
        (status = 200, description = "Signed in.", body = CoreTokens),
        (status = 403, description = "The account may not sign in (`user_disabled`), or its password has to be changed (`password_change_required`),"),
        (status = 401, description = "The name, the password or the issuer's token is wrong (`invalid_login`)."),
        (status = 404, description = "The user is no member of the organisation that was asked for (`not_found`)."),
        (status = 409, description = "With an issuer's token: the organisation that new users join has no seat left (`seats_taken`)."),
        (status = 429, description = "Too many wrong attempts (`too_many_attempts`), or too many requests (`rate_limited`)."),
    ))]
pub async fn login(
    State(app): State<App>,
    client: Client,
    request: SignInRequest,
) -> Result<Response, Error> {
    let answers = Answers::Tokens(RefreshUse::Reusable);
    let SignInState::Started(started) = request.sign_in(&app, &client, answers).await?;
    let tokens = CoreTokens {
        access_token: access_token(&app, &started.open)?,
        refresh_token: refresh_token(&app, &started.open)?,
    };
    Ok((started.cookies(&app, &client), Json(tokens)).into_response())
}

/// Refresh (datarhei Core)
///
/// A new access token for the refresh token sent as bearer, which stays as it is. Only the tokens of `/api/login` are
/// good here. One that was exchanged at `/api/auth/refresh` is taken for theft, as it is there.
#[utoipa::path(get, path = "/api/login/refresh", operation_id = "core_refresh", tag = TAG,
    responses(
        (status = 200, description = "A new access token.", body = CoreToken),
        (status = 401, description = "The refresh token is no good (`invalid_refresh_token`), or the session was ended in this organisation (`session_ended_here`)."),
        (status = 403, description = "The issuer through which the user signed in is turned off (`issuer_disabled`)."),
    ))]
pub async fn refresh(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
) -> Result<Json<CoreToken>, Error> {
    let dialect = app.config.compat.core.documented();
    let open = sign_in::look_up(&app, &client, bearer(&headers), dialect, lifetime(&app)).await?;
    Ok(Json(CoreToken { access_token: access_token(&app, &open)? }))
}
