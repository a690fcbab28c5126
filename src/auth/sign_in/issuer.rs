//! Signing in with another issuer's token.

use tracing::Span;
use tracing::field::display;

use super::state::{Proven, SessionTerms, SignInState, start};
use crate::app::App;
use crate::auth::client::Client;
use crate::auth::issuer::by_issuer;
use crate::domain::identities::{self, ExternalIdentityClaims};
use crate::domain::session::{attempts, sessions, tokens};
use crate::entity::organisation;
use crate::error::{Error, OrLog as _};

/// The one way in by a token. `organisation` is slug or id, if one is asked for.
///
/// # Errors
/// Those of [`by_issuer`] and of [`identities::sign_in`]; [`Error::NotFound`] if the user is no member of the organisation
/// that is asked for.
pub async fn by_issuer_token(
    app: &App,
    client: &Client,
    token: &str,
    organisation: Option<&str>,
    terms: SessionTerms,
) -> Result<SignInState, Error> {
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
    let proven = Proven { user, active, authentication: vouched.authentication };
    let state = start(app, client, &write, proven, terms).await?;
    write.commit().await?;
    Ok(state)
}

/// Tells the organisations of the account that a refused issuer's token is about, if there is one.
async fn leave_trace(
    app: &App,
    client: &Client,
    vouched: &ExternalIdentityClaims,
    error: &Error,
) -> Result<(), Error> {
    if !error.is_failure_of_the_server()
        && let Some(account) = identities::account_of(app.db.read(), vouched).await?
    {
        Span::current().record("account", display(account));
        app.tally.sign_in_failed(&client.anonymous(), app.now(), account, error);
    }
    Ok(())
}
