//! Older clients: the requests of four other servers, answered in their words.
//!
//! Nothing is decided here. Signing in, refreshing and signing out are those of `auth.rs`, behind the same guards
//! and limits; only paths and shapes differ. `compat = false` takes all of it away.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::account::{self, PasswordChange};
use super::auth::{self, LoginInput, Started, bearer, sign_in_with_password, with_cookies};
use super::input::{Input, Params};
use super::issuer_login::{SignIn, sign_in};
use super::session_carrier::Answers;
use super::tickets;
use super::verify::{self, Requirements};
use super::who::Who;
use crate::app::App;
use crate::auth::{API_KEY_HEADER, Caller, Client, Principal, RequestId, SignedIn};
use crate::domain::Change;
use crate::domain::sessions::{self, Rotation};
use crate::domain::tokens::{self, Place};
use crate::entity::session::{self, RefreshUse};
use crate::entity::user;
use crate::error::{Code, Error, Problem};
use crate::jwt::AccessClaims;
use crate::refresh_token::RefreshToken;
use crate::secret::ShownOnce;

const TAG: &str = "Older clients";

// Osmedeus

/// Where its clients send an API key.
const OSMEDEUS_KEY_HEADER: &str = "x-osm-api-key";

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OsmedeusToken {
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    token: String,
}

/// That it was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct OsmedeusMessage {
    #[schema(example = "Logged out successfully")]
    message: &'static str,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct OsmedeusError {
    #[schema(example = true)]
    error: bool,
    #[schema(example = "Invalid credentials")]
    message: String,
}

/// Sign in (Osmedeus)
#[utoipa::path(post, path = "/osm/api/login", operation_id = "osmedeus_sign_in", tag = TAG, request_body = LoginInput,
    responses(
        (status = 200, description = "Signed in.", body = OsmedeusToken),
        (status = 400, description = "The body is not as it should be.", body = OsmedeusError),
        (status = 401, description = "The name or the password is wrong.", body = OsmedeusError),
        (status = 403, description = "The account may not sign in.", body = OsmedeusError),
        (status = 404, description = "No member of the organisation that was asked for.", body = OsmedeusError),
        (status = 413, description = "The body is too large.", body = OsmedeusError),
        (status = 503, description = "Busy.", body = OsmedeusError),
    ))]
pub async fn osmedeus_login(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Input(input): Input<LoginInput>,
) -> Result<Response, Error> {
    let by =
        sign_in_with_password(&app, &client, &headers, &input, Answers::Tokens(RefreshUse::Rotating)).await?;
    let token = access_token(&app, &by)?;
    Ok(with_cookies(StatusCode::OK, by.cookies(&app, &client), OsmedeusToken { token }))
}

/// Sign out (Osmedeus)
///
/// Ends a user's session. Keys and HTTP Basic have none: nothing happens to them.
#[utoipa::path(post, path = "/osm/api/logout", operation_id = "osmedeus_sign_out", tag = TAG,
    responses(
        (status = 200, description = "Signed out.", body = OsmedeusMessage),
        (status = 400, description = "Two credentials.", body = OsmedeusError),
        (status = 401, description = "No credential, or a bad one.", body = OsmedeusError),
        (status = 503, description = "Busy.", body = OsmedeusError),
    ))]
pub async fn osmedeus_logout(app: State<App>, caller: Caller) -> Result<Response, Error> {
    sign_out(app, caller, OsmedeusMessage { message: "Logged out successfully" }).await
}

/// Verify the caller (Osmedeus)
///
/// For a proxy in front of an Osmedeus server: who is calling, by the credentials that its clients send.
#[utoipa::path(get, path = "/osm/api/{*rest}", operation_id = "osmedeus_verify", tag = TAG,
    params(("rest" = String, Path, description = "The path of the original request."), Requirements),
    responses(
        (status = 200, description = "The caller may.", body = Who),
        (status = 400, description = "Two credentials, or bad requirements.", body = OsmedeusError),
        (status = 401, description = "No credential, or a bad one.", body = OsmedeusError),
        (status = 403, description = "A requirement is not met.", body = OsmedeusError),
        (status = 404, description = "Not found.", body = OsmedeusError),
        (status = 503, description = "Busy.", body = OsmedeusError),
    ))]
pub async fn osmedeus_verify(
    app: State<App>,
    caller: Caller,
    requirements: Params<Requirements>,
) -> Result<Response, Error> {
    verify::check(app, caller, requirements).await
}

/// Its key header for ours: around the guards of its protected doors. Whoever signs in may send a key as well, which
/// counts for nothing.
pub async fn osmedeus_key(mut request: Request, next: Next) -> Response {
    let twice = request.headers().get_all(OSMEDEUS_KEY_HEADER).iter().count() > 1;
    if let Some(key) = request.headers_mut().remove(OSMEDEUS_KEY_HEADER) {
        if twice || is_no_key(&key) {
            return Error::InvalidCredential.into_response();
        }
        // It outranks whatever else is sent.
        request.headers_mut().remove(AUTHORIZATION);
        request.headers_mut().remove(COOKIE);
        request.headers_mut().insert(API_KEY_HEADER, key);
    }
    next.run(request).await
}

/// Our errors in its shape: around the guards, so that theirs are too.
pub async fn osmedeus_errors(request: Request, next: Next) -> Response {
    let sent = match request.headers().get(AUTHORIZATION) {
        _ if request.headers().contains_key(OSMEDEUS_KEY_HEADER) => "Invalid or missing API key",
        Some(value)
            if value.as_bytes().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic ")) =>
        {
            "Invalid credentials"
        }
        Some(_) if bearer(request.headers()).is_none() => "Invalid authorization header format",
        _ => "Invalid or expired token",
    };
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let message = match problem.code {
        "malformed_body" | "validation_failed" | "unsupported_media_type" => "Invalid request body",
        "invalid_login" => "Invalid credentials",
        "unauthenticated" => "Missing authorization header",
        "invalid_credential" | "key_malformed" => sent,
        _ => problem.message.as_str(),
    };
    let (code, message) = (Code(problem.code), message.to_owned());
    let mut response = shaped(response, message);
    response.extensions_mut().insert(code);
    response
}

/// What scripts send where they have none.
fn is_no_key(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default().trim().to_ascii_lowercase();
    ["", "null", "undefined", "nil"].contains(&text.as_str())
}

fn shaped(mut response: Response, message: String) -> Response {
    response.extensions_mut().remove::<Problem>();
    let status = match response.status() {
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => StatusCode::BAD_REQUEST,
        status => status,
    };
    let (parts, _) = response.into_parts();
    let body = Json(OsmedeusError { error: true, message });
    let mut response = (status, body).into_response();
    for name in [header::WWW_AUTHENTICATE, header::RETRY_AFTER] {
        let value = parts.headers.get(&name).cloned();
        response.headers_mut().extend(value.map(|value| (name, value)));
    }
    response
}

// datarhei Core

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

fn core_token(
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
pub async fn core_login(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    way: SignIn,
) -> Result<Response, Error> {
    let by = sign_in(&app, &client, &headers, &way, Answers::Tokens(RefreshUse::Reusable)).await?;
    let tokens = CoreTokens {
        access_token: core_token(&app, &by.session, &by.user, by.place.as_ref())?,
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
pub async fn core_refresh(
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
            Some(core_token(&app, session, &user, place.as_ref())?)
        }
        Rotation::Theft | Rotation::Refused => None,
    };
    // Also what a theft brought about must stay.
    txn.commit().await?;
    let access_token = answer.ok_or_else(|| auth::refuse_refresh(&app, &client, auth::NO_MORE))?;
    Ok(Json(CoreToken { access_token }))
}

// An appliance

/// That it was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplianceStatus {
    #[schema(example = "success")]
    status: &'static str,
}

const SUCCESS: ApplianceStatus = ApplianceStatus { status: "success" };

/// Sign out (appliance)
///
/// Ends a user's session, and with it this very token for good. Keys and HTTP Basic have none: nothing happens to
/// them.
#[utoipa::path(post, path = "/api/logout", operation_id = "appliance_sign_out", tag = TAG,
    responses((status = 200, description = "Signed out.", body = ApplianceStatus)))]
pub async fn appliance_logout(app: State<App>, caller: Caller) -> Result<Response, Error> {
    sign_out(app, caller, SUCCESS).await
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplianceTicket {
    #[schema(example = "success")]
    status: &'static str,
    #[schema(value_type = String, example = "ost_…")]
    token: ShownOnce,
}

/// Ticket for a socket (appliance)
#[utoipa::path(get, path = "/api/ws-token", operation_id = "appliance_socket_ticket", tag = TAG,
    responses(
        (status = 200, description = "The ticket.", body = ApplianceTicket),
        (status = 422, description = "The caller belongs to no organisation.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn appliance_ticket(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<ApplianceTicket>, Error> {
    let token = ShownOnce(tickets::issue(&app, &caller, &headers, None).await?);
    Ok(Json(ApplianceTicket { status: "success", token }))
}

/// Change the password (appliance)
///
/// All sessions of the user end, and with them all tokens: clients that keep tokens sign in again, browsers get a new
/// cookie.
#[utoipa::path(post, path = "/api/change-password", operation_id = "appliance_change_password", tag = TAG, request_body = PasswordChange,
    responses((status = 200, description = "Changed.", body = ApplianceStatus)))]
pub async fn appliance_change_password(
    State(app): State<App>,
    client: Client,
    SignedIn { by, actor }: SignedIn,
    Input(input): Input<PasswordChange>,
) -> Result<Response, Error> {
    let cookie_alone = input.session.is_some();
    let renewed = account::replace_password(&app, &client, &by, &actor, &input, cookie_alone).await?;
    Ok(match renewed {
        Some(renewed) => renewed.answer_with(&app, &client, SUCCESS),
        None => Json(SUCCESS).into_response(),
    })
}

// OneDB

/// What came of signing in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneDbAnswer {
    /// Finds the request in the server's log.
    #[schema(example = "019aa7b0c1d27f3e8a4b5c6d7e8f9a0b")]
    id: String,
    #[schema(example = "Token has been generated!")]
    message: &'static str,
    #[schema(example = true)]
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    token: Option<String>,
}

/// Sign in (`OneDB`)
#[utoipa::path(post, path = "/api/authenticate", operation_id = "onedb_sign_in", tag = TAG, request_body = LoginInput,
    responses(
        (status = 200, description = "Signed in.", body = OneDbAnswer),
        (status = 401, description = "The name or the password is wrong.", body = OneDbAnswer),
        (status = 403, description = "The password has to be changed: send `new_password` as well. Other refusals are problems.", body = OneDbAnswer),
        (status = 404, description = "The user is no member of the organisation that was asked for.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn onedb_authenticate(
    State(app): State<App>,
    Extension(RequestId(id)): Extension<RequestId>,
    client: Client,
    headers: HeaderMap,
    Input(input): Input<LoginInput>,
) -> Result<Response, Error> {
    match sign_in_with_password(&app, &client, &headers, &input, Answers::Tokens(RefreshUse::Rotating)).await
    {
        Ok(by) => {
            let token = Some(access_token(&app, &by)?);
            let message = "Token has been generated!";
            let body = OneDbAnswer { id, message, success: true, token };
            Ok(with_cookies(StatusCode::OK, by.cookies(&app, &client), body))
        }
        Err(error @ (Error::InvalidLogin | Error::PasswordChangeRequired)) => {
            let message = match error {
                Error::InvalidLogin => "Invalid username or password",
                _ => "Password must be changed: send `new_password` as well",
            };
            let body = OneDbAnswer { id, message, success: false, token: None };
            Ok((error.status(), Extension(Code(error.code())), Json(body)).into_response())
        }
        Err(error) => Err(error),
    }
}

fn access_token(app: &App, by: &Started) -> Result<String, Error> {
    let signing_keys = app.signing_keys();
    app.issuer(&signing_keys).sign(&by.session, &by.user, by.place.as_ref(), app.now())
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
