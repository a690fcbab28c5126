//! A session that is open, its tokens, and what signs a browser in.

use axum_extra::extract::CookieJar;
use chrono::{SubsecRound as _, TimeDelta};

use super::refresh_tokens;
use crate::app::App;
use crate::auth::client::Client;
use crate::auth::cookies::{CookieOutcome, Keep};
use crate::clock::Timestamp;
use crate::crypto::refresh_token::RefreshToken;
use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::account::user_numbers;
use crate::domain::session::tokens::ActiveOrganisation;
use crate::entity::session::RefreshUse;
use crate::entity::{session, user};
use crate::error::Error;

/// A session, and what its tokens tell.
#[derive(Debug)]
pub struct OpenSession {
    pub user: user::Model,
    /// For clients that know users by numbers, if they are served as their document has it.
    pub number: Option<i32>,
    pub session: session::Model,
    pub active: Option<ActiveOrganisation>,
    pub refresh: RefreshToken,
}

/// What a client signs its requests with, where not the cookie alone carries the session.
pub struct IssuedTokens {
    pub access: String,
    /// How long the access token lives.
    pub expires_in: TimeDelta,
    /// When the access token expires.
    pub expires_at: Timestamp,
    pub refresh: String,
    /// When the refresh token expires, if it is not used before.
    pub refresh_expires_at: Timestamp,
}

impl OpenSession {
    pub(super) async fn new(
        app: &App,
        write: &Write<'_>,
        user: user::Model,
        session: session::Model,
        active: Option<ActiveOrganisation>,
        refresh: RefreshToken,
    ) -> Result<Self, Error> {
        let number = match app.config.compat.assimetria.documented() {
            Some(_) => Some(user_numbers::of(write, user.id).await?),
            None => None,
        };
        Ok(Self { user, number, session, active, refresh })
    }

    /// The tokens of our own API; `None` if the cookie alone carries the session.
    pub fn tokens(&self, app: &App) -> Result<Option<IssuedTokens>, Error> {
        if self.session.refresh_use == RefreshUse::Never {
            return Ok(None);
        }
        let signing_keys = app.signing_keys();
        let (issuer, now) = (app.issuer(&signing_keys), app.now());
        let expires_in = issuer.lifetime_in(&self.session, now);
        Ok(Some(IssuedTokens {
            access: issuer.sign(&self.session, &self.user, self.active.as_ref(), now)?,
            expires_in,
            // As `exp` has it: in whole seconds.
            expires_at: (now + expires_in).trunc_subsecs(0),
            refresh: refresh_tokens::write(app, &issuer, &self.session, self.refresh)?,
            refresh_expires_at: refresh_tokens::end(app, &self.session).trunc_subsecs(0),
        }))
    }
}

/// A session that was just started.
#[derive(Debug)]
pub struct Started {
    pub open: OpenSession,
    cookie: Secret,
    /// How long the browser keeps the cookie; `None`: it gets none.
    keep: Option<Keep>,
}

impl Started {
    pub(super) async fn new(
        app: &App,
        write: &Write<'_>,
        user: user::Model,
        active: Option<ActiveOrganisation>,
        (session, cookie): (session::Model, Secret),
        keep: Option<Keep>,
    ) -> Result<Self, Error> {
        let first = RefreshToken::first(session.id);
        let open = OpenSession::new(app, write, user, session, active, first).await?;
        Ok(Self { open, cookie, keep })
    }

    /// What signs the browser in; nothing if the tokens alone carry the session.
    pub fn cookies(&self, app: &App, client: &Client) -> CookieJar {
        match self.keep {
            Some(keep) => client.signed_in(app, self.open.user.id, &self.cookie, keep),
            None => CookieJar::new(),
        }
    }

    /// What becomes of the session cookie; `None` if the answer sets none.
    pub fn cookie_outcome(&self, app: &App, client: &Client) -> Option<CookieOutcome> {
        self.keep.map(|_| client.cookie_outcome(app))
    }
}
