//! Clients of datarhei Core.

use super::TAG;
use crate::api::auth::{self, LoginInput, bearer, with_cookies};
use crate::api::issuer_login::{SignIn, sign_in};
use crate::api::session_carrier::Answers;
use crate::app::App;
use crate::auth::Client;
use crate::domain::Change;
use crate::domain::sessions::{self, Rotation};
use crate::domain::tokens::{self, Place};
use crate::entity::session::{self, RefreshUse};
use crate::entity::user;
use crate::error::{Error, Problem};
use crate::jwt::AccessClaims;
use crate::refresh_token::RefreshToken;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoreTokens {
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    access_token: String,
    #[schema(example = "osr_…")]
    refresh_token: String,
}

/// A new access token.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoreToken {
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    access_token: String,
}

/// What its clients look for in an access token, beside our claims.
#[derive(Serialize)]
struct CoreClaims {
    #[serde(flatten)]
    ours: AccessClaims,
    /// Seconds to expiry.
    exi: i64,
    usefor: &'static str,
}

fn token(
    app: &App,
    session: &session::Model,
    user: &user::Model,
    place: Option<&Place>,
) -> Result<String, Error> {
    let now = app.now();
    let signing_keys = app.signing_keys();
    let ours = app.issuer(&signing_keys).claims(session, user, place, now);
    let exi = ours.exp - ours.iat;
    signing_keys.sign(&CoreClaims { ours, exi, usefor: "access" }, now)
}

/// Sign in (datarhei Core)
///
/// With name and password, or with an issuer's token as bearer.
#[utoipa::path(post, path = "/api/login", operation_id = "core_sign_in", tag = TAG, request_body = Option<LoginInput>,
    responses(
        (status = 200, description = "Signed in.", body = CoreTokens),
        (status = 401, description = "The name, the password or the issuer's token is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The user is no member of the organisation that was asked for.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "With an issuer's token: the organisation that new users join has no seat left.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn login(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    way: SignIn,
) -> Result<Response, Error> {
    let by = sign_in(&app, &client, &headers, &way, Answers::Tokens(RefreshUse::Reusable)).await?;
    let tokens = CoreTokens {
        access_token: token(&app, &by.session, &by.user, by.place.as_ref())?,
        refresh_token: RefreshToken::first(by.session.id).sign(&app.keyring),
    };
    Ok(with_cookies(StatusCode::OK, by.cookies(&app, &client), tokens))
}

/// Refresh (datarhei Core)
///
/// A new access token for the refresh token sent as bearer, which stays as it is. Only the tokens of `/api/login` are
/// good here. One that was exchanged at `/api/auth/refresh` is taken for theft, as it is there.
#[utoipa::path(get, path = "/api/login/refresh", operation_id = "core_refresh", tag = TAG,
    responses(
        (status = 200, description = "A new access token.", body = CoreToken),
        (status = 401, description = "The refresh token is no good.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The issuer through which the user signed in is turned off.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn refresh(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
) -> Result<Json<CoreToken>, Error> {
    let presented = bearer(&headers).and_then(|text| RefreshToken::verify(text, &app.keyring));
    let presented = presented.ok_or_else(|| auth::refuse_refresh(&app, &client, auth::NOT_OURS))?;
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    let user = auth::lock_owner(&app, change, presented).await?;
    let found = sessions::look_up(change, presented, auth::refresh_lifetime(&app)).await?;
    let answer = match &found {
        Rotation::Successor(session, _) => {
            let place = tokens::place(&txn, user.id, Some(session), None).await?;
            Some(token(&app, session, &user, place.as_ref())?)
        }
        Rotation::Theft | Rotation::Refused => None,
    };
    // Also what a theft brought about must stay.
    txn.commit().await?;
    let access_token = answer.ok_or_else(|| auth::refuse_refresh(&app, &client, auth::NO_MORE))?;
    Ok(Json(CoreToken { access_token }))
}
