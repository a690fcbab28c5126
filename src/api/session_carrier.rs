//! What carries a session: a browser may ask for the cookie alone, so that no script on its page ever holds a token that
//! outlives the page (Best Current Practice for Browser-Based Applications).

use axum::http::HeaderMap;
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;

use super::auth::{CookieOutcome, cookie_outcome};
use crate::app::App;
use crate::clock::Timestamp;
use crate::entity::session::RefreshUse;
use crate::error::Error;

/// What carries the session, and nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionCarrier {
    /// The cookie: the answer has no tokens, and the session never has a refresh token.
    Cookie,
}

/// What a door answers a sign-in with.
#[derive(Clone, Copy, Debug)]
pub enum Answers {
    /// Tokens beside the cookie, or the cookie alone if the client asks for that.
    TokensOrCookie,
    /// Tokens in any case, which are refreshed like this.
    Tokens(RefreshUse),
    /// An access token of this lifetime and no refresh token; the session ends when the access token expires.
    LastToken(TimeDelta),
}

impl Answers {
    /// How the refresh token of the session is used that a client asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the client asks for what this door has not.
    pub fn refresh_use(
        self,
        app: &App,
        headers: &HeaderMap,
        asked: Option<SessionCarrier>,
    ) -> Result<RefreshUse, Error> {
        match (self, asked) {
            (Self::TokensOrCookie, Some(SessionCarrier::Cookie)) => {
                cookie_alone(app, headers).map(|()| RefreshUse::Never)
            }
            (Self::TokensOrCookie | Self::LastToken(_), None) => Ok(RefreshUse::Rotating),
            (Self::Tokens(_) | Self::LastToken(_), Some(_)) => {
                Err(Error::invalid("/session", "here the answer is tokens"))
            }
            (Self::Tokens(refresh_use), None) => Ok(refresh_use),
        }
    }

    /// When the session is over, however often it is used.
    pub fn session_ends_at(self, now: Timestamp) -> Option<Timestamp> {
        if let Self::LastToken(lifetime) = self { Some(now + lifetime) } else { None }
    }
}

/// Whether the session that takes the place of another one is the cookie's alone from now on; if it was before, it stays so.
///
/// # Errors
/// [`Error::Invalid`] where browsers drop the cookie.
pub fn renewed(app: &App, headers: &HeaderMap, asked: Option<SessionCarrier>) -> Result<bool, Error> {
    asked.map_or(Ok(false), |SessionCarrier::Cookie| cookie_alone(app, headers).map(|()| true))
}

/// A session that nothing carries would be lost.
fn cookie_alone(app: &App, headers: &HeaderMap) -> Result<(), Error> {
    match cookie_outcome(app, headers) {
        CookieOutcome::Set => Ok(()),
        CookieOutcome::DroppedByBrowsers => Err(Error::invalid(
            "/session",
            "browsers drop the cookie here, because the page is on another site: leave this out and use the tokens",
        )),
    }
}
