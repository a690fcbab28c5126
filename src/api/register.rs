//! Making an account: with an organisation, without one, or by an invitation.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{Tokens, start_session, with_cookies};
use super::input::{Input, present};
use super::invitations::by_link;
use super::session_carrier::{Answers, SessionCarrier};
use crate::app::App;
use crate::auth::{Client, Keep};
use crate::config::Registration;
use crate::domain::display_name::DisplayName;
use crate::domain::email::Email;
use crate::domain::joining::{self, Joiner, Names};
use crate::domain::registration;
use crate::domain::tokens::ActiveOrganisation;
use crate::domain::username::Username;
use crate::domain::users::NewUser;
use crate::error::Error;
use crate::password::{PresentedPassword, ProposedPassword};
use crate::permission::Role;

const TAG: &str = "Signing in";

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration, example = json!({"email": "ana@acme.example", "password": "correct horse battery staple", "name": "Ana Ruiz", "organisation": "Acme"}))]
pub struct RegistrationInput {
    email: Email,
    password: ProposedPassword,
    /// Default: what stands before the `@`.
    name: Option<DisplayName>,
    /// A second name to sign in with.
    username: Option<Username>,
    /// The name of an organisation to make, with the new user as its admin.
    organisation: Option<DisplayName>,
    /// Instead: what stands behind the `#` of an invitation's link. It proves the address, and counts in every mode of
    /// registration.
    #[schema(example = "osi_…")]
    invitation: Option<String>,
    /// Whether the browser keeps the session cookie when it is closed; default: true. False for machines of others.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    remember: Option<bool>,
    /// `cookie`: the answer has no tokens, and the session no refresh token. For pages of the server's own site.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    session: Option<SessionCarrier>,
}

/// That it was understood; nothing more.
#[derive(Debug, Serialize, ToSchema)]
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
        (status = 401, description = "By an invitation: there is an account with that address, and the password is another."),
        (status = 403, description = "Registration is closed, the invitation is for another address,"),
        (status = 409, description = "The e-mail address or the username is taken, or the organisation has no seat left, or whoever sent the invitation may not give that role any more (`invitation_unconfirmed`)."),
        (status = 410, description = "The invitation's link is used, replaced, withdrawn or too old."),
        (status = 501, description = "Addresses must be confirmed, and this server sends no mails."),
    ))]
pub async fn register(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Input(mut input): Input<RegistrationInput>,
) -> Result<Response, Error> {
    if let Some(token) = input.invitation.take() {
        return by_invitation(&app, &client, &headers, &token, input).await;
    }
    let refresh_use = Answers::TokensOrCookie.refresh_use(&app, &headers, input.session)?;
    if !may_register(&app, &input.email) {
        return Err(Error::RegistrationClosed);
    }
    if app.config.verify_email_required {
        app.needs_mail()?;
    }
    let context = app
        .password_context(input.email.as_str())
        .and(input.name.as_ref().map(DisplayName::as_str))
        .and(input.username.as_ref().map(Username::as_str))
        .and(input.organisation.as_ref().map(DisplayName::as_str));
    let password = app.hasher.accept("/password", &input.password, &context).await?;
    spend(&app, &client).await?;
    let password_hash = app.hasher.hash(&password).await?;
    let keep = Keep::asked(input.remember);
    let new = || NewUser {
        email: input.email.clone(),
        username: input.username.clone(),
        name: input.name.clone(),
        password_hash: Some(password_hash.clone()),
        operator: false,
        email_verified: false,
    };
    let organisation = input.organisation.as_ref();
    if app.config.verify_email_required {
        let begun = match begin(&app, &client, new(), organisation).await {
            // Taken in this moment: as if it had been before.
            Err(Error::EmailTaken) => begin(&app, &client, new(), organisation).await,
            other => other,
        };
        return begun.map(|()| (StatusCode::ACCEPTED, Json(CONFIRM)).into_response());
    }
    let actor = client.anonymous();
    let mut write = app.write(&actor).await?;
    let (user, active) = registration::create(&write, new(), organisation).await?;
    let active = active.map(|organisation| ActiveOrganisation { organisation, role: Role::Admin });
    let actor = actor.as_user(user.id, &user.name);
    write.actor = &actor;
    let (tokens, cookie) = start_session(&app, &write, &headers, &user, active.as_ref(), refresh_use).await?;
    write.commit().await?;
    Ok(with_cookies(StatusCode::CREATED, client.signed_in(&app, user.id, &cookie, keep), tokens))
}

/// Counts before anything is looked up, and for every address alike.
async fn spend(app: &App, client: &Client) -> Result<(), Error> {
    let Some(most) = app.config.limits.registrations else { return Ok(()) };
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    registration::spend(&write, client.address.0, most).await?;
    write.commit().await
}

async fn begin(
    app: &App,
    client: &Client,
    new: NewUser,
    organisation: Option<&DisplayName>,
) -> Result<(), Error> {
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    registration::begin(&write, new, organisation).await?;
    write.commit().await
}

fn may_register(app: &App, email: &Email) -> bool {
    match app.config.registration {
        Registration::Open => true,
        Registration::Domain => app.config.registration_domains.iter().any(|domain| domain == email.domain()),
        Registration::Invite | Registration::Closed => false,
    }
}

async fn by_invitation(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
    token: &str,
    input: RegistrationInput,
) -> Result<Response, Error> {
    let (invitation, organisation) = by_link(app, token).await?;
    if input.organisation.is_some() {
        return Err(Error::invalid("/organisation", "give `organisation` or `invitation`, not both"));
    }
    if invitation.email_normalised != input.email.normalised() {
        return Err(Error::InvitationForAnother);
    }
    let refresh_use = Answers::TokensOrCookie.refresh_use(app, headers, input.session)?;
    let names = Names { name: input.name, username: input.username };
    let keep = Keep::asked(input.remember);
    let password = PresentedPassword::from(input.password);
    let context =
        app.password_context(&invitation.email).and([organisation.name.as_str(), &organisation.slug]);
    let joiner =
        joining::by_password(&client.attempt(app), &invitation, Some(password), None, names, context).await?;
    if matches!(joiner, Joiner::Known { .. }) {
        return Err(Error::EmailTaken);
    }
    let actor = client.anonymous();
    let mut write = app.write(&actor).await?;
    let (user, membership) = joining::join(&write, &invitation, joiner, app.config.limits.seats).await?;
    let actor = actor.as_user(user.id, &user.name);
    write.actor = &actor;
    let active = ActiveOrganisation { organisation, role: membership.role };
    let (tokens, cookie) = start_session(app, &write, headers, &user, Some(&active), refresh_use).await?;
    write.commit().await?;
    Ok(with_cookies(StatusCode::CREATED, client.signed_in(app, user.id, &cookie, keep), tokens))
}
