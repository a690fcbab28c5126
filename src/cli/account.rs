//! What commands about users have in common.

use anyhow::anyhow;
use oskar::app::App;
use oskar::domain::Write;
use oskar::domain::journal::audit::Actor;
use oskar::domain::session::sign_in;
use oskar::entity::user;
use oskar::error::Error;
use serde_json::json;

use super::{Common, output};

/// The account by e-mail address or username.
pub async fn find(app: &App, name: &str) -> anyhow::Result<user::Model> {
    sign_in::find(app.db.read(), name).await?.ok_or_else(|| anyhow!("there is no user `{name}`"))
}

/// One write by the command line.
pub async fn change<T>(
    app: &App,
    work: impl AsyncFnOnce(&Write<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let actor = Actor::cli();
    let write = app.write(&actor).await?;
    let result = work(&write).await?;
    write.commit().await?;
    Ok(result)
}

pub fn done(common: &Common, user: &user::Model, state: &str) -> anyhow::Result<()> {
    let value = json!({ "user_id": user.id, "email": user.email, "state": state });
    output::one(common.json, &value, &format!("{} is {state}.", user.email))
}
