//! Proving once more who one is, without signing out first.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::input::{Input, present};
use super::session_carrier::{self, SessionCarrier};
use super::tokens::{Tokens, signed_in};
use crate::app::App;
use crate::auth::sign_in::{reauthenticate_by_issuer, reauthenticate_by_password};
use crate::auth::{Client, Keep, SignedIn};
use crate::error::{Error, FieldCode};
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
    /// As for signing in. A session that began with `cookie` has no tokens in any case.
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
        (status = 401, description = "the issuer's token is no good (`invalid_issuer_token`, `issuer_token_used`);"),
        (status = 403, description = "The password is wrong (`wrong_password`) or has to be changed (`password_change_required`), the token's user is not linked to the account (`not_linked`), the issuer is turned off (`issuer_disabled`) or its user may not come in (`not_allowed`, `issuer_email_unverified`, `issuer_email_unreadable`, `no_account`, `link_required`, `linked_to_another`), or there is no session (`session_required`);"),
        (status = 503, description = "Busy (`busy`, `timeout`, `storage_unavailable`), or the issuer's keys cannot be fetched (`issuer_unavailable`)."),
    ))]
pub async fn reauthenticate(
    State(app): State<App>,
    client: Client,
    caller: SignedIn,
    Input(input): Input<Reauthentication>,
) -> Result<Response, Error> {
    if caller.by.session.is_none() {
        return Err(Error::SessionRequired);
    }
    let terms = session_carrier::renewed(&app, &client, input.session, Keep::asked(input.remember))?;
    let started = match (&input.password, &input.issuer_token) {
        (Some(password), None) => reauthenticate_by_password(&app, &client, &caller, password, terms).await?,
        (None, Some(token)) => reauthenticate_by_issuer(&app, &client, &caller, token, terms).await?,
        (None, None) => {
            return Err(Error::wrong("/password", FieldCode::Required, "give `password` or `issuer_token`"));
        }
        (Some(_), Some(_)) => {
            return Err(Error::invalid("/issuer_token", "give `password` or `issuer_token`, not both"));
        }
    };
    signed_in(&app, &client, StatusCode::OK, started)
}
