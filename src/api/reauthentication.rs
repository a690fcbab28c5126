//! Proving once more who one is, without signing out first.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::auth::Tokens;
use super::input::{Input, present};
use super::renewal::Renewed;
use super::session_carrier::{self, SessionCarrier};
use crate::app::App;
use crate::auth::{Client, Keep, SignedIn, by_issuer, check_recent};
use crate::domain::authentication::Authentication;
use crate::domain::{identities, sign_in, users};
use crate::error::Error;
use crate::password::PresentedPassword;

/// The proof: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery staple"}))]
pub struct Reauthentication {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    password: Option<PresentedPassword>,
    /// A new token of an issuer that is linked to the account, whose `auth_time` is recent.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    issuer_token: Option<String>,
    /// As for signing in.
    #[schema(nullable = false, default = true)]
    #[serde(default, deserialize_with = "present")]
    remember: Option<bool>,
    /// `cookie`: from now on the session has no tokens, and no refresh token. One that began so stays so.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    session: Option<SessionCarrier>,
}

/// Prove again who you are
///
/// With the password, or with a token of a linked issuer that says when the user has signed in there (`auth_time`; ask
/// for it by `max_age` or `prompt=login`). A new session takes the place of this one: its cookie, refresh token and
/// access tokens end, and the new ones are as good as after a sign-in. By HTTP Basic, which has no session and is
/// a proof by itself: 403 `session_required`.
#[utoipa::path(post, path = "/api/auth/reauthenticate", operation_id = "reauthenticate", tag = "Signing in", request_body = Reauthentication,
    responses(
        (status = 200, description = "The new session.", body = Tokens),
        (status = 403, description = "The password is wrong (`wrong_password`) or has to be changed (`password_change_required`), the token's user is not linked to the account (`not_linked`), or what a sign-in by the issuer would be told;"),
    ))]
pub async fn reauthenticate(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    SignedIn { by, actor }: SignedIn,
    Input(input): Input<Reauthentication>,
) -> Result<Response, Error> {
    if by.session.is_none() {
        return Err(Error::SessionRequired);
    }
    let cookie_alone = session_carrier::renewed(&app, &headers, input.session)?;
    let renewed = match (&input.password, &input.issuer_token) {
        (Some(password), None) => {
            let user = by.account(app.db.read()).await?;
            sign_in::check_again(&client.attempt(&app), &user, by.session_id(), password).await?;
            let write = app.write(&actor).await?;
            // It may have been changed while this one was hashed.
            if users::lock(&write, by.id).await?.password_hash != user.password_hash {
                return Err(Error::WrongPassword);
            }
            let proof = Authentication::by_password(write.now);
            let renewed = Renewed::in_place_of(&app, &write, &by, proof, cookie_alone).await?;
            write.commit().await?;
            renewed
        }
        (None, Some(token)) => {
            let (vouched, admission) = by_issuer(&app, &client, token).await?;
            check_recent(&app, vouched.authentication.at)?;
            let write = app.write(&actor).await?;
            identities::spend(&write, &vouched).await?;
            identities::prove_again(&write, &vouched, &admission, by.id).await?;
            let proof = vouched.authentication;
            let renewed = Renewed::in_place_of(&app, &write, &by, proof, cookie_alone).await?;
            write.commit().await?;
            renewed
        }
        (None, None) => return Err(Error::invalid("/password", "give `password` or `issuer_token`")),
        (Some(_), Some(_)) => {
            return Err(Error::invalid("/issuer_token", "give `password` or `issuer_token`, not both"));
        }
    };
    Ok(renewed.answer(&app, &client, &headers, Keep::asked(input.remember)))
}
