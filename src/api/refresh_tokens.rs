//! The refresh tokens of our own API as clients hold them: opaque, or JWTs where a dialect that shares its doors has them.

use super::auth::own_refresh_lifetime;
use super::compat::refresh_jwt;
use crate::app::App;
use crate::domain::sessions::RefreshLifetime;
use crate::domain::tokens::Issuer;
use crate::entity::session;
use crate::error::Error;
use crate::refresh_token::RefreshToken;

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
    issuer: &Issuer<'_>,
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
