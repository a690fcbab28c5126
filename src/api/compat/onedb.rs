//! Clients of `OneDB`.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use super::access_token;
use super::problem_body::in_place_of_problem;
use crate::api::input::Input;
use crate::api::session_carrier::Answers;
use crate::api::sign_in::LoginInput;
use crate::app::App;
use crate::auth::Client;
use crate::auth::sign_in::SignInState;
use crate::entity::session::RefreshUse;
use crate::error::Error;
use crate::http::{AnswerNumber, Problem};

/// Its only path.
pub const PATH: &str = "/api/authenticate";

/// Its clients look for nothing in a token that ours have not.
#[derive(Serialize)]
struct NoMore {}

/// What came of signing in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneDbAnswer {
    /// The number of the answer, counted from the start of the server: `answer` in its log.
    #[schema(example = 10)]
    id: u64,
    #[schema(example = "Token has been generated!")]
    message: String,
    #[schema(example = true)]
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    token: Option<String>,
}

/// Sign in (`OneDB`)
///
/// With `compat.onedb = "on"` the token is as its document has it: signed with HS512, good for 5 hours. The session ends
/// with it, whatever is done until then.
#[utoipa::path(post, path = "/api/authenticate", operation_id = "onedb_sign_in", tag = TAG, request_body = LoginInput,
    responses(
        (status = 200, description = "Signed in.", body = OneDbAnswer),
        (status = 400, description = "The body is not JSON.", body = OneDbAnswer),
        (status = 401, description = "The name or the password is wrong.", body = OneDbAnswer),
        (status = 403, description = "The password has to be changed: send `new_password` as well. Or the account may not sign in, or the request came from a foreign site.", body = OneDbAnswer),
        (status = 404, description = "The user is no member of the organisation that was asked for.", body = OneDbAnswer),
        (status = 413, description = "The body is too large.", body = OneDbAnswer),
        (status = 415, description = "The body is not said to be JSON.", body = OneDbAnswer),
        (status = 422, description = "A member of the body is missing, unknown or not as it should be.", body = OneDbAnswer),
        (status = 429, description = "Too many wrong attempts, or too many requests.", body = OneDbAnswer),
        (status = 503, description = "Busy.", body = OneDbAnswer),
    ))]
pub async fn authenticate(
    State(app): State<App>,
    Extension(AnswerNumber(id)): Extension<AnswerNumber>,
    client: Client,
    Input(input): Input<LoginInput>,
) -> Result<Response, Error> {
    let dialect = app.config.compat.onedb;
    let answers = match dialect.documented() {
        Some(tokens) => Answers::LastToken(tokens.access_ttl),
        None => Answers::Tokens(RefreshUse::Rotating),
    };
    let SignInState::Started(started) = input.sign_in(&app, &client, answers).await?;
    let token = Some(access_token(&app, &started.open, dialect, &NoMore {})?);
    let message = "Token has been generated!".to_owned();
    let body = OneDbAnswer { id, message, success: true, token };
    Ok((started.cookies(&app, &client), Json(body)).into_response())
}

/// Our errors in its shape.
pub async fn errors(AnswerNumber(id): AnswerNumber, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let message = match (problem.code, problem.first_error()) {
        ("invalid_login", _) => "Invalid username or password".to_owned(),
        (_, Some(error)) if !error.pointer.is_empty() => {
            format!("{}: {}", error.pointer.trim_start_matches('/'), error.message)
        }
        _ => problem.message.clone(),
    };
    let body = OneDbAnswer { id, message, success: false, token: None };
    let status = response.status();
    in_place_of_problem(response, &method, status, &body)
}
