//! Making an account: with an organisation, without one, or by an invitation.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::auth::{Tokens, start_session, with_cookies};
use super::input::Input;
use super::invitations::by_link;
use crate::app::App;
use crate::auth::Client;
use crate::config::Registration;
use crate::domain::audit::Actor;
use crate::domain::display_name::DisplayName;
use crate::domain::email::Email;
use crate::domain::joining::{self, Joiner, Names};
use crate::domain::tokens::Place;
use crate::domain::username::Username;
use crate::domain::users::{self, NewUser};
use crate::domain::{Change, organisations, outbox, sign_in};
use crate::entity::outbox::Kind;
use crate::error::Error;
use crate::password::{PresentedPassword, ProposedPassword};
use crate::permission::Role;

const TAG: &str = "Signing in";

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration)]
pub struct RegistrationInput {
    email: Email,
    password: ProposedPassword,
    /// Default: what stands before the `@`.
    name: Option<DisplayName>,
    /// A second name to sign in with.
    username: Option<Username>,
    /// The name of an organisation to make, with the new user as its admin.
    organisation: Option<DisplayName>,
    /// Instead: the last part of an invitation's link. It proves the address, and counts in every mode of
    /// registration.
    #[schema(example = "osi_…")]
    invitation: Option<String>,
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
#[utoipa::path(post, path = "/api/auth/register", operation_id = "register", tag = TAG, request_body = RegistrationInput,
    responses(
        (status = 201, description = "The account, signed in.", body = Tokens),
        (status = 202, description = "With `verify_email = required`, whether the address was free or not: nobody is signed in before it is confirmed.", body = ConfirmFirst),
        (status = 401, description = "By an invitation: there is an account with that address, and the password is another.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Registration is closed, the invitation is for another address, or the request came from a foreign site.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The e-mail address or the username is taken, or the organisation has no seat left.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 410, description = "The invitation's link is used, replaced, withdrawn or too old.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 501, description = "Addresses must be confirmed, and this server sends no mails.", body = crate::error::Problem, content_type = "application/problem+json"),
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
    let password_hash = app.hasher.hash(&password).await?;
    let RegistrationInput { email, name, username, organisation, .. } = input;
    let (operator, email_verified) = (false, false);
    let new = NewUser {
        email: email.clone(),
        username,
        name,
        password_hash: Some(password_hash),
        operator,
        email_verified,
    };
    let actor = client.anonymous();
    if !app.config.verify_email_required {
        let txn = app.db.begin().await?;
        let change = Change { txn: &txn, now: app.now(), actor: &actor };
        let (user, actor, place) = make(change, new, organisation).await?;
        let change = Change { actor: &actor, ..change };
        let (tokens, cookie) = start_session(&app, change, &headers, &user, place.as_ref()).await?;
        txn.commit().await?;
        return Ok(with_cookies(StatusCode::CREATED, client.cookies(&app, user.id, &cookie), tokens));
    }
    let txn = app.db.begin().await?;
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    if sign_in::find(&txn, email.as_str()).await?.is_some() {
        // A taken username is told in both cases, or it would tell which of the two this is.
        if let Some(username) = &new.username
            && sign_in::find(&txn, username.as_str()).await?.is_some()
        {
            return Err(Error::UsernameTaken);
        }
    } else {
        match make(change, new, organisation).await {
            Ok(_) => {
                txn.commit().await?;
                return Ok((StatusCode::ACCEPTED, Json(CONFIRM)).into_response());
            }
            // Taken in between: as if it had been before.
            Err(Error::EmailTaken) => {}
            Err(error) => return Err(error),
        }
    }
    // What was begun may have failed: another one.
    txn.rollback().await?;
    tell_owner(&app, &client, &email).await?;
    Ok((StatusCode::ACCEPTED, Json(CONFIRM)).into_response())
}

fn may_register(app: &App, email: &Email) -> bool {
    match app.config.registration {
        Registration::Open => true,
        Registration::Domain => app.config.registration_domains.iter().any(|domain| domain == email.domain()),
        Registration::Invite | Registration::Closed => false,
    }
}

/// The account, its organisation if one was asked for, and the mail that lets it prove its address.
async fn make(
    change: Change<'_>,
    new: NewUser,
    organisation: Option<DisplayName>,
) -> Result<(crate::entity::user::Model, Actor, Option<Place>), Error> {
    let email = new.email.normalised();
    let user = users::create(change, new).await?;
    let actor = change.actor.as_user(user.id, &user.name);
    let change = Change { actor: &actor, ..change };
    let place = match &organisation {
        Some(name) => {
            let (organisation, _) = organisations::create(change, name, None, Some(user.id)).await?;
            Some(Place { organisation, role: Role::Admin })
        }
        None => None,
    };
    outbox::enqueue_requested(change, Kind::VerifyEmail, &email, json!({})).await?;
    Ok((user, actor, place))
}

/// Who registers is not told that the address is taken; who owns the mailbox is.
async fn tell_owner(app: &App, client: &Client, email: &Email) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    outbox::enqueue_requested(change, Kind::AlreadyRegistered, &email.normalised(), json!({})).await?;
    Ok(txn.commit().await?)
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
    let names = Names { name: input.name, username: input.username };
    let password = PresentedPassword::from(input.password);
    let context =
        app.password_context(&invitation.email).and([organisation.name.as_str(), &organisation.slug]);
    let joiner = joining::by_password(&client.door(app), &invitation, Some(password), names, context).await?;
    if matches!(joiner, Joiner::Known(_)) {
        return Err(Error::EmailTaken);
    }
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    let (user, membership) = joining::join(change, &invitation, joiner, app.config.limits.seats).await?;
    let actor = actor.as_user(user.id, &user.name);
    let change = Change { actor: &actor, ..change };
    let place = Place { organisation, role: membership.role };
    let (tokens, cookie) = start_session(app, change, headers, &user, Some(&place)).await?;
    txn.commit().await?;
    Ok(with_cookies(StatusCode::CREATED, client.cookies(app, user.id, &cookie), tokens))
}
