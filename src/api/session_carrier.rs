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
            (Self::TokensOrCookie, Some(SessionCarrier::Cookie)) => {
                cookie_alone(app, client)?;
                RefreshUse::Never
            }
            (Self::TokensOrCookie | Self::LastToken(_), None) => RefreshUse::Rotating,
            (Self::Tokens(_) | Self::LastToken(_), Some(_)) => {
                return Err(Error::invalid("/session", "here the answer is tokens"));
            }
            (Self::Tokens(refresh_use), None) => refresh_use,
        };
        let lifetime = if let Self::LastToken(lifetime) = self { Some(lifetime) } else { None };
        Ok(SessionTerms { refresh_use, lifetime, keep })
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
    if let Some(SessionCarrier::Cookie) = asked {
        cookie_alone(app, client)?;
    }
    Ok(RenewalTerms { cookie_alone: asked.is_some(), keep })
}

/// A session that nothing carries would be lost.
fn cookie_alone(app: &App, client: &Client) -> Result<(), Error> {
    match client.cookie_outcome(app) {
        CookieOutcome::Set => Ok(()),
        CookieOutcome::DroppedByBrowsers => Err(Error::invalid(
            "/session",
            "browsers drop the cookie here, because the page is on another site: leave this out and use the tokens",
        )),
    }
}
