//! A new session in the place of the one that asks.

use super::session::Started;
use crate::app::App;
use crate::auth::cookies::Keep;
use crate::auth::principal::{OrganisationScope, UserPrincipal};
use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::account::users;
use crate::domain::session::authentication::Authentication;
use crate::domain::session::{sessions, tokens};
use crate::entity::organisation::Reference;
use crate::entity::session::RefreshUse;
use crate::entity::{session, user};
use crate::error::Error;

/// What a client asks of the session that takes the place of its own.
#[derive(Clone, Copy, Debug)]
pub struct RenewalTerms {
    /// It has no tokens. One that had none before has none in any case.
    pub cookie_alone: bool,
    /// The browser gets the cookie. It does so in any case if the session has no tokens.
    pub with_cookie: bool,
    pub keep: Keep,
}

/// Puts a new session in the place of the caller's, who has just given this proof. The caller commits.
///
/// # Errors
/// [`Error::SessionRequired`] by HTTP Basic, which has none; [`Error::InvalidCredential`] if it has ended meanwhile.
pub(super) async fn in_place_of(
    app: &App,
    write: &Write<'_>,
    by: &UserPrincipal,
    proof: Authentication,
    terms: RenewalTerms,
) -> Result<Started, Error> {
    let before = by.session_id().ok_or(Error::SessionRequired)?;
    let renewed = sessions::renew(write, before, by.id, Some(proof), terms.cookie_alone).await?;
    let renewed = renewed.ok_or(Error::InvalidCredential)?;
    let user = users::lock(write, by.id).await?;
    let with_cookie = terms.with_cookie || renewed.0.refresh_use == RefreshUse::Never;
    started(app, write, by.reach, user, renewed, with_cookie.then_some(terms.keep)).await
}

/// One that has just been put in the place of another one. Its access token is for the organisation that the
/// caller's was for, or by cookie for the session's.
pub(super) async fn started(
    app: &App,
    write: &Write<'_>,
    reach: OrganisationScope,
    user: user::Model,
    renewed: (session::Model, Secret),
    keep: Option<Keep>,
) -> Result<Started, Error> {
    let asked_for = match reach {
        OrganisationScope::Only(organisation) => organisation.map(Reference::Id),
        OrganisationScope::All => None,
    };
    let active = match tokens::active_organisation(write, user.id, Some(&renewed.0), asked_for).await {
        // The user is in that organisation no more, or an admin there has ended the session: tokens for none.
        Err(Error::NotFound | Error::SessionEndedHere) => None,
        active => active?,
    };
    Started::new(app, write, user, active, renewed, keep).await
}
