//! Credentials that a back end was given and asks about: whether they are good in its own organisation.
//!
//! The back end is told nothing of other organisations: a credential that is good elsewhere is answered like one that does
//! not exist. Why one is no good is told only of keys and members of the organisation.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::authenticate::{CredentialRefusal, look_up};
use super::client::Client;
use super::credential::Credential;
use super::organisation_access::OrganisationAccess;
use crate::app::App;
use crate::crypto::secret::Secret;
use crate::entity::{api_key_secret, membership, organisation, session, user};
use crate::error::Error;
use crate::id::SessionId;
use crate::jwt::Rejection;

/// What was found out about a credential. More may come: what is not `valid` is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is good, and meets what was asked.
    Valid,
    /// It is none of the organisation's: malformed, unknown, or of other organisations only.
    InvalidCredential,
    /// The key's check sum does not match: it was cut off or altered.
    KeyMalformed,
    /// Of a key or a member of the organisation: its time is over.
    Expired,
    /// Of a key or a member of the organisation: it was revoked, or the session has ended.
    Revoked,
    /// An admin of the organisation ended the session there.
    SessionEndedHere,
    /// The member's account is disabled.
    UserDisabled,
    /// It is of an environment that was not asked for.
    EnvironmentDenied,
    /// `org` is not the organisation of the one who asks.
    OrganisationDenied,
    /// It lacks one of the permissions.
    PermissionDenied,
}

/// Who sends a credential, in the organisation of the one who asks; or why it is no good there.
pub type Presented = Result<OrganisationAccess, Finding>;

/// Looks a credential up: an API key, an access token, or a session cookie's value.
///
/// # Errors
/// Those of the server.
pub async fn verify_presented(
    app: &App,
    client: &Client,
    organisation: &organisation::Model,
    text: &str,
) -> Result<Presented, Error> {
    let credential = match Credential::from_text(text) {
        Ok(credential) => credential,
        Err(Error::KeyMalformed) => return Ok(Err(Finding::KeyMalformed)),
        Err(_) => return Ok(Err(Finding::InvalidCredential)),
    };
    let principal = match look_up(app, &credential).await {
        Ok(principal) => principal,
        Err(CredentialRefusal::Told(error)) => return Err(error),
        Err(CredentialRefusal::Because(_)) => {
            let why = why_not(app, organisation, &credential).await?;
            return Ok(Err(why.unwrap_or(Finding::InvalidCredential)));
        }
    };
    match principal.grants_in(app, organisation).await {
        Ok(grants) => {
            let (organisation, actor) = (organisation.clone(), principal.actor(client));
            Ok(Ok(OrganisationAccess { organisation, grants, actor, principal }))
        }
        Err(Error::SessionEndedHere) => Ok(Err(Finding::SessionEndedHere)),
        // It is good elsewhere.
        Err(error) if matches!(error.status(), 403 | 404) => Ok(Err(Finding::InvalidCredential)),
        Err(error) => Err(error),
    }
}

/// What the organisation may know of a credential that is no good any more; `None`: nothing.
async fn why_not(
    app: &App,
    organisation: &organisation::Model,
    credential: &Credential,
) -> Result<Option<Finding>, Error> {
    match credential {
        Credential::ApiKey(secret) => of_key(app, organisation, secret).await,
        Credential::SessionCookie(secret) => {
            let digests = secret.digests(&app.keyring);
            let found = session::Entity::find().filter(session::Column::CookieDigest.is_in(digests));
            let found = found.find_also_related(user::Entity).one(app.db.read()).await?;
            of_session(app, organisation, found).await
        }
        Credential::AccessToken(token) => of_token(app, organisation, token).await,
        Credential::Basic(..) => Ok(None),
    }
}

async fn of_key(
    app: &App,
    organisation: &organisation::Model,
    secret: &Secret,
) -> Result<Option<Finding>, Error> {
    let found = api_key_secret::Entity::by_digests(secret.digests(&app.keyring)).one(app.db.read()).await?;
    let key = found.and_then(|(_, key)| key).filter(|key| key.organisation_id == organisation.id);
    Ok(key.map(|key| if key.revoked_at.is_some() { Finding::Revoked } else { Finding::Expired }))
}

async fn of_token(
    app: &App,
    organisation: &organisation::Model,
    token: &str,
) -> Result<Option<Finding>, Error> {
    let dialects = app.config.compat.signed();
    let (keys, trusted) = (app.signing_keys(), app.trusted(&dialects));
    let (claims, expired) = match keys.verify(token, &trusted, app.now()) {
        Ok(claims) => (claims, false),
        Err(Rejection::Expired) => match keys.verify_expired(token, &trusted) {
            Ok(claims) => (claims, true),
            Err(_) => return Ok(None),
        },
        Err(_) => return Ok(None),
    };
    if claims.organisation != Some(organisation.id) {
        return Ok(None);
    }
    let found = with_user(app, claims.session).await?;
    let finding = of_session(app, organisation, found).await?;
    Ok(finding.map(|finding| if expired { Finding::Expired } else { finding }))
}

async fn with_user(app: &App, id: SessionId) -> Result<Option<(session::Model, Option<user::Model>)>, Error> {
    let found = session::Entity::find_by_id(id).find_also_related(user::Entity);
    Ok(found.one(app.db.read()).await?)
}

async fn of_session(
    app: &App,
    organisation: &organisation::Model,
    found: Option<(session::Model, Option<user::Model>)>,
) -> Result<Option<Finding>, Error> {
    let Some((session, Some(user))) = found else { return Ok(None) };
    let membership = membership::Entity::in_organisation(organisation.id)
        .filter(membership::COLUMN.user_id.eq(user.id))
        .one(app.db.read())
        .await?;
    let finding = if user.disabled_at.is_some() {
        Finding::UserDisabled
    } else if session.ended_at.is_some() {
        Finding::Revoked
    } else {
        Finding::Expired
    };
    Ok(membership.map(|_| finding))
}
