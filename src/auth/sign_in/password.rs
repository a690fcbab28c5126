//! Signing in by name and password.

use super::state::{Proven, SessionTerms, SignInState, start};
use crate::app::App;
use crate::auth::client::Client;
use crate::domain::session::authentication::Authentication;
use crate::domain::session::{sessions, sign_in, tokens};
use crate::error::Error;
use crate::password::{PresentedPassword, ProposedPassword};

/// What a user signs in with.
pub struct PasswordSignIn<'a> {
    /// E-mail address or username.
    pub name: &'a str,
    pub password: &'a PresentedPassword,
    /// Takes the place of the password in the same step.
    pub new_password: Option<&'a ProposedPassword>,
    /// Slug or id, if one is asked for.
    pub organisation: Option<&'a str>,
}

/// The one way in by password, for JSON, pages and older clients alike.
///
/// # Errors
/// Those of [`sign_in::check`]; [`Error::PasswordChangeRequired`]; [`Error::NotFound`] if the user is no member of the
/// organisation that is asked for.
pub async fn by_password(
    app: &App,
    client: &Client,
    given: PasswordSignIn<'_>,
    terms: SessionTerms,
) -> Result<SignInState, Error> {
    let required = app.config.verify_email_required;
    let checked = sign_in::check(&client.attempt(app), given.name, given.password, required).await?;
    let account = &checked.account.user;
    let asked_for = given.organisation.map(Into::into);
    let active = tokens::active_organisation(app.db.read(), account.id, None, asked_for).await?;
    let new_hash = match given.new_password {
        Some(new) => Some(app.hash_replacement(&checked.account, "/new_password", new).await?),
        None => None,
    };
    let _turn = app.db.turn_to_sign_in(active.as_ref().map(|active| active.organisation.id)).await?;
    let actor = client.anonymous().as_user(account.id, &account.name);
    let write = app.write(&actor).await?;
    let user = match new_hash {
        Some(new_hash) => checked.confirm_and_replace(&write, new_hash).await?,
        None => checked.confirm(&write).await?.user,
    };
    sessions::announce_new_device(&write, &user).await?;
    let proven = Proven { user, active, authentication: Authentication::by_password(write.now) };
    let state = start(app, client, &write, proven, terms).await?;
    write.commit().await?;
    Ok(state)
}
