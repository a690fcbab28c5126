//! The refresh tokens of our own API as clients hold them: opaque, or JWTs where a dialect that shares its doors has them.

use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::clock::Timestamp;
use crate::config::DialectTokens;
use crate::crypto::refresh_token::RefreshToken;
use crate::domain::session::sessions::RefreshLifetime;
use crate::domain::session::tokens::TokenIssuer;
use crate::entity::session;
use crate::error::Error;

/// By the settings of `[tokens]`; but refresh tokens are single-use to the letter where Assimetria OS is turned on.
pub fn own_lifetime(app: &App) -> RefreshLifetime {
    let tokens = &app.config.tokens;
    let is_strict = app.config.compat.assimetria.documented().is_some();
    RefreshLifetime {
        idle: tokens.refresh_idle,
        absolute: tokens.refresh_absolute,
        grace: if is_strict { TimeDelta::zero() } else { tokens.refresh_grace },
    }
}

/// The dialect whose JWTs they are, if they are JWTs.
pub(super) fn dialect(app: &App) -> Option<DialectTokens> {
    app.config.compat.shared().filter(|dialect| dialect.refresh_ttl.is_some())
}

/// How long they are good.
pub(super) fn lifetime(app: &App) -> RefreshLifetime {
    let ours = own_lifetime(app);
    match dialect(app).and_then(|dialect| dialect.refresh_ttl) {
        Some(documented) => {
            RefreshLifetime { idle: documented, absolute: ours.absolute.max(documented), ..ours }
        }
        None => ours,
    }
}

/// The text that a client is given. A JWT ends when its session cannot be refreshed any more.
pub(super) fn write(
    app: &App,
    issuer: &TokenIssuer<'_>,
    session: &session::Model,
    token: RefreshToken,
) -> Result<String, Error> {
    let Some(dialect) = dialect(app) else {
        return Ok(token.sign(&app.keyring));
    };
    let now = app.now();
    issuer.sign_refresh(dialect.name, token, session, end(app, session) - now, &json!({}), now)
}

/// When the current refresh token of a session expires, if it is not used before.
pub(super) fn end(app: &App, session: &session::Model) -> Timestamp {
    let lifetime = lifetime(app);
    let ends = Ord::min(session.refresh_rotated_at + lifetime.idle, session.created_at + lifetime.absolute);
    session.ends_at.map_or(ends, |over| over.min(ends))
}

/// Reads one back, and those of a dialect where they are JWTs. Opaque ones may be older than the setting that makes them
/// JWTs.
pub(super) fn read(app: &App, dialect: Option<DialectTokens>, text: &str) -> Option<RefreshToken> {
    let jwt = dialect.and_then(|dialect| read_jwt(app, dialect, text));
    jwt.or_else(|| RefreshToken::verify(text, &app.keyring))
}

fn read_jwt(app: &App, dialect: DialectTokens, text: &str) -> Option<RefreshToken> {
    let only = [(dialect.name, dialect.algorithm)];
    let read = app.signing_keys().verify_refresh(text, dialect.name, &app.trusted(&only), app.now());
    let read = read.inspect_err(|reason| tracing::debug!(%reason, "refused a refresh token")).ok()?;
    Some(RefreshToken { session: read.session, counter: read.counter })
}
