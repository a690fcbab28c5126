//! Proving once more who one is, without signing out first; and replacing the password, which asks for that.

use super::renewal::{RenewalTerms, in_place_of};
use super::session::Started;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::auth::client::Client;
use crate::auth::fresh::check_recent;
use crate::auth::issuer::by_issuer;
use crate::domain::account::{replacement, users};
use crate::domain::identities;
use crate::domain::session::authentication::Authentication;
use crate::domain::session::{known_network, sign_in};
use crate::error::Error;
use crate::password::{PresentedPassword, ProposedPassword};

/// By the password.
///
/// # Errors
/// Those of [`sign_in::check_again`] and `in_place_of`.
pub async fn reauthenticate_by_password(
    app: &App,
    client: &Client,
    SignedIn { by, actor }: &SignedIn,
    password: &PresentedPassword,
    terms: RenewalTerms,
) -> Result<Started, Error> {
    let account = by.account(app.db.read()).await?;
    sign_in::check_again(&client.attempt(app), &account, by.session_id(), password).await?;
    let write = app.write(actor).await?;
    users::lock(&write, by.id).await?;
    // It may have been changed while this one was hashed.
    account.confirm(&write).await?;
    let started = in_place_of(app, &write, by, Authentication::by_password(write.now), terms).await?;
    write.commit().await?;
    Ok(started)
}

/// By a new token of an issuer that is linked to the account.
///
/// # Errors
/// Those of [`by_issuer`], [`identities::prove_again`] and `in_place_of`; [`Error::StepUp`] if the user has not signed
/// in there recently.
pub async fn reauthenticate_by_issuer(
    app: &App,
    client: &Client,
    SignedIn { by, actor }: &SignedIn,
    token: &str,
    terms: RenewalTerms,
) -> Result<Started, Error> {
    let (vouched, admission) = by_issuer(app, client, token).await?;
    check_recent(app, vouched.authentication.at)?;
    let write = app.write(actor).await?;
    identities::spend(&write, &vouched).await?;
    identities::prove_again(&write, &vouched, &admission, by.id).await?;
    let started = in_place_of(app, &write, by, vouched.authentication, terms).await?;
    write.commit().await?;
    Ok(started)
}

/// Replaces the password by a new one; all sessions end. Gives the session that takes the place of the caller's, if the
/// caller has one.
///
/// # Errors
/// Those of [`sign_in::check_to_replace`], [`replacement::refuse_the_same`] and `in_place_of`; [`Error::WeakPassword`].
pub async fn replace_password(
    app: &App,
    client: &Client,
    SignedIn { by, actor }: &SignedIn,
    current: &PresentedPassword,
    new: &ProposedPassword,
    terms: RenewalTerms,
) -> Result<Option<Started>, Error> {
    let account = by.account(app.db.read()).await?;
    let password = app.judge_replacement(&account.user, "/new_password", new).await?;
    sign_in::check_to_replace(&client.attempt(app), &account, by.session_id(), current).await?;
    replacement::refuse_the_same(&app.hasher, &account, "/new_password", new).await?;
    let new_hash = app.hasher.hash(&password).await?;
    let write = app.write(actor).await?;
    let started = if by.session.is_some() {
        Some(in_place_of(app, &write, by, Authentication::by_password(write.now), terms).await?)
    } else {
        None
    };
    let keep = started.as_ref().map(|started| started.open.session.id);
    users::change_password(&write, by.id, account.hash().unwrap_or_default(), new_hash, keep).await?;
    // The change forgot all networks and devices; the owner is here.
    known_network::remember(&write, by.id).await?;
    write.commit().await?;
    Ok(started)
}
