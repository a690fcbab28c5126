//! Going on with a session by its refresh token.

use sea_orm::EntityTrait as _;

use super::refresh_tokens::{self, dialect, read};
use super::session::{IssuedTokens, OpenSession};
use crate::app::App;
use crate::auth::client::Client;
use crate::auth::refusals::warn_of_refusal;
use crate::config::DialectTokens;
use crate::crypto::refresh_token::RefreshToken;
use crate::domain::Write;
use crate::domain::account::users;
use crate::domain::session::sessions::{self, RefreshLifetime, Rotation};
use crate::domain::session::tokens;
use crate::entity::{session, user};
use crate::error::Error;

const NOT_OURS: &str = "it is not one of ours";
const NO_MORE: &str = "it was used, is too old, for another door, or of a session that was ended";

/// Exchanges a refresh token of our own API for a new pair. `organisation` is slug or id, if one is asked for.
///
/// # Errors
/// [`Error::InvalidRefreshToken`]; [`Error::IssuerDisabled`]; those of [`tokens::active_organisation`].
pub async fn refresh(
    app: &App,
    client: &Client,
    text: &str,
    organisation: Option<&str>,
) -> Result<(OpenSession, Option<IssuedTokens>), Error> {
    let presented = read(app, dialect(app), text).ok_or_else(|| refuse(app, client, NOT_OURS))?;
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    let user = lock_owner(app, &write, presented).await?;
    let lifetime = refresh_tokens::lifetime(app);
    let rotation = sessions::rotate(&write, presented, lifetime).await?;
    let answer = match open(app, &write, user, rotation, organisation).await? {
        Some(open) => {
            // Before the commit: without a successor the token must not be used up.
            let tokens = open.tokens(app)?;
            Some((open, tokens))
        }
        None => None,
    };
    // Also what a theft brought about must stay.
    write.commit().await?;
    answer.ok_or_else(|| refuse(app, client, NO_MORE))
}

/// The session of a refresh token that stays as it is: see [`sessions::look_up`]. `dialect` is the one whose JWTs are
/// taken here, too.
///
/// # Errors
/// As for [`refresh`].
pub async fn look_up(
    app: &App,
    client: &Client,
    text: Option<&str>,
    dialect: Option<DialectTokens>,
    lifetime: RefreshLifetime,
) -> Result<OpenSession, Error> {
    let presented = text.and_then(|text| read(app, dialect, text));
    let presented = presented.ok_or_else(|| refuse(app, client, NOT_OURS))?;
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    let user = lock_owner(app, &write, presented).await?;
    let found = sessions::look_up(&write, presented, lifetime).await?;
    let open = open(app, &write, user, found, None).await?;
    write.commit().await?;
    open.ok_or_else(|| refuse(app, client, NO_MORE))
}

/// The user of a refresh token, locked: what is read of the session after this has not ended meanwhile.
async fn lock_owner(app: &App, write: &Write<'_>, presented: RefreshToken) -> Result<user::Model, Error> {
    let session = session::Entity::find_by_id(presented.session).one(write).await?;
    let session = session.ok_or(Error::InvalidRefreshToken)?;
    if !app.issuers.admit(session.issuer.as_deref()) {
        return Err(Error::IssuerDisabled);
    }
    let user = users::lock(write, session.user_id).await?;
    tracing::Span::current().record("account", tracing::field::display(user.id));
    if user.disabled_at.is_some() { Err(Error::InvalidRefreshToken) } else { Ok(user) }
}

async fn open(
    app: &App,
    write: &Write<'_>,
    user: user::Model,
    found: Rotation,
    organisation: Option<&str>,
) -> Result<Option<OpenSession>, Error> {
    let Rotation::Successor(session, successor) = found else { return Ok(None) };
    let asked_for = organisation.map(Into::into);
    let active = tokens::active_organisation(write, user.id, Some(&session), asked_for).await?;
    OpenSession::new(app, write, user, *session, active, successor).await.map(Some)
}

/// What is said of a refresh token that is no good, to the log with the reason.
fn refuse(app: &App, client: &Client, reason: &'static str) -> Error {
    warn_of_refusal(app, client, "refresh_token", &reason);
    Error::InvalidRefreshToken
}
