//! What operators do at the command line, where there is no HTTP: by the domain, in one transaction.

use oskar::domain::Write;
use oskar::domain::account::disabling;
use oskar::domain::journal::audit::Actor;
use oskar::domain::onboarding::setup;
use oskar::domain::upkeep::signing_keys::{self, RotatedKey};
use oskar::error::Error;
use oskar::worker;

use crate::support::TestApp;

/// Does something and commits it, or leaves no trace of it.
pub async fn change<T>(
    app: &TestApp,
    deed: impl AsyncFnOnce(&Write<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let actor = Actor::cli();
    let write = app.app.write(&actor).await?;
    let done = deed(&write).await?;
    write.commit().await?;
    Ok(done)
}

/// As `oskar user disable` does.
pub async fn disable(app: &TestApp, user: &str) -> Result<(), Error> {
    let user = user.parse().unwrap();
    change(app, async |write| disabling::disable(write, user).await).await
}

/// As `oskar user enable` does.
pub async fn enable(app: &TestApp, user: &str) {
    let user = user.parse().unwrap();
    change(app, async |write| disabling::enable(write, user).await).await.unwrap();
}

/// A new setup link on this server, as `oskar setup --link` makes it.
pub async fn setup_link(app: &TestApp) -> String {
    let (secret, _) = change(app, async |write| setup::issue_link(write).await).await.unwrap();
    format!("/setup#{}", secret.reveal())
}

/// As `oskar jwks rotate` does; this node learns of it at once.
pub async fn rotate_signing_keys(app: &TestApp) -> Result<RotatedKey, Error> {
    let ahead = app.app.config.tokens.publish_ahead;
    let rotated =
        change(app, async |write| signing_keys::rotate(write, app.app.algorithms()[0], ahead).await).await?;
    worker::signing_keys::tick(&app.app).await?;
    Ok(rotated)
}
