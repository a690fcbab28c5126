//! The first administrator, by the setup link.

use super::state::{Proven, SessionTerms, SignInState, start};
use crate::app::App;
use crate::auth::client::Client;
use crate::crypto::secret::Secret;
use crate::domain::account::users::NewUser;
use crate::domain::key::osmedeus_key::{self, OsmedeusKey};
use crate::domain::onboarding::setup;
use crate::domain::session::authentication::Authentication;
use crate::domain::session::tokens::ActiveOrganisation;
use crate::domain::values::display_name::DisplayName;
use crate::entity::organisation;
use crate::error::Error;
use crate::permission::Role;

/// An installation that was just set up.
pub struct SetUp {
    pub sign_in: SignInState,
    pub organisation: organisation::Model,
    /// The key that Osmedeus' clients send, if they are served.
    pub key: Option<OsmedeusKey>,
}

/// Makes the first administrator and their organisation, and signs them in.
///
/// # Errors
/// Those of [`setup::create_first_admin`].
pub async fn by_setup_link(
    app: &App,
    client: &Client,
    link: &Secret,
    new: NewUser,
    organisation: &DisplayName,
    terms: SessionTerms,
) -> Result<SetUp, Error> {
    let anonymous = client.anonymous();
    let mut write = app.write(&anonymous).await?;
    let (user, organisation) = setup::create_first_admin(&write, Some(link), new, organisation).await?;
    let actor = anonymous.as_user(user.id, &user.name);
    write.actor = &actor;
    let active = Some(ActiveOrganisation { organisation: organisation.clone(), role: Role::Admin });
    let proven = Proven { user, active, authentication: Authentication::by_password(write.now) };
    let sign_in = start(app, client, &write, proven, terms).await?;
    let key = if app.config.compat.osmedeus_key {
        osmedeus_key::make_once(&write, &app.config.permissions).await?
    } else {
        None
    };
    write.commit().await?;
    Ok(SetUp { sign_in, organisation, key })
}
