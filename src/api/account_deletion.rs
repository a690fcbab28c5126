//! The end of the caller's own account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::input::{Input, present};
use crate::app::App;
use crate::auth::{Client, SignedIn, delete_own_account, signed_out};
use crate::error::Error;
use crate::password::PresentedPassword;

/// The proof that it is the owner who asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountDeletion {
    /// Needed if the account has one.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    password: Option<PresentedPassword>,
}

/// Delete the account
///
/// For good, with all sessions, links with issuers, memberships and mails that wait; the e-mail address and the username
/// are free again. It asks for the password. An account without one, of an issuer's user, needs a recent proof
/// instead, else 401 `insufficient_user_authentication`; its body is `{}`.
///
/// API keys belong to their organisations and stay, without a creator. Invitations that the user has sent stay, but an
/// admin has to send them again before they can be accepted. Audit events keep the user's id and lose name and
/// address.
#[utoipa::path(delete, path = "/api/account", operation_id = "delete_account", tag = "Account", request_body = AccountDeletion,
    responses(
        (status = 204, description = "Deleted; the session cookie is taken away."),
        (status = 403, description = "The password is wrong or missing (`wrong_password`) or has to be changed first (`password_change_required`),"),
        (status = 409, description = "The account is the last admin of the `organisations`, one of which it may be the only member of: make another member admin there, or delete the organisation, first (`last_admin`)."),
    ))]
pub async fn delete(
    State(app): State<App>,
    client: Client,
    caller: SignedIn,
    Input(input): Input<AccountDeletion>,
) -> Result<Response, Error> {
    delete_own_account(&app, &client, &caller, input.password.as_ref()).await?;
    Ok((StatusCode::NO_CONTENT, signed_out(&app.config.sessions.cookies)).into_response())
}
