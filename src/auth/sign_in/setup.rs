//! The first administrator, by the setup link.

use super::state::{Proven, SessionTerms, SignInState, start};
use crate::app::App;
use crate::auth::client::Client;
use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::account::users::NewUser;
use crate::domain::journal::audit::Actor;
use crate::domain::key::keys::{self, NewKey};
use crate::domain::key::osmedeus_key::{self, OsmedeusKey};
use crate::domain::onboarding::setup;
use crate::domain::session::authentication::Authentication;
use crate::domain::session::tokens::ActiveOrganisation;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::labels::NewLabels;
use crate::entity::api_key::Environment;
use crate::entity::organisation;
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;

/// An installation that was just set up.
pub struct SetUp {
    pub sign_in: SignInState,
    pub organisation: organisation::Model,
    /// The secret of a test key to begin with.
    pub first_key: Secret,
    /// The key that Osmedeus' clients send, if they are served.
    pub key: Option<OsmedeusKey>,
}

impl SetUp {
    /// The first administrator.
    pub fn user(&self) -> UserId {
        let SignInState::Started(started) = &self.sign_in;
        started.open.user.id
    }
}

/// Makes the first administrator, their organisation and their first key, and signs them in. The caller commits.
///
/// # Errors
/// Those of [`setup::create_first_admin`].
pub async fn by_setup_link<'a>(
    app: &'a App,
    client: &Client,
    anonymous: &'a Actor,
    link: &Secret,
    new: NewUser,
    organisation: &DisplayName,
    terms: SessionTerms,
) -> Result<(SetUp, Write<'a>), Error> {
    let write = app.write(anonymous).await?;
    let (user, organisation) = setup::create_first_admin(&write, Some(link), new, organisation).await?;
    let actor = anonymous.as_user(user.id, &user.name);
    let made = {
        let by = write.by(&actor);
        let (catalogue, creator) = (&app.config.permissions, Some(user.id));
        let (_, _, first_key) = keys::create(&by, catalogue, organisation.id, creator, first_key()?).await?;
        let active = Some(ActiveOrganisation { organisation: organisation.clone(), role: Role::Admin });
        let proven = Proven { user, active, authentication: Authentication::by_password(write.now) };
        let sign_in = start(app, client, &by, proven, terms).await?;
        let key = if app.config.compat.osmedeus_key {
            osmedeus_key::make_once(&by, catalogue).await?
        } else {
            None
        };
        SetUp { sign_in, organisation, first_key, key }
    };
    Ok((made, write))
}

/// It reads, and changes nothing.
fn first_key() -> Result<NewKey, Error> {
    Ok(NewKey {
        name: DisplayName::try_from("First key".to_owned()).map_err(Error::internal)?,
        environment: Environment::Test,
        role: Role::Viewer,
        permissions: None,
        expires_at: None,
        labels: NewLabels::default(),
    })
}
