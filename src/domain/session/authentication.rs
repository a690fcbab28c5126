//! When and how a user proved who they are: what a session begins with, and what its access tokens tell.

use crate::clock::Timestamp;
use crate::entity::session;

/// The user's password was checked (RFC 8176).
const PASSWORD: &str = "pwd";

/// A user's proof of who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// When the user gave it; `None`: an issuer vouches for them and does not say when.
    pub at: Option<Timestamp>,
    /// How (RFC 8176), separated by spaces.
    pub amr: String,
    /// The authentication context class by the issuer's word.
    pub acr: Option<String>,
    /// Which other issuer vouches for the user, if one does.
    pub issuer: Option<String>,
    /// When a session that begins with it is over, however often it is used.
    pub session_ends_at: Option<Timestamp>,
}

impl Authentication {
    /// By a password that was just checked or chosen.
    pub fn by_password(now: Timestamp) -> Self {
        Self { at: Some(now), amr: PASSWORD.to_owned(), acr: None, issuer: None, session_ends_at: None }
    }

    /// The one that a session began with.
    pub fn of(session: &session::Model) -> Self {
        Self {
            at: session.authenticated_at,
            amr: session.amr.clone().unwrap_or_default(),
            acr: session.acr.clone(),
            issuer: session.issuer.clone(),
            session_ends_at: session.ends_at,
        }
    }
}
