//! Credential to principal: one look-up each, and everything that can have ended since is checked.

use std::fmt::Display;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use sea_orm::EntityTrait as _;
use tracing::Span;
use tracing::field::display;

use crate::app::App;
use crate::crypto::secret::Secret;
use crate::entity::{api_key_secret, session, user};
use crate::error::Error;
use crate::password::PresentedPassword;

use super::client::Client;
use super::credential::{API_KEY_HEADER, Credential};
use super::principal::{CredentialKind, OrganisationScope, Principal, UserPrincipal};
use super::refusals::warn_of_refusal;

const ENDED: &str = "its session was ended, or does not count any more";

/// Finds out who is calling.
///
/// # Errors
/// [`Error::InvalidCredential`], with no hint at what was wrong with it.
///
/// By HTTP Basic also what a sign-in with that password would be told: [`Error::UserDisabled`],
/// [`Error::TooManyAttempts`], [`Error::Busy`].
pub async fn authenticate(app: &App, client: &Client, credential: Credential) -> Result<Principal, Error> {
    let kind = credential.kind();
    let line = Span::current();
    line.record("credential", kind.as_str());
    let found = match credential {
        Credential::ApiKey(secret) => by_api_key(app, &secret).await,
        Credential::AccessToken(token) => by_access_token(app, &token).await,
        Credential::SessionCookie(secret) => by_cookie(app, &secret).await,
        // A wrong password is counted and told where it is checked.
        Credential::Basic(name, password) => {
            by_password(app, client, &name, &password).await.map_err(CredentialRefusal::Told)
        }
    };
    match found {
        Ok(principal) => {
            line.record("actor", display(principal.id()));
            Ok(principal)
        }
        Err(CredentialRefusal::Told(error)) => Err(error),
        Err(CredentialRefusal::Because(reason)) => {
            warn_of_refusal(app, client, kind.as_str(), &reason);
            Err(Error::InvalidCredential)
        }
    }
}

/// The caller of a credential that is not the request's own: nothing of it is noted in the request's line of the log.
///
/// # Errors
/// [`CredentialRefusal`].
pub(super) async fn look_up(app: &App, credential: &Credential) -> Result<Principal, CredentialRefusal> {
    match credential {
        Credential::ApiKey(secret) => by_api_key(app, secret).await,
        Credential::AccessToken(token) => by_access_token(app, token).await,
        Credential::SessionCookie(secret) => by_cookie(app, secret).await,
        Credential::Basic(..) => Err(CredentialRefusal::because("a password is no credential to ask about")),
    }
}

/// Why a credential is no good.
pub(super) enum CredentialRefusal {
    /// For the log alone.
    Because(String),
    /// An error that says enough.
    Told(Error),
}

impl CredentialRefusal {
    fn because(reason: impl Display) -> Self {
        Self::Because(reason.to_string())
    }
}

impl<E: Into<Error>> From<E> for CredentialRefusal {
    fn from(error: E) -> Self {
        Self::Told(error.into())
    }
}

/// Who sends a request with these headers. Without authentication it is the developer, unless a good credential
/// says otherwise: a front end under development sends along what it has left over.
///
/// # Errors
/// [`Error::Unauthenticated`] without a credential; those of a bad one.
pub async fn caller(app: &App, client: &Client, headers: &HeaderMap) -> Result<Principal, Error> {
    let found = match Credential::from_headers(headers, &app.config.sessions.cookies.session) {
        Ok(Some(credential)) => authenticate(app, client, credential).await,
        Ok(None) => Err(Error::Unauthenticated),
        Err(error) => Err(error),
    };
    match (app.developer(), found) {
        (Some(developer), Err(error)) if error.means_no_usable_credential() => {
            let user = user::Entity::find_by_id(developer).one(app.db.read()).await?;
            let user = user.filter(|user| user.disabled_at.is_none()).ok_or(error)?;
            let line = Span::current();
            line.record("credential", CredentialKind::None.as_str());
            line.record("actor", display(user.id));
            Ok(Principal::of_user(user, None, CredentialKind::None, OrganisationScope::All, None))
        }
        (_, found) => found,
    }
}

/// The user who is signed in, on routes that are open to others too. A cookie that is no good any more counts as
/// none: a browser sends it without being asked. So do several cookies, of which one was planted.
///
/// # Errors
/// Those of a bad `Authorization` or `X-API-Key`; [`Error::UserRequired`] for keys.
pub async fn optional_user(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
) -> Result<Option<Arc<UserPrincipal>>, Error> {
    let explicit = headers.contains_key(AUTHORIZATION) || headers.contains_key(API_KEY_HEADER);
    let credential = Credential::from_headers(headers, &app.config.sessions.cookies.session);
    let principal = match credential {
        Ok(None) => return Ok(None),
        Ok(Some(credential)) => authenticate(app, client, credential).await,
        Err(error) => Err(error),
    };
    match principal {
        Ok(Principal::User(user)) => Ok(Some(user)),
        Ok(Principal::Key(_)) => Err(Error::UserRequired),
        Err(Error::InvalidCredential | Error::AmbiguousCredentials) if !explicit => Ok(None),
        Err(error) => Err(error),
    }
}

/// The user of a session whose cookie or access token a request carries, on routes that are open to everyone: for what
/// becomes of that session. What else is sent counts for nothing.
pub async fn presented_session(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
) -> Option<Arc<UserPrincipal>> {
    let credential =
        Credential::from_headers(headers, &app.config.sessions.cookies.session).ok().flatten()?;
    if !matches!(credential, Credential::AccessToken(_) | Credential::SessionCookie(_)) {
        return None;
    }
    match authenticate(app, client, credential).await {
        Ok(Principal::User(user)) => Some(user),
        _ => None,
    }
}

/// The users of the sessions whose access token and whose cookie a request carries, on doors that ask for no credential
/// and end what is there. What is no good counts for nothing.
///
/// # Errors
/// Those of the server: a session that cannot be looked up has not ended.
pub async fn presented_sessions(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
) -> Result<Vec<Arc<UserPrincipal>>, Error> {
    let mut found = Vec::new();
    for name in [AUTHORIZATION, COOKIE] {
        let only: HeaderMap =
            headers.get_all(&name).iter().map(|value| (name.clone(), value.clone())).collect();
        let credential = Credential::from_headers(&only, &app.config.sessions.cookies.session).ok().flatten();
        // No password is tried here, and keys have no session.
        let Some(credential @ (Credential::AccessToken(_) | Credential::SessionCookie(_))) = credential
        else {
            continue;
        };
        match authenticate(app, client, credential).await {
            Ok(Principal::User(user)) => found.push(user),
            Err(error) if !error.means_no_usable_credential() => return Err(error),
            Ok(Principal::Key(_)) | Err(_) => {}
        }
    }
    Ok(found)
}

async fn by_api_key(app: &App, secret: &Secret) -> Result<Principal, CredentialRefusal> {
    let now = app.now();
    let presented = secret;
    let found =
        api_key_secret::Entity::by_digests(presented.digests(&app.keyring)).one(app.db.read()).await?;
    let Some((secret, Some(key))) = found else {
        return Err(CredentialRefusal::because("there is no such key"));
    };
    if secret.expires_at.is_some_and(|end| end <= now) || !key.is_alive(now) {
        return Err(CredentialRefusal::because("the key is revoked, rotated or expired"));
    }
    app.usage.key(key.id, now);
    app.upgrades.key(&app.keyring, &secret, presented);
    Ok(Principal::of_key(key, secret.expires_at))
}

async fn by_access_token(app: &App, token: &str) -> Result<Principal, CredentialRefusal> {
    let now = app.now();
    let dialects = app.config.compat.signed();
    let claims = app.signing_keys().verify(token, &app.trusted(&dialects), now);
    let claims = claims.map_err(CredentialRefusal::because)?;
    let found = session::Entity::alive(claims.session).one(app.db.read()).await?;
    let (session, user) = usable(app, found).map_err(|_| CredentialRefusal::because(ENDED))?;
    if user.id != claims.user {
        return Err(CredentialRefusal::because("the session is another user's"));
    }
    app.usage.session(session.id, now);
    Ok(Principal::of_user(
        user,
        Some(session),
        CredentialKind::Bearer,
        OrganisationScope::Only(claims.organisation),
        Some(claims.expires_at),
    ))
}

async fn by_cookie(app: &App, secret: &Secret) -> Result<Principal, CredentialRefusal> {
    let now = app.now();
    let found = session::Entity::by_cookie(secret.digests(&app.keyring)).one(app.db.read()).await?;
    let (session, user) = usable(app, found).map_err(|_| CredentialRefusal::because(ENDED))?;
    let limits = &app.config.sessions;
    let end = session.created_at + limits.absolute;
    if now >= end || now >= session.seen_at + limits.idle {
        return Err(CredentialRefusal::because("the session is too old"));
    }
    app.usage.session(session.id, now);
    app.upgrades.session(&app.keyring, &session, secret);
    let end = session.ends_at.map_or(end, |earlier| end.min(earlier));
    Ok(Principal::of_user(user, Some(session), CredentialKind::Cookie, OrganisationScope::All, Some(end)))
}

/// No session comes of it: what a password may do ends with the request.
async fn by_password(
    app: &App,
    client: &Client,
    name: &str,
    password: &PresentedPassword,
) -> Result<Principal, Error> {
    let required = app.config.verify_email_required;
    let checked = app.remembered.check(&client.attempt(app), name, password, required).await;
    let user = checked.map_err(|error| match error {
        Error::InvalidLogin => Error::InvalidCredential,
        other => other,
    })?;
    Ok(Principal::of_user(user, None, CredentialKind::Basic, OrganisationScope::All, None))
}

/// Ended sessions are not found in the first place; disabling a user ends them, and is checked besides. Sessions
/// that were started through an issuer go with it.
pub(super) fn usable(
    app: &App,
    found: Option<(session::Model, Option<user::Model>)>,
) -> Result<(session::Model, user::Model), Error> {
    match found {
        Some((session, Some(user)))
            if user.disabled_at.is_none()
                && !session.is_over(app.now())
                && app.issuers.admit(session.issuer.as_deref()) =>
        {
            Ok((session, user))
        }
        _ => Err(Error::InvalidCredential),
    }
}
