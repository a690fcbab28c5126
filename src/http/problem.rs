//! Errors as clients see them (RFC 9457).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, FieldError, LastAdminOf};
use crate::password::{PasswordRefusal, Reason, Strength};

/// The stable code of an answer that tells of an error in another form than a [`Problem`], for the log.
#[derive(Clone, Copy, Debug)]
pub struct Code(pub &'static str);

/// An error as clients see it (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The address of a page that says what the code means, and how to mend it.
    #[schema(example = "https://auth.acme.example/problems/permission_denied")]
    pub(super) r#type: String,
    /// The kind of problem in two words.
    #[schema(example = "Permission denied")]
    pub title: &'static str,
    /// The HTTP status once more.
    #[schema(example = 403)]
    pub status: u16,
    /// What happened, for people.
    #[schema(example = "This needs the permission `keys:manage`.")]
    pub detail: String,
    /// What happened, for programs: stable.
    #[schema(example = "permission_denied")]
    pub code: &'static str,
    /// The same as `detail`, for clients that look for this name.
    #[schema(example = "This needs the permission `keys:manage`.")]
    pub message: String,
    /// Finds the request in the server's log.
    #[schema(example = "01k9r2m6z8f3t9v4q7x0c5b1hd")]
    pub request_id: String,
    /// For `permission_denied`: the permission that the caller lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "keys:manage")]
    required_permission: Option<String>,
    /// For bad input: every member that is wrong, and what is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    pub errors: Vec<FieldError>,
    /// For a password that is soon guessed: how soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    strength: Option<Strength>,
    /// For an account that cannot be deleted: where it is the last admin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    organisations: Vec<LastAdminOf>,
}

impl Problem {
    /// For `permission_denied`: the permission that the caller lacks.
    pub fn required_permission(&self) -> Option<&str> {
        self.required_permission.as_deref()
    }

    /// The first member of bad input, and what is wrong with it.
    pub fn first_error(&self) -> Option<&FieldError> {
        self.errors.first()
    }
}

/// Where the page of a code is, below the public URL.
pub const PROBLEMS: &str = "/problems";

/// The status of the answer to an error.
pub fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What the answer to an error says in its headers: how to authenticate (RFC 9110 section 11.6.1), and when to try again.
pub fn headers(error: &Error) -> HeaderMap {
    // HTTP Basic is accepted but not offered: a browser that is offered it asks for the password in a window of
    // its own, keeps it, and sends it along unasked from then on, for every page. Clients that wait to be
    // asked are told to send it at once.
    let challenge = match error {
        Error::Unauthenticated => Some(HeaderValue::from_static(r#"Bearer realm="oskar""#)),
        Error::StepUp(step_up) => step_up.challenge().parse().ok(),
        _ if status(error) == StatusCode::UNAUTHORIZED => {
            Some(HeaderValue::from_static(r#"Bearer realm="oskar", error="invalid_token""#))
        }
        _ => None,
    };
    let mut headers = HeaderMap::new();
    headers.extend(challenge.map(|challenge| (header::WWW_AUTHENTICATE, challenge)));
    headers.extend(error.retry_after().map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
    headers
}

impl IntoResponse for Error {
    /// The status and headers, and the [`Problem`] as an extension: the layer `problems` adds its type and the request id,
    /// and writes the body.
    fn into_response(self) -> Response {
        let status = status(&self);
        if let Self::Internal(source) = &self {
            tracing::error!(error = ?source, "internal error");
        }
        let mut response = (status, headers(&self)).into_response();
        let (code, title, detail) = (self.code(), self.title(), self.to_string());
        let required_permission = match &self {
            Self::PermissionDenied(permission) => Some(permission.clone()),
            _ => None,
        };
        let (errors, strength, organisations) = match self {
            Self::LastAdminOf { organisations } => (Vec::new(), None, organisations),
            Self::Invalid { errors } => (errors, None, Vec::new()),
            Self::WeakPassword(refusal) => (reasons(&refusal), refusal.strength, Vec::new()),
            _ => (Vec::new(), None, Vec::new()),
        };
        response.extensions_mut().insert(Problem {
            r#type: String::new(),
            title,
            status: status.as_u16(),
            message: detail.clone(),
            detail,
            code,
            request_id: String::new(),
            required_permission,
            errors,
            strength,
            organisations,
        });
        response
    }
}

/// A line for each reason that a password was refused for.
fn reasons(refusal: &PasswordRefusal) -> Vec<FieldError> {
    let line = |reason: &Reason| FieldError::new(refusal.pointer, (*reason).into(), reason.message());
    refusal.reasons.iter().map(line).collect()
}
