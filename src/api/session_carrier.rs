//! What carries a session: a browser may ask for the cookie alone, so that no script on its page ever holds a token that
//! outlives the page (Best Current Practice for Browser-Based Applications).

use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::sign_in::{RenewalTerms, SessionTerms};
use crate::auth::{Client, CookieOutcome, Keep};
use crate::entity::session::RefreshUse;
use crate::error::Error;

/// What carries the session.
///
/// - `cookie`: the cookie alone. The answer has no tokens, and the session never has a refresh token.
/// - `tokens`: the tokens alone. The answer sets no cookie.
/// - `both`: the answer has tokens and sets the cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionCarrier {
    Cookie,
    Tokens,
    #[default]
    Both,
}

impl SessionCarrier {
    const fn has_cookie(self) -> bool {
        matches!(self, Self::Cookie | Self::Both)
    }
}

/// What a door answers a sign-in with.
#[derive(Clone, Copy, Debug)]
pub enum Answers {
    /// Tokens, the cookie, or both, as the client asks.
    AsAsked,
    /// Tokens and the cookie in any case. The tokens are refreshed like this.
    Tokens(RefreshUse),
    /// An access token of this lifetime and no refresh token; the session ends when the access token expires.
    LastToken(TimeDelta),
}

impl Answers {
    /// The session that a client asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the client asks for what this door has not.
    pub fn terms(
        self,
        app: &App,
        client: &Client,
        asked: Option<SessionCarrier>,
        keep: Keep,
    ) -> Result<SessionTerms, Error> {
        let refresh_use = match (self, asked) {
            (Self::AsAsked, Some(SessionCarrier::Cookie)) => {
                cookie_alone(app, client)?;
                RefreshUse::Never
            }
            (Self::AsAsked, _) | (Self::LastToken(_), None) => RefreshUse::Rotating,
            (Self::Tokens(_) | Self::LastToken(_), Some(_)) => {
                return Err(Error::invalid("/session", "here the answer is tokens"));
            }
            (Self::Tokens(refresh_use), None) => refresh_use,
        };
        let lifetime = if let Self::LastToken(lifetime) = self { Some(lifetime) } else { None };
        let with_cookie = asked.unwrap_or_default().has_cookie();
        Ok(SessionTerms { refresh_use, lifetime, with_cookie, keep })
    }
}

/// What is asked of the session that takes the place of another one.
///
/// # Errors
/// [`Error::Invalid`] where browsers drop the cookie.
pub fn renewed(
    app: &App,
    client: &Client,
    asked: Option<SessionCarrier>,
    keep: Keep,
) -> Result<RenewalTerms, Error> {
    let asked = asked.unwrap_or_default();
    if asked == SessionCarrier::Cookie {
        cookie_alone(app, client)?;
    }
    Ok(RenewalTerms { cookie_alone: asked == SessionCarrier::Cookie, with_cookie: asked.has_cookie(), keep })
}

/// A session that nothing carries would be lost.
fn cookie_alone(app: &App, client: &Client) -> Result<(), Error> {
    match client.cookie_outcome(app) {
        CookieOutcome::Set => Ok(()),
        CookieOutcome::DroppedByBrowsers => Err(Error::invalid(
            "/session",
            "browsers drop the cookie here, because the page is on another site: ask for `tokens`",
        )),
    }
}
