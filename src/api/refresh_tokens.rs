//! The refresh tokens of our own API as clients hold them: opaque, or JWTs where a dialect that shares its doors has them.
//! And whose a refresh token is, at every door that takes one.

use super::auth::own_refresh_lifetime;
use super::compat::refresh_jwt;
use crate::app::App;
use crate::auth::{Client, warn_of_refusal};
use crate::domain::sessions::RefreshLifetime;
use crate::domain::tokens::TokenIssuer;
use crate::domain::{Write, users};
use crate::entity::{session, user};
use crate::error::Error;
use crate::refresh_token::RefreshToken;
use sea_orm::EntityTrait as _;

/// How long they are good.
pub fn lifetime(app: &App) -> RefreshLifetime {
    let ours = own_refresh_lifetime(app);
    match app.config.compat.shared().and_then(|dialect| dialect.refresh_ttl) {
        Some(documented) => {
            RefreshLifetime { idle: documented, absolute: ours.absolute.max(documented), ..ours }
        }
        None => ours,
    }
}

/// The text that a client is given. A JWT ends when its session cannot be refreshed any more.
pub fn write(
    app: &App,
    issuer: &TokenIssuer<'_>,
    session: &session::Model,
    token: RefreshToken,
) -> Result<String, Error> {
    let Some(dialect) = app.config.compat.shared().filter(|dialect| dialect.refresh_ttl.is_some()) else {
        return Ok(token.sign(&app.keyring));
    };
    let (now, lifetime) = (app.now(), lifetime(app));
    let ends = Ord::min(session.refresh_rotated_at + lifetime.idle, session.created_at + lifetime.absolute);
    issuer.sign_refresh(dialect.name, token, session, ends - now, &serde_json::json!({}), now)
}

/// Reads one back. Opaque ones may be older than the setting that makes them JWTs.
pub fn read(app: &App, text: &str) -> Option<RefreshToken> {
    let dialect = app.config.compat.shared().filter(|dialect| dialect.refresh_ttl.is_some());
    let jwt = dialect.and_then(|dialect| refresh_jwt(app, dialect, text));
    jwt.or_else(|| RefreshToken::verify(text, &app.keyring))
}

/// The user of a refresh token, locked: what is read of the session after this has not ended meanwhile.
pub async fn lock_owner(app: &App, write: &Write<'_>, presented: RefreshToken) -> Result<user::Model, Error> {
    let session = session::Entity::find_by_id(presented.session).one(write).await?;
    let session = session.ok_or(Error::InvalidRefreshToken)?;
    if !app.issuers.admit(session.issuer.as_deref()) {
        return Err(Error::IssuerDisabled);
    }
    let user = users::lock(write, session.user_id).await?;
    tracing::Span::current().record("account", tracing::field::display(user.id));
    if user.disabled_at.is_some() { Err(Error::InvalidRefreshToken) } else { Ok(user) }
}

pub const NOT_OURS: &str = "it is not one of ours";
pub const NO_MORE: &str = "it was used, is too old, for another attempt, or of a session that was ended";

/// What is said of a refresh token that is no good, to the log with the reason.
pub fn refuse(app: &App, client: &Client, reason: &'static str) -> Error {
    warn_of_refusal(app, client, "refresh_token", &reason);
    Error::InvalidRefreshToken
}
