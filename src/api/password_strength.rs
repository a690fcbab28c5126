//! How good a password would be, for forms that tell while somebody types.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::Input;
use crate::app::App;
use crate::domain::email::Email;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::username::Username;
use crate::error::Error;
use crate::password::{PresentedPassword, Reason, Strength};

const TAG: &str = "Signing in";

/// A password, and whose it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery staple", "email": "ana@acme.example", "name": "Ana Ruiz"}))]
pub struct PasswordIdea {
    password: PresentedPassword,
    email: Option<Email>,
    name: Option<DisplayName>,
    username: Option<Username>,
    /// The name of the organisation.
    organisation_name: Option<DisplayName>,
}

/// Why a password would be refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordReason {
    code: Reason,
    #[schema(example = "a password has 12 to 256 characters")]
    message: &'static str,
}

/// What was found about a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordVerdict {
    /// Whether it would be accepted. Above 0 `score` is advice only.
    acceptable: bool,
    #[serde(flatten)]
    strength: Strength,
    /// Empty when it would be accepted.
    reasons: Vec<PasswordReason>,
}

/// How strong a password is
///
/// For forms. It is measured and forgotten: neither stored nor logged.
#[utoipa::path(post, path = "/api/auth/password-strength", operation_id = "measure_password", tag = TAG, request_body = PasswordIdea,
    responses((status = 200, description = "What was found.", body = PasswordVerdict)))]
pub async fn measure(
    State(app): State<App>,
    Input(idea): Input<PasswordIdea>,
) -> Result<Json<PasswordVerdict>, Error> {
    let context = app
        .password_context(idea.email.as_ref().map_or("", Email::as_str))
        .and(idea.name.as_ref().map(DisplayName::as_str))
        .and(idea.username.as_ref().map(Username::as_str))
        .and(idea.organisation_name.as_ref().map(DisplayName::as_str));
    let (reasons, strength) = app.hasher.strength(&idea.password, &context).await?;
    let reasons: Vec<_> =
        reasons.into_iter().map(|code| PasswordReason { code, message: code.message() }).collect();
    Ok(Json(PasswordVerdict { acceptable: reasons.is_empty(), strength, reasons }))
}
