//! Signing in and out, refreshing.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::input::{OptionalInput, present};
use super::session_carrier::Answers;
use super::sign_in::{LoginInput, SignInRequest};
use super::tokens::{Tokens, signed_in};
use crate::app::App;
use crate::auth::sign_in::{self, SignInState};
use crate::auth::{Client, SignedIn, bearer, signed_out};
use crate::domain::session::sessions;
use crate::error::Error;

const TAG: &str = "Signing in";

/// Sign in
///
/// With e-mail address or username and password, or with the token of an issuer that the operator configured
/// (`[[issuers]]`) as bearer, and then with an empty body or `org` alone. The answer for an unknown user is
/// the answer for a wrong password; with `verify_email = required` it is also the answer for the right one, as long as
/// the address is not proven, and a mail helps. A password that an operator set for the user has to be changed: the
/// answer is 403 `password_change_required`, unless `new_password` is in the same request. The session cookie gets a new
/// value at every sign-in; the session before it ends.
#[utoipa::path(post, path = "/api/auth/login", operation_id = "sign_in", tag = TAG, request_body = Option<LoginInput>,
    responses(
        (status = 200, description = "Signed in.", body = Tokens),
        (status = 401, description = "The name or the password is wrong, or the address is not proven yet (`invalid_login`); or the issuer's token is no good (`invalid_issuer_token`, `issuer_token_used`)."),
        (status = 403, description = "The account is disabled (`user_disabled`), the password has to be changed (`password_change_required`), or the request came from a foreign site (`cross_site`). With an issuer's token: the issuer is turned off (`issuer_disabled`), does not vouch for the address (`issuer_email_unverified`), the address is not among those that may come in (`not_allowed`), there is no account (`no_account`), or it is another user's there (`linked_to_another`)."),
        (status = 404, description = "The user is no member of the organisation that was asked for (`not_found`)."),
        (status = 409, description = "With an issuer's token: the organisation that new users join has no seat left (`seats_taken`)."),
        (status = 429, description = "Too many wrong attempts (`too_many_attempts`), or too many requests (`rate_limited`)."),
    ))]
pub async fn login(
    State(app): State<App>,
    client: Client,
    request: SignInRequest,
) -> Result<Response, Error> {
    let SignInState::Started(started) = request.sign_in(&app, &client, Answers::AsAsked).await?;
    signed_in(&app, &client, StatusCode::OK, started)
}

/// The refresh token, unless it is sent as bearer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Refresh, example = json!({"refresh_token": "osr_…"}))]
pub struct RefreshInput {
    #[schema(example = "osr_…")]
    refresh_token: String,
    /// Slug or id of the organisation that the access token is to be for; default: the session's.
    #[schema(nullable = false, example = "acme")]
    #[serde(default, deserialize_with = "present")]
    org: Option<String>,
}

/// Refresh
///
/// Exchanges a refresh token, in the body or as bearer, for a new pair. The token before it, presented
/// again within 10 seconds, gets the same successor; any older one is taken for theft and ends the session. If an admin
/// of the organisation has ended the session there (`session_ended_here`), the refresh token stays as it is. With
/// `compat.appliance = "on"` the tokens of this API are those of the appliance: HS256 JWTs for 8 hours and for 7 days.
#[utoipa::path(post, path = "/api/auth/refresh", operation_id = "refresh", tag = TAG, request_body = Option<RefreshInput>,
    responses(
        (status = 200, description = "A new pair.", body = Tokens),
        (status = 400, description = "The body is not JSON (`malformed_body`), or there are two session cookies (`ambiguous_credentials`)."),
        (status = 401, description = "The refresh token is no good (`invalid_refresh_token`), or the session was ended in this organisation (`session_ended_here`)."),
        (status = 403, description = "The issuer through which the user signed in is turned off (`issuer_disabled`),"),
        (status = 404, description = "The user is no member of the organisation that was asked for (`not_found`)."),
    ))]
pub async fn refresh(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    OptionalInput(input): OptionalInput<RefreshInput>,
) -> Result<Json<Tokens>, Error> {
    let text = match (&input, bearer(&headers)) {
        (Some(input), None) => input.refresh_token.as_str(),
        (None, Some(token)) => token,
        (Some(_), Some(_)) => return Err(Error::AmbiguousCredentials),
        (None, None) => return Err(Error::InvalidRefreshToken),
    };
    let organisation = input.as_ref().and_then(|input| input.org.as_deref());
    let (open, issued) = sign_in::refresh(&app, &client, text, organisation).await?;
    Ok(Json(Tokens::new(open, issued, None)))
}

/// Sign out
///
/// Ends this session: its cookie, its refresh chain and its access tokens. By HTTP Basic there is none to end, and
/// nothing happens.
#[utoipa::path(post, path = "/api/auth/logout", operation_id = "sign_out", tag = TAG,
    responses((status = 204, description = "Signed out.")))]
pub async fn logout(State(app): State<App>, SignedIn { by, actor }: SignedIn) -> Result<Response, Error> {
    let Some(session) = by.session_id() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let write = app.write(&actor).await?;
    sessions::end(&write, by.id, session).await?;
    write.commit().await?;
    // No `Clear-Site-Data`: it clears whole origins and, for cookies, whole sites. A product that shares the host, or
    // the domain, would lose what is its own. Ours is the cookie alone: all answers are `no-store`.
    Ok((StatusCode::NO_CONTENT, signed_out(&app.config.sessions.cookies)).into_response())
}
