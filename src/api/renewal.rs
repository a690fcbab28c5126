//! A new session in the place of the one that asks.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use serde::Serialize;

use super::auth::{Tokens, cookie_outcome, number, tokens, with_cookies};
use crate::app::App;
use crate::auth::{Client, Keep, OrganisationScope, UserPrincipal};
use crate::domain::authentication::Authentication;
use crate::domain::{Write, sessions, tokens as issued, users};
use crate::entity::organisation::Reference;
use crate::entity::{session, user};
use crate::error::Error;
use crate::id::{SessionId, UserId};
use crate::refresh_token::RefreshToken;
use crate::secret::Secret;

/// A session that has taken the place of another one.
pub struct Renewed {
    pub id: SessionId,
    user: UserId,
    tokens: Tokens,
    cookie: Secret,
}

impl Renewed {
    /// Puts a new session in the place of the caller's, who has just given this proof. With `cookie_alone` it has no
    /// tokens.
    ///
    /// # Errors
    /// [`Error::SessionRequired`] by HTTP Basic, which has none; [`Error::InvalidCredential`] if it has ended meanwhile.
    pub async fn in_place_of(
        app: &App,
        write: &Write<'_>,
        by: &UserPrincipal,
        proof: Authentication,
        cookie_alone: bool,
    ) -> Result<Self, Error> {
        let before = by.session_id().ok_or(Error::SessionRequired)?;
        let renewed = sessions::renew(write, before, by.id, Some(proof), cookie_alone).await?;
        let (session, cookie) = renewed.ok_or(Error::InvalidCredential)?;
        let user = users::lock(write, by.id).await?;
        Self::of(app, write, by.reach, &user, session, cookie).await
    }

    /// One that has just been put in the place of another one. Its access token is for the organisation that the
    /// caller's was for, or by cookie for the session's.
    pub async fn of(
        app: &App,
        write: &Write<'_>,
        reach: OrganisationScope,
        user: &user::Model,
        session: session::Model,
        cookie: Secret,
    ) -> Result<Self, Error> {
        let asked_for = match reach {
            OrganisationScope::Only(organisation) => organisation.map(Reference::Id),
            OrganisationScope::All => None,
        };
        let active = match issued::active_organisation(write, user.id, Some(&session), asked_for).await {
            // The user is in that organisation no more, or an admin there has ended the session: tokens for none.
            Err(Error::NotFound | Error::SessionEndedHere) => None,
            active => active?,
        };
        let number = number(app, write, user.id).await?;
        let first = RefreshToken::first(session.id);
        let tokens = tokens(app, &session, user, number, active.as_ref(), first)?;
        Ok(Self { id: session.id, user: user.id, tokens, cookie })
    }

    /// What the client goes on with: tokens, and cookies.
    pub fn answer(mut self, app: &App, client: &Client, headers: &HeaderMap, keep: Keep) -> Response {
        self.tokens.cookie = Some(cookie_outcome(app, headers));
        with_cookies(StatusCode::OK, self.cookies(app, client, keep), self.tokens)
    }

    /// The cookies alone, for pages.
    pub fn cookies(&self, app: &App, client: &Client, keep: Keep) -> CookieJar {
        client.signed_in(app, self.user, &self.cookie, keep)
    }

    /// The same for clients that know no tokens here: the cookies beside a body of their own.
    pub fn answer_with(self, app: &App, client: &Client, body: impl Serialize) -> Response {
        with_cookies(StatusCode::OK, self.cookies(app, client, Keep::Session), body)
    }
}
