//! From a proof to a session.

use chrono::TimeDelta;

use super::session::Started;
use crate::app::App;
use crate::auth::client::Client;
use crate::auth::cookies::Keep;
use crate::domain::Write;
use crate::domain::session::authentication::Authentication;
use crate::domain::session::sessions::{self, Beginning};
use crate::domain::session::tokens::ActiveOrganisation;
use crate::entity::session::RefreshUse;
use crate::entity::user;
use crate::error::Error;

/// What a client asks of the session that it is to get.
#[derive(Clone, Copy, Debug)]
pub struct SessionTerms {
    pub refresh_use: RefreshUse,
    /// After how long the session is over, however often it is used.
    pub lifetime: Option<TimeDelta>,
    /// Whether the browser gets the session's cookie, in the place of the one that it had.
    pub with_cookie: bool,
    pub keep: Keep,
}

impl SessionTerms {
    /// Of a page, which has no use for tokens.
    pub fn of_page(keep: Keep) -> Self {
        Self { refresh_use: RefreshUse::Rotating, lifetime: None, with_cookie: true, keep }
    }
}

/// A user who has shown who they are, and is locked.
pub(super) struct Proven {
    pub user: user::Model,
    /// The organisation that they sign in to.
    pub active: Option<ActiveOrganisation>,
    pub authentication: Authentication,
}

/// How far a sign-in has come.
///
/// "The password is right, and the second factor is missing" belongs here, as a variant with what the client needs to go
/// on: `start` gives it for a user who has such a factor, if `Proven::authentication` does not tell of it, and the way
/// that checks the factor ends in `Proven` again. Callers take the state apart by `let SignInState::Started(…) =`, so
/// that the compiler shows each door that needs words for a new variant.
#[derive(Debug)]
pub enum SignInState {
    Started(Started),
}

/// Starts a session, in the place of the one that the browser had if the browser gets the cookie. The caller commits.
pub(super) async fn start(
    app: &App,
    client: &Client,
    write: &Write<'_>,
    proven: Proven,
    terms: SessionTerms,
) -> Result<SignInState, Error> {
    let Proven { user, active, mut authentication } = proven;
    let actor = write.actor.as_user(user.id, &user.name);
    let write = &write.by(&actor);
    if terms.with_cookie
        && let Some(earlier) = client.session_cookie(app)
    {
        sessions::replace(write, &earlier).await?;
    }
    let asked_for = terms.lifetime.map(|lifetime| write.now + lifetime);
    authentication.session_ends_at = asked_for.into_iter().chain(authentication.session_ends_at).min();
    let organisation = active.as_ref().map(|active| active.organisation.id);
    let beginning = Beginning { organisation, authentication, refresh_use: terms.refresh_use };
    let started = sessions::start(write, user.id, beginning).await?;
    let keep = terms.with_cookie.then_some(terms.keep);
    Started::new(app, write, user, active, started, keep).await.map(SignInState::Started)
}
