//! Signing in with another issuer's token, where others sign in with a password.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use tracing::Span;
use tracing::field::display;

use super::auth::{LoginInput, Started, bearer, number, replace_session, sign_in_with_password};
use super::input::OptionalInput;
use super::session_carrier::{Answers, SessionCarrier};
use crate::app::App;
use crate::auth::{Client, Keep, by_issuer, is_foreign};
use crate::domain::identities::{self, ExternalIdentityClaims};
use crate::domain::sessions::{self, Beginning};
use crate::domain::{attempts, tokens};
use crate::entity::organisation;
use crate::error::{Error, OrLog as _};

/// What somebody signs in with.
pub enum SignIn {
    Password(LoginInput),
    Token {
        token: String,
        /// Slug or id, if one was asked for.
        organisation: Option<String>,
        keep: Keep,
        session: Option<SessionCarrier>,
    },
}

impl FromRequest<App> for SignIn {
    type Rejection = Error;

    /// Whoever gives a name or a password means that, whatever else the request carries: clients leave old tokens
    /// in their headers.
    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let headers = request.headers();
        let token = bearer(headers).filter(|token| is_foreign(app, token)).map(str::to_owned);
        if token.is_some() && headers.get_all(AUTHORIZATION).iter().count() > 1 {
            return Err(Error::AmbiguousCredentials);
        }
        let OptionalInput(input) = OptionalInput::<LoginInput>::from_request(request, app).await?;
        let input = input.unwrap_or_default();
        let named = input.email.is_some() || input.username.is_some();
        let named = named || input.password.is_some() || input.new_password.is_some();
        Ok(match token.filter(|_| !named) {
            Some(token) => {
                let (organisation, keep) = (input.organisation, Keep::asked(input.remember));
                Self::Token { token, organisation, keep, session: input.session }
            }
            None => Self::Password(input),
        })
    }
}

/// The one way in, by password or by token, whatever the answer looks like.
pub async fn sign_in(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
    way: &SignIn,
    answers: Answers,
) -> Result<Started, Error> {
    let (token, organisation, keep, session) = match way {
        SignIn::Password(input) => {
            return sign_in_with_password(app, client, headers, input, answers).await;
        }
        SignIn::Token { token, organisation, keep, session } => {
            (token, organisation.as_deref(), *keep, *session)
        }
    };
    let refresh_use = answers.refresh_use(app, headers, session)?;
    let (vouched, admission) = by_issuer(app, client, token).await?;
    let joined = match admission.new_users {
        Some((reference, _)) => organisation::Entity::find_by_reference(reference).one(app.db.read()).await?,
        None => None,
    };
    let _turn = app.db.turn(joined.map(|organisation| organisation.id)).await?;
    let anonymous = client.anonymous();
    let mut write = app.write(&anonymous).await?;
    let entering = async {
        identities::spend(&write, &vouched).await?;
        identities::sign_in(&write, &vouched, &admission).await
    };
    let user = match entering.await {
        Ok(user) => user,
        Err(error) => {
            write.rollback().await?;
            leave_trace(app, client, &vouched, &error).await.or_log("counting a failed sign-in");
            return Err(error);
        }
    };
    Span::current().record("account", display(user.id));
    let actor = anonymous.as_user(user.id, &user.name);
    write.actor = &actor;
    let active = tokens::active_organisation(&write, user.id, None, organisation.map(Into::into)).await?;
    attempts::let_in(&write, &user).await?;
    sessions::announce_new_device(&write, &user).await?;
    let organisation = active.as_ref().map(|active| active.organisation.id);
    let beginning = Beginning { organisation, authentication: vouched.authentication, refresh_use };
    let (session, cookie) = replace_session(app, &write, headers, &user, beginning).await?;
    let number = number(app, &write, user.id).await?;
    write.commit().await?;
    Ok(Started { user, number, session, active, cookie, keep })
}

/// Somebody whom an issuer vouches for was not let in: the organisations of the account that it is about are told, if there
/// is one.
async fn leave_trace(
    app: &App,
    client: &Client,
    vouched: &ExternalIdentityClaims,
    error: &Error,
) -> Result<(), Error> {
    if error.status().is_client_error()
        && let Some(account) = identities::account_of(app.db.read(), vouched).await?
    {
        Span::current().record("account", display(account));
        app.tally.sign_in_failed(&client.anonymous(), app.now(), account, error);
    }
    Ok(())
}
