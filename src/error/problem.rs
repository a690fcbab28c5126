//! Errors as clients see them (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Error, FieldError};
use crate::password::Strength;

/// The stable code of an answer that tells of an error in another form than a [`Problem`], for the log.
#[derive(Clone, Copy, Debug)]
pub struct Code(pub &'static str);

/// An error as clients see it (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Identifies the kind of problem.
    #[schema(example = "urn:oskar:problem:permission_denied")]
    r#type: String,
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
    /// For bad input: which members, and what is wrong with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    pub errors: Vec<FieldError>,
    /// For a password that is soon guessed: how soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    strength: Option<Strength>,
}

impl IntoResponse for Error {
    /// The status and headers, and the [`Problem`] as an extension: `http::problems` adds the
    /// request id and writes the body.
    fn into_response(self) -> Response {
        let (status, code, title) = self.kind();
        if let Self::Internal(source) = &self {
            tracing::error!(error = ?source, "internal error");
        }
        let detail = self.to_string();
        let mut response = status.into_response();
        // HTTP Basic is accepted but not offered: a browser that is offered it asks for the password in a window of
        // its own, keeps it, and sends it along unasked from then on, for every page. Clients that wait to be
        // asked are told to send it at once.
        let challenge = match &self {
            Self::Unauthenticated => Some(HeaderValue::from_static(r#"Bearer realm="oskar""#)),
            Self::StepUp(step_up) => step_up.challenge().parse().ok(),
            _ if status == StatusCode::UNAUTHORIZED => {
                Some(HeaderValue::from_static(r#"Bearer realm="oskar", error="invalid_token""#))
            }
            _ => None,
        };
        response.headers_mut().extend(challenge.map(|challenge| (header::WWW_AUTHENTICATE, challenge)));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if matches!(self, Self::TooManyMails) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("3600"));
        }
        if let Self::TooManyAttempts { retry_after }
        | Self::TooManyInvitations { retry_after, .. }
        | Self::TooManyRegistrations { retry_after }
        | Self::TooManyMailsAsked { retry_after }
        | Self::RateLimited { retry_after } = &self
        {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
        }
        if let Self::CapReached { retry_after: Some(retry_after), .. } = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
        }
        let (errors, strength) = match self {
            Self::Invalid(errors) => (errors, None),
            Self::WeakPassword(refusal) => (refusal.errors(), refusal.strength),
            _ => (Vec::new(), None),
        };
        response.extensions_mut().insert(Problem {
            r#type: format!("urn:oskar:problem:{code}"),
            title,
            status: status.as_u16(),
            message: detail.clone(),
            detail,
            code,
            request_id: String::new(),
            errors,
            strength,
        });
        response
    }
}
