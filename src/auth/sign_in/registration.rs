//! Making an account: with an organisation, without one, or by an invitation.

use super::invitation::{Invited, NewMember};
use super::state::{Proven, SessionTerms, SignInState, start};
use crate::app::App;
use crate::auth::client::Client;
use crate::config::Registration;
use crate::domain::Write;
use crate::domain::account::users::NewUser;
use crate::domain::email::Email;
use crate::domain::journal::audit::Actor;
use crate::domain::onboarding::joining::{Joiner, Names};
use crate::domain::onboarding::registration;
use crate::domain::session::authentication::Authentication;
use crate::domain::session::tokens::ActiveOrganisation;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::username::Username;
use crate::error::Error;
use crate::password::ProposedPassword;
use crate::permission::Role;

/// What a registration consists of.
pub struct NewAccount {
    pub email: Email,
    pub password: ProposedPassword,
    pub name: Option<DisplayName>,
    pub username: Option<Username>,
    /// The name of an organisation to make, with the new user as its admin.
    pub organisation: Option<DisplayName>,
}

/// The outcome of a registration.
pub enum Registered {
    SignedIn(Box<SignInState>),
    /// The address must be proven first. Whether it had an account is not told.
    ProofAwaited,
}

/// Makes an account, and signs it in unless its address must be proven first. The caller commits.
///
/// # Errors
/// [`Error::RegistrationClosed`]; [`Error::MailUnavailable`]; [`Error::WeakPassword`]; [`Error::TooManyRegistrations`];
/// those of [`registration::create`] or [`registration::begin`].
pub async fn register<'a>(
    app: &'a App,
    client: &Client,
    actor: &'a Actor,
    account: NewAccount,
    terms: SessionTerms,
) -> Result<(Registered, Write<'a>), Error> {
    if !may_register(app, &account.email) {
        return Err(Error::RegistrationClosed);
    }
    let proof_first = app.config.verify_email_required;
    if proof_first {
        app.needs_mail()?;
    }
    let context = app
        .password_context(account.email.as_str())
        .and(account.name.as_ref().map(DisplayName::as_str))
        .and(account.username.as_ref().map(Username::as_str))
        .and(account.organisation.as_ref().map(DisplayName::as_str));
    let password = app.hasher.accept("/password", &account.password, &context).await?;
    spend(app, client).await?;
    let password_hash = app.hasher.hash(&password).await?;
    let new = || NewUser {
        email: account.email.clone(),
        username: account.username.clone(),
        name: account.name.clone(),
        password_hash: Some(password_hash.clone()),
        operator: false,
        email_verified: false,
    };
    let organisation = account.organisation.as_ref();
    if proof_first {
        let begun = match begin(app, actor, new(), organisation).await {
            // Taken in this moment: as if it had been before.
            Err(Error::EmailTaken) => begin(app, actor, new(), organisation).await,
            other => other,
        };
        return begun.map(|write| (Registered::ProofAwaited, write));
    }
    let write = app.write(actor).await?;
    let (user, active) = registration::create(&write, new(), organisation).await?;
    let active = active.map(|organisation| ActiveOrganisation { organisation, role: Role::Admin });
    let proven = Proven { user, active, authentication: Authentication::by_password(write.now) };
    let state = start(app, client, &write, proven, terms).await?;
    Ok((Registered::SignedIn(Box::new(state)), write))
}

/// Counts before anything is looked up, and for every address alike.
async fn spend(app: &App, client: &Client) -> Result<(), Error> {
    let Some(most) = app.config.limits.registrations else { return Ok(()) };
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    registration::spend(&write, client.address.0, most).await?;
    write.commit().await
}

async fn begin<'a>(
    app: &'a App,
    actor: &'a Actor,
    new: NewUser,
    organisation: Option<&DisplayName>,
) -> Result<Write<'a>, Error> {
    let write = app.write(actor).await?;
    registration::begin(&write, new, organisation).await?;
    Ok(write)
}

fn may_register(app: &App, email: &Email) -> bool {
    match app.config.registration {
        Registration::Open => true,
        Registration::Domain => app.config.registration_domains.iter().any(|domain| domain == email.domain()),
        Registration::Invite | Registration::Closed => false,
    }
}

impl Invited {
    /// Makes the account of the invited address and joins by it. The invitation proves the address, and counts in every
    /// mode of registration.
    ///
    /// # Errors
    /// [`Error::InvitationForAnother`]; [`Error::EmailTaken`] if there is an account with that password already; those of
    /// [`Self::sign_in`].
    pub async fn register<'a>(
        &self,
        app: &'a App,
        client: &Client,
        actor: &'a Actor,
        account: NewAccount,
        terms: SessionTerms,
    ) -> Result<(ActiveOrganisation, SignInState, Write<'a>), Error> {
        if self.invitation.email_normalised != account.email.normalised() {
            return Err(Error::InvitationForAnother);
        }
        let new = NewMember {
            password: Some(account.password.into()),
            new_password: None,
            names: Names { name: account.name, username: account.username },
        };
        match self.joiner(app, client, new).await? {
            Joiner::Known { .. } => Err(Error::EmailTaken),
            joiner => self.start(app, client, actor, joiner, terms).await,
        }
    }
}
