//! Joining an organisation by an invitation's link; who was not signed in before is signed in then.

use sea_orm::EntityTrait as _;

use super::state::{Proven, SessionTerms, SignInState, start};
use crate::app::App;
use crate::auth::client::Client;
use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::journal::audit::Actor;
use crate::domain::onboarding::joining::{self, Joiner, Names};
use crate::domain::session::authentication::Authentication;
use crate::domain::session::tokens::ActiveOrganisation;
use crate::entity::{invitation, organisation, user};
use crate::error::Error;
use crate::id::UserId;
use crate::password::{PresentedPassword, ProposedPassword};

/// An invitation, and the organisation that it is to.
pub struct Invited {
    pub invitation: invitation::Model,
    pub organisation: organisation::Model,
}

/// What a person joins with who is not signed in; see [`joining::by_password`].
pub struct NewMember<'a> {
    /// Of the account with the invited address, or of the one that is made.
    pub password: Option<PresentedPassword>,
    /// Takes the place of the account's password in the same step, or takes the account over.
    pub new_password: Option<&'a ProposedPassword>,
    pub names: Names,
}

impl Invited {
    /// What a link is for, whether the invitation is still open or not.
    ///
    /// # Errors
    /// [`Error::LinkInvalid`].
    pub async fn by_link(app: &App, link: &str) -> Result<Self, Error> {
        let link = Secret::parse(link).ok_or(Error::LinkInvalid)?;
        let found = invitation::Entity::by_digests(link.digests(&app.keyring)).one(app.db.read()).await?;
        let invitation = found.ok_or(Error::LinkInvalid)?;
        let organisation = organisation::Entity::find_by_id(invitation.organisation_id);
        let organisation = organisation.one(app.db.read()).await?.ok_or(Error::LinkInvalid)?;
        Ok(Self { invitation, organisation })
    }

    /// Makes the user who is signed in a member.
    ///
    /// # Errors
    /// Those of [`joining::join`].
    pub async fn join<'a>(
        &self,
        app: &'a App,
        actor: &'a Actor,
        user: UserId,
    ) -> Result<(ActiveOrganisation, Write<'a>), Error> {
        let turn = app.db.turn(self.organisation.id).await?;
        let write = app.write(actor).await?;
        let (_, active) = self.add(app, &write, Joiner::SignedIn(user)).await?;
        Ok((active, write.in_turn(turn)))
    }

    /// Makes a person who is not signed in a member, and signs them in.
    ///
    /// # Errors
    /// Those of [`joining::by_password`] and [`joining::join`].
    pub async fn sign_in<'a>(
        &self,
        app: &'a App,
        client: &Client,
        actor: &'a Actor,
        new: NewMember<'_>,
        terms: SessionTerms,
    ) -> Result<(ActiveOrganisation, SignInState, Write<'a>), Error> {
        let joiner = self.joiner(app, client, new).await?;
        self.start(app, client, actor, joiner, terms).await
    }

    pub(super) async fn joiner(
        &self,
        app: &App,
        client: &Client,
        new: NewMember<'_>,
    ) -> Result<Joiner, Error> {
        let NewMember { password, new_password, names } = new;
        let organisation = [self.organisation.name.as_str(), &self.organisation.slug];
        let context = app.password_context(&self.invitation.email).and(organisation);
        let attempt = client.attempt(app);
        joining::by_password(&attempt, &self.invitation, password, new_password, names, context).await
    }

    /// Joins, then starts the session.
    pub(super) async fn start<'a>(
        &self,
        app: &'a App,
        client: &Client,
        actor: &'a Actor,
        joiner: Joiner,
        terms: SessionTerms,
    ) -> Result<(ActiveOrganisation, SignInState, Write<'a>), Error> {
        let turn = app.db.turn(self.organisation.id).await?;
        let write = app.write(actor).await?;
        let (user, active) = self.add(app, &write, joiner).await?;
        let authentication = Authentication::by_password(write.now);
        let proven = Proven { user, active: Some(active.clone()), authentication };
        let state = start(app, client, &write, proven, terms).await?;
        Ok((active, state, write.in_turn(turn)))
    }

    async fn add(
        &self,
        app: &App,
        write: &Write<'_>,
        joiner: Joiner,
    ) -> Result<(user::Model, ActiveOrganisation), Error> {
        let (user, membership) =
            joining::join(write, &self.invitation, joiner, app.config.limits.seats).await?;
        let organisation = self.organisation.clone();
        Ok((user, ActiveOrganisation { organisation, role: membership.role }))
    }
}
