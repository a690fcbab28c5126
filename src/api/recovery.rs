//! Accounts by mail: forgotten passwords, proving an address, changing it.
//!
//! The answer is the same whether there is such an account or not: the request only writes down a mail, and the
//! worker that sends it finds out. Links are used up by POST alone.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Input, present};
use super::tokens::{Tokens, signed_in};
use crate::app::App;
use crate::auth::{Client, SignedIn, ask_for_new_email, sign_in};
use crate::crypto::secret::{Secret, ShownOnce};
use crate::domain::account::one_time;
use crate::domain::email::Email;
use crate::domain::journal::mail::Mail;
use crate::entity::one_time_token::LinkPurpose;
use crate::error::Error;
use crate::password::{PresentedPassword, ProposedPassword};

const TAG: &str = "Signing in";

/// An address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MailRequest)]
pub struct Address {
    email: Email,
}

/// That it was understood; nothing more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Acknowledgement)]
pub struct Understood {
    #[schema(example = true)]
    success: bool,
    #[schema(example = "If there is an account with this address, a mail is on its way.")]
    message: &'static str,
}

/// The answer that tells nothing.
pub const ON_ITS_WAY: Understood =
    Understood { success: true, message: "If there is an account with this address, a mail is on its way." };

async fn ask(
    app: &App,
    client: &Client,
    address: &Email,
    mail: Mail,
) -> Result<(StatusCode, Json<Understood>), Error> {
    sign_in::ask_for_mail(app, client, address, mail).await?;
    Ok((StatusCode::ACCEPTED, Json(ON_ITS_WAY)))
}

/// Ask for a new password
///
/// Mails a link that works once, for 30 minutes, if there is such an account.
#[utoipa::path(post, path = "/api/auth/forgot-password", operation_id = "forgot_password", tag = TAG, request_body = Address,
    responses((status = 202, description = "The same for every address.", body = Understood),
        (status = 501, description = "This server sends no mails (`mail_unavailable`; `mail` in the server metadata).")))]
pub async fn forgot_password(
    State(app): State<App>,
    client: Client,
    Input(input): Input<Address>,
) -> Result<(StatusCode, Json<Understood>), Error> {
    ask(&app, &client, &input.email, Mail::ResetPassword).await
}

/// A link and the new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// What stands behind the `#` of the link.
    #[schema(example = "osp_…")]
    link_secret: String,
    password: ProposedPassword,
}

/// Choose a new password
///
/// By the link of a mail. All sessions end. However many wrong passwords strangers try, the new one works at once from
/// this client.
#[utoipa::path(post, path = "/api/auth/reset-password", operation_id = "reset_password", tag = TAG, request_body = PasswordReset,
    responses((status = 204, description = "The password is changed; sign in with it."),
        (status = 403, description = "The account is disabled (`user_disabled`),"),
        (status = 410, description = "The link is used, replaced or too old (`link_invalid`).")))]
pub async fn reset_password(
    State(app): State<App>,
    client: Client,
    Input(input): Input<PasswordReset>,
) -> Result<Response, Error> {
    let actor = client.anonymous();
    let reset = sign_in::reset_password(&app, &client, &actor, &input.link_secret, &input.password);
    let (user, write) = reset.await?;
    write.commit().await?;
    Ok((StatusCode::NO_CONTENT, client.device_cookie(&app, user.id)).into_response())
}

/// What lets the owner choose a new password, if others may know the one there is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnlockedAccount)]
pub struct Unlocked {
    /// For resetting the password, once.
    #[schema(value_type = String, example = "osp_…")]
    link_secret: ShownOnce,
    /// Seconds.
    #[schema(example = 1800)]
    expires_in: i64,
}

/// Let the owner in while others guess
///
/// By the link of the mail about wrong passwords: from now on this client and its network do not wait for the attempts of
/// others. It signs nobody in.
#[utoipa::path(post, path = "/api/auth/unlock", operation_id = "unlock", tag = TAG, request_body = Link,
    responses((status = 200, description = "Sign in with the password, or choose a new one by `link_secret`.", body = Unlocked),
        (status = 403, description = "The account is disabled (`user_disabled`),"),
        (status = 410, description = "The link is used, replaced or too old (`link_invalid`).")))]
pub async fn unlock(
    State(app): State<App>,
    client: Client,
    Input(input): Input<Link>,
) -> Result<Response, Error> {
    let link = Secret::parse(&input.link_secret).ok_or(Error::LinkInvalid)?;
    let actor = client.anonymous();
    let (user, reset, write) = sign_in::unlock(&app, &actor, &link).await?;
    write.commit().await?;
    let body = Unlocked {
        link_secret: ShownOnce(reset),
        expires_in: one_time::lifetime(LinkPurpose::ResetPassword).num_seconds(),
    };
    Ok((client.device_cookie(&app, user.id), Json(body)).into_response())
}

/// A link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MailedLink)]
pub struct Link {
    /// What stands behind the `#` of the link.
    #[schema(example = "osv_…")]
    link_secret: String,
}

/// Confirm an address
///
/// By the link of a mail: the address of the account, or the one that it is to have. A new address ends all sessions of
/// the account. If one of them is sent along, as cookie or bearer, a new one takes its place.
#[utoipa::path(post, path = "/api/auth/verify-email", operation_id = "verify_email", tag = TAG, request_body = Link,
    responses(
        (status = 200, description = "The account has its new address; the session to go on with.", body = Tokens),
        (status = 204, description = "The address is confirmed."),
        (status = 409, description = "Another account has taken the address meanwhile (`email_taken`)."),
        (status = 410, description = "The link is used, replaced or too old (`link_invalid`).")))]
pub async fn verify_email(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Input(input): Input<Link>,
) -> Result<Response, Error> {
    let link = Secret::parse(&input.link_secret).ok_or(Error::LinkInvalid)?;
    let actor = client.anonymous();
    let (user, started, write) = sign_in::confirm_address(&app, &client, &actor, &headers, &link).await?;
    write.commit().await?;
    match started {
        Some(started) => signed_in(&app, &client, StatusCode::OK, started),
        None => Ok((StatusCode::NO_CONTENT, client.device_cookie(&app, user.id)).into_response()),
    }
}

/// Ask for the link to confirm an address again
///
/// The link before it no longer works.
#[utoipa::path(post, path = "/api/auth/resend-verification", operation_id = "resend_verification", tag = TAG, request_body = Address,
    responses((status = 202, description = "The same for every address.", body = Understood),
        (status = 501, description = "This server sends no mails (`mail_unavailable`; `mail` in the server metadata).")))]
pub async fn resend_verification(
    State(app): State<App>,
    client: Client,
    Input(input): Input<Address>,
) -> Result<(StatusCode, Json<Understood>), Error> {
    ask(&app, &client, &input.email, Mail::VerifyEmail).await
}

/// The new address, and the password once more, unless the proof of who the user is is recent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ana.ruiz@acme.example", "password": "correct horse battery staple"}))]
pub struct EmailChange {
    email: Email,
    /// May be left out within `sessions.fresh_within` of the last proof; if that is off, never.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    password: Option<PresentedPassword>,
}

/// Change the e-mail address
///
/// Mails a link to the new address; the account has it once the link is used, and the old address is told. All
/// sessions end then. Without the password, and without a recent proof of who the user is: 401
/// `insufficient_user_authentication`. Too many changes in 24 hours: 429 `too_many_email_changes`.
#[utoipa::path(post, path = "/api/auth/change-email", operation_id = "change_email", tag = "Account", request_body = EmailChange,
    responses((status = 202, description = "The same whether the address is free or not.", body = Understood),
        (status = 403, description = "The password is wrong (`wrong_password`) or has to be changed (`password_change_required`),"),
        (status = 501, description = "This server sends no mails (`mail_unavailable`; `mail` in the server metadata).")))]
pub async fn change_email(
    State(app): State<App>,
    client: Client,
    caller: SignedIn,
    Input(input): Input<EmailChange>,
) -> Result<(StatusCode, Json<Understood>), Error> {
    ask_for_new_email(&app, &client, &caller, &input.email, input.password.as_ref()).await?.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(ON_ITS_WAY)))
}
