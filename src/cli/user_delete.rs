//! `oskar user delete`.

use anyhow::anyhow;
use oskar::app::App;
use oskar::domain::account::deletion;
use oskar::entity::user;
use oskar::id::UserId;
use sea_orm::EntityTrait as _;
use serde_json::json;

use super::account::{change, find};
use super::migrate::confirmed;
use super::{Common, output};

/// Deletes an account, by e-mail address, username or id.
pub async fn run(common: &Common, app: &App, name: &str, yes: bool) -> anyhow::Result<()> {
    let user = match name.parse::<UserId>() {
        Ok(id) => {
            let found = user::Entity::find_by_id(id).one(app.db.read()).await?;
            found.ok_or_else(|| anyhow!("there is no user `{name}`"))?
        }
        Err(_) => find(app, name).await?,
    };
    if !yes && !confirmed(&format!("Delete the account of {} for good?", user.email))? {
        anyhow::bail!("nothing was changed; --yes goes ahead without asking");
    }
    let deleted = change(app, async |write| deletion::delete(write, user.id).await).await?;
    let slugs: Vec<_> = deleted.organisations.iter().map(|place| place.slug.as_str()).collect();
    let places = if slugs.is_empty() { "none".to_owned() } else { slugs.join(", ") };
    let value = json!({ "user_id": user.id, "email": deleted.user.email, "state": "deleted",
        "sessions_ended": deleted.sessions_ended, "organisations": slugs });
    let text = format!(
        "The account of {} is deleted. Sessions ended: {}. Memberships ended: {places}.\nIts audit events keep the id {} and no name.",
        deleted.user.email, deleted.sessions_ended, user.id
    );
    output::one(common.json, &value, &text)
}
