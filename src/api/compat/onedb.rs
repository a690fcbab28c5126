//! Clients of OneDB.

use super::TAG;
use super::access_token;
use crate::api::auth::{LoginInput, sign_in_with_password, with_cookies};
use crate::api::input::Input;
use crate::api::session_carrier::Answers;
use crate::app::App;
use crate::auth::{Client, RequestId};
use crate::entity::session::RefreshUse;
use crate::error::{Code, Error, Problem};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

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
pub async fn authenticate(
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
