//! Accounts by mail: forgotten passwords, proving an address, changing it.
//!
//! Asking is answered the same whether there is such an account or not: the request only writes down a
//! mail, and whoever sends it finds out. Links are used up by POST alone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::input::Input;
use crate::app::App;
use crate::auth::{Client, SignedIn};
use crate::domain::email::Email;
use crate::domain::{Change, mailbox, outbox, sign_in, users};
use crate::entity::outbox::Kind;
use crate::error::Error;
use crate::password::{PresentedPassword, ProposedPassword};
use crate::secret::Secret;

const TAG: &str = "Signing in";

/// An address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    email: Email,
}

/// That it was understood; nothing more.
#[derive(Debug, Serialize, ToSchema)]
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
    kind: Kind,
    address: &Email,
) -> Result<(StatusCode, Json<Understood>), Error> {
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    outbox::enqueue_requested(change, kind, &address.normalised(), json!({})).await?;
    txn.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(ON_ITS_WAY)))
}

/// Ask for a new password
///
/// Mails a link that works once, for 30 minutes, if there is such an account.
#[utoipa::path(post, path = "/api/auth/forgot-password", operation_id = "forgot_password", tag = TAG, request_body = Address,
    responses((status = 202, description = "The same for every address.", body = Understood)))]
pub async fn forgot_password(
    State(app): State<App>,
    client: Client,
    Input(input): Input<Address>,
) -> Result<(StatusCode, Json<Understood>), Error> {
    ask(&app, &client, Kind::ResetPassword, &input.email).await
}

/// A link and the new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The last part of the link.
    #[schema(example = "osp_…")]
    token: String,
    password: ProposedPassword,
}

/// Choose a new password
///
/// By the link of a mail. All sessions end.
#[utoipa::path(post, path = "/api/auth/reset-password", operation_id = "reset_password", tag = TAG, request_body = PasswordReset,
    responses((status = 204, description = "The password is changed; sign in with it."),
        (status = 403, description = "The account is disabled, or the request came from a foreign site.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 410, description = "The link is used, replaced or too old.", body = crate::error::Problem, content_type = "application/problem+json")))]
pub async fn reset_password(
    State(app): State<App>,
    client: Client,
    Input(input): Input<PasswordReset>,
) -> Result<StatusCode, Error> {
    let reset = async {
        let link = Secret::parse(&input.token).ok_or(Error::LinkInvalid)?;
        // Before the hash, which is dear.
        let owner = mailbox::owner_of(app.db.read(), &app.keyring, &link, app.now()).await?;
        let context = users::add_names(app.db.read(), app.password_context(&owner.email), &owner).await?;
        let password = app.hasher.accept("/password", &input.password, &context).await?;
        let new_hash = app.hasher.hash(&password).await?;
        let txn = app.db.begin().await?;
        let actor = client.anonymous();
        let change = Change { txn: &txn, now: app.now(), actor: &actor };
        mailbox::reset_password(change, &app.keyring, &link, new_hash).await?;
        txn.commit().await
    };
    client.door(&app).guess(None, reset).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The last part of the link.
    #[schema(example = "osv_…")]
    token: String,
}

/// Confirm an address
///
/// By the link of a mail: the address of the account, or the one that it is to have.
#[utoipa::path(post, path = "/api/auth/verify-email", operation_id = "verify_email", tag = TAG, request_body = Link,
    responses((status = 204, description = "The address is confirmed."),
        (status = 409, description = "Another account has taken the address meanwhile.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 410, description = "The link is used, replaced or too old.", body = crate::error::Problem, content_type = "application/problem+json")))]
pub async fn verify_email(
    State(app): State<App>,
    client: Client,
    Input(input): Input<Link>,
) -> Result<StatusCode, Error> {
    let link = Secret::parse(&input.token).ok_or(Error::LinkInvalid)?;
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    mailbox::verify(Change { txn: &txn, now: app.now(), actor: &actor }, &app.keyring, &link).await?;
    txn.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for the link to confirm an address again
///
/// The link before it dies.
#[utoipa::path(post, path = "/api/auth/resend-verification", operation_id = "resend_verification", tag = TAG, request_body = Address,
    responses((status = 202, description = "The same for every address.", body = Understood)))]
pub async fn resend_verification(
    State(app): State<App>,
    client: Client,
    Input(input): Input<Address>,
) -> Result<(StatusCode, Json<Understood>), Error> {
    ask(&app, &client, Kind::VerifyEmail, &input.email).await
}

/// The new address, and the password once more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailChange {
    email: Email,
    password: PresentedPassword,
}

/// Change the e-mail address
///
/// Mails a link to the new address; the account has it once the link is used, and the old address is told.
#[utoipa::path(post, path = "/api/auth/change-email", operation_id = "change_email", tag = "Account", request_body = EmailChange,
    responses((status = 202, description = "The same whether the address is free or not.", body = Understood),
        (status = 403, description = "The password is wrong, the caller is a key, or the request came from a foreign site.", body = crate::error::Problem, content_type = "application/problem+json")))]
pub async fn change_email(
    State(app): State<App>,
    client: Client,
    SignedIn { by, actor }: SignedIn,
    Input(input): Input<EmailChange>,
) -> Result<(StatusCode, Json<Understood>), Error> {
    sign_in::check_again(&client.door(&app), &by.user, by.session_id(), &input.password).await?;
    let txn = app.db.begin().await?;
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    mailbox::ask_for_new_email(change, &app.keyring, &by.user, by.session_id(), &input.email).await?;
    txn.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(ON_ITS_WAY)))
}
