//! Making an account: with an organisation, without one, or by an invitation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Input, present};
use super::session_carrier::{Answers, SessionCarrier};
use super::tokens::{Tokens, signed_in};
use crate::app::App;
use crate::auth::sign_in::{self, Invited, NewAccount, Registered, SignInState};
use crate::auth::{Client, Keep};
use crate::domain::email::Email;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::username::Username;
use crate::error::Error;
use crate::http::Answering;
use crate::password::ProposedPassword;

const TAG: &str = "Signing in";

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration, example = json!({"email": "ana@acme.example", "password": "correct horse battery staple", "name": "Ana Ruiz", "organisation_name": "Acme"}))]
pub struct RegistrationInput {
    email: Email,
    password: ProposedPassword,
    /// Default: what stands before the `@`.
    name: Option<DisplayName>,
    /// A second name to sign in with.
    username: Option<Username>,
    /// The name of an organisation to make, with the new user as its admin.
    organisation_name: Option<DisplayName>,
    /// Instead: what stands behind the `#` of an invitation's link. It proves the address, and counts in every mode of
    /// registration.
    #[schema(example = "osi_…")]
    invitation: Option<String>,
    /// Whether the browser keeps the session cookie when it is closed; default: true. False for machines of others.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    remember: Option<bool>,
    /// As for signing in.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    session: Option<SessionCarrier>,
}

/// That it was understood; nothing more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfirmationAwaited)]
pub struct ConfirmFirst {
    #[schema(example = true)]
    success: bool,
    #[schema(example = "A mail is on its way. Confirm the address by its link, then sign in.")]
    message: &'static str,
}

const CONFIRM: ConfirmFirst = ConfirmFirst {
    success: true,
    message: "A mail is on its way. Confirm the address by its link, then sign in.",
};

/// Make an account
///
/// Makes an account and signs it in: tokens in the answer, the session in an httpOnly cookie.
///
/// With `verify_email = required` the answer is 202 for every address, a mail tells the rest, and username and
/// organisation are given with the proof of the address; a username that is taken by then is left out. An account
/// whose address nobody proves ends after `limits.unproven_accounts`, unless it is in use. An address registers
/// `limits.registrations` accounts an hour.
#[utoipa::path(post, path = "/api/auth/register", operation_id = "register", tag = TAG, request_body = RegistrationInput,
    responses(
        (status = 201, description = "The account, signed in.", body = Tokens),
        (status = 202, description = "With `verify_email = required`, whether the address was free or not: nobody is signed in before it is confirmed, and until then a sign-in is answered as with a wrong password.", body = ConfirmFirst),
        (status = 401, description = "By an invitation: there is an account with that address, and the password is another (`invalid_login`)."),
        (status = 403, description = "Registration is closed (`registration_closed`), the invitation is for another address (`invitation_for_another`), the account is disabled (`user_disabled`) or its password has to be changed (`password_change_required`),"),
        (status = 409, description = "The e-mail address or the username is taken (`email_taken`, `username_taken`), or the organisation has no seat left (`seats_taken`), or the account with the invited address was never confirmed (`account_unconfirmed`), or the user is a member of as many organisations as may be (`too_many_organisations`), or the sender of the invitation may not give that role any more (`invitation_unconfirmed`)."),
        (status = 410, description = "The invitation's link is used, replaced, withdrawn or too old (`link_invalid`)."),
        (status = 429, description = "Too many accounts were registered from a network (`too_many_registrations`), too many mails were asked for (`too_many_mails`), or too many wrong attempts (`too_many_attempts`) or requests (`rate_limited`) came."),
        (status = 501, description = "Addresses must be confirmed, and this server sends no mails (`mail_unavailable`)."),
    ))]
pub async fn register(
    State(app): State<App>,
    client: Client,
    answering: Answering,
    Input(input): Input<RegistrationInput>,
) -> Result<Response, Error> {
    let invited = match &input.invitation {
        Some(link) => Some(Invited::by_link(&app, link).await?),
        None => None,
    };
    if invited.is_some() && input.organisation_name.is_some() {
        return Err(Error::invalid(
            "/organisation_name",
            "give `organisation_name` or `invitation`, not both",
        ));
    }
    let terms = Answers::AsAsked.terms(&app, &client, input.session, Keep::asked(input.remember))?;
    let account = NewAccount {
        email: input.email,
        password: input.password,
        name: input.name,
        username: input.username,
        organisation: input.organisation_name,
    };
    let actor = client.anonymous();
    let (registered, write) = match invited {
        Some(invited) => {
            let (_, state, write) = invited.register(&app, &client, &actor, account, terms).await?;
            (Registered::SignedIn(Box::new(state)), write)
        }
        None => sign_in::register(&app, &client, &actor, account, terms).await?,
    };
    match registered {
        Registered::SignedIn(state) => {
            let SignInState::Started(started) = *state;
            let user = started.open.user.id;
            let answer = signed_in(&app, &client, StatusCode::CREATED, started)?;
            answering.about(user).commit(write, answer).await
        }
        Registered::ProofAwaited => answering.commit(write, (StatusCode::ACCEPTED, Json(CONFIRM))).await,
    }
}
