//! Sensitive requests ask for a recent proof of who the user is: a session that was left open, or stolen, is not enough.
//!
//! A route asks by `fresh(…)` in the route table, and its guard looks; a handler that finds only in the body that
//! a request is sensitive asks by the same functions.

use super::principal::{Principal, UserPrincipal};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::step_up::StepUp;

/// Whether a proof that was given at that time is recent.
///
/// # Errors
/// [`Error::StepUp`].
pub fn check_recent(app: &App, proved_at: Option<Timestamp>) -> Result<(), Error> {
    let within = app.config.sessions.fresh_within;
    if within.is_zero() || proved_at.is_some_and(|at| app.now() < at + within) {
        Ok(())
    } else {
        Err(Error::StepUp(StepUp::here(within.num_seconds())))
    }
}

impl UserPrincipal {
    /// Whether the user has proved recently who they are. HTTP Basic does so with every request.
    ///
    /// # Errors
    /// [`Error::StepUp`].
    pub fn check_fresh(&self, app: &App) -> Result<(), Error> {
        self.session.as_ref().map_or(Ok(()), |session| check_recent(app, session.authenticated_at))
    }
}

impl Principal {
    /// The same of any caller; keys stand for no user who could prove anything.
    ///
    /// # Errors
    /// [`Error::StepUp`].
    pub fn check_fresh(&self, app: &App) -> Result<(), Error> {
        match self {
            Self::User(by) => by.check_fresh(app),
            Self::Key(_) => Ok(()),
        }
    }
}
