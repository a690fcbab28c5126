//! Clients of Osmedeus: its sign-in, and its errors around the verification of all its other requests.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use super::access_token;
use super::problem_body::in_place_of_problem;
use crate::api::input::{Input, Params};
use crate::api::session_carrier::Answers;
use crate::api::sign_in::LoginInput;
use crate::api::verify::{self, Environments, Requirements};
use crate::api::who::Who;
use crate::app::App;
use crate::auth::sign_in::SignInState;
use crate::auth::{API_KEY_HEADER, Caller, Client, bearer, presented_sessions, signed_out};
use crate::domain::session::sessions;
use crate::entity::session::RefreshUse;
use crate::error::Error;
use crate::http::Problem;

/// What its paths begin with.
pub const PREFIX: &str = "/osm/api/";

/// Where its clients send an API key.
const OSMEDEUS_KEY_HEADER: &str = "x-osm-api-key";

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OsmedeusToken {
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    token: String,
}

/// What its clients look for in a token, beside our claims.
#[derive(Serialize)]
struct OsmedeusClaims<'a> {
    username: &'a str,
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
///
/// With `compat.osmedeus = "on"` the token is as its document has it: signed with HS256, with the user's name in `username`,
/// good for 1440 minutes.
#[utoipa::path(post, path = "/osm/api/login", operation_id = "osmedeus_sign_in", tag = TAG, request_body = LoginInput,
    responses(
        (status = 200, description = "Signed in.", body = OsmedeusToken),
        (status = 400, description = "The body is not as it should be.", body = OsmedeusError),
        (status = 401, description = "The name or the password is wrong.", body = OsmedeusError),
        (status = 403, description = "The account may not sign in, or the request came from a foreign site.", body = OsmedeusError),
        (status = 404, description = "No member of the organisation that was asked for.", body = OsmedeusError),
        (status = 413, description = "The body is too large.", body = OsmedeusError),
        (status = 429, description = "Too many wrong attempts, or too many requests.", body = OsmedeusError),
        (status = 503, description = "Busy.", body = OsmedeusError),
    ))]
pub async fn login(
    State(app): State<App>,
    client: Client,
    Input(input): Input<LoginInput>,
) -> Result<Response, Error> {
    let answers = Answers::Tokens(RefreshUse::Rotating);
    let SignInState::Started(started) = input.sign_in(&app, &client, answers).await?;
    let user = &started.open.user;
    let username = user.username.as_deref().unwrap_or(&user.email);
    let claims = OsmedeusClaims { username };
    let token = access_token(&app, &started.open, app.config.compat.osmedeus, &claims)?;
    Ok((started.cookies(&app, &client), Json(OsmedeusToken { token })).into_response())
}

/// Sign out (Osmedeus)
///
/// Needs no credential. The sessions end whose access token or cookie is sent; other credentials have none, and bad ones
/// count for nothing.
#[utoipa::path(post, path = "/osm/api/logout", operation_id = "osmedeus_sign_out", tag = TAG,
    responses(
        (status = 200, description = "Signed out.", body = OsmedeusMessage),
        (status = 403, description = "The request came from a foreign site.", body = OsmedeusError),
        (status = 429, description = "Too many requests.", body = OsmedeusError),
        (status = 503, description = "Busy.", body = OsmedeusError),
    ))]
pub async fn logout(State(app): State<App>, client: Client, headers: HeaderMap) -> Result<Response, Error> {
    let mut ending = presented_sessions(&app, &client, &headers).await?;
    ending.sort_by_key(|by| by.session_id());
    if !ending.is_empty() {
        let anonymous = client.anonymous();
        let write = app.write(&anonymous).await?;
        for by in ending {
            let Some(session) = by.session_id() else { continue };
            let actor = anonymous.as_user(by.id, &by.name);
            match sessions::end(&write.by(&actor), by.id, session).await {
                // The token and the cookie of the same one, or another request was faster.
                Ok(()) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        write.commit().await?;
    }
    let message = OsmedeusMessage { message: "Logged out successfully" };
    Ok((signed_out(&app.config.sessions.cookies), Json(message)).into_response())
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
        (status = 429, description = "Too many bad credentials.", body = OsmedeusError),
        (status = 503, description = "Busy.", body = OsmedeusError),
    ))]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    Params(requirements): Params<Requirements>,
) -> Result<Response, Error> {
    // Keys of both environments, as ever.
    verify::answer(&app, &caller, &requirements, Environments::Any).await
}

/// Replaces the header `x-osm-api-key` by our own, `X-API-Key`, before the guards of the protected routes look at it. The
/// sign-in is not among these: a key that is sent there is ignored.
pub async fn key(mut request: Request, next: Next) -> Response {
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

/// Our errors in its shape.
pub async fn errors(request: Request, next: Next) -> Response {
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
    let method = request.method().clone();
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let message = match problem.code {
        "malformed_body" | "validation_failed" | "unsupported_media_type" => "Invalid request body",
        "invalid_login" => "Invalid credentials",
        "unauthenticated" => "Missing authorization header",
        "invalid_credential" | "key_malformed" => sent,
        _ => problem.message.as_str(),
    };
    let status = match response.status() {
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => StatusCode::BAD_REQUEST,
        status => status,
    };
    let body = OsmedeusError { error: true, message: message.to_owned() };
    in_place_of_problem(response, &method, status, &body)
}

/// What scripts send where they have none.
fn is_no_key(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default().trim().to_ascii_lowercase();
    ["", "null", "undefined", "nil"].contains(&text.as_str())
}
