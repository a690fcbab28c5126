//! `oskar secret`.

use clap::Subcommand;
use oskar::app::App;
use oskar::domain::upkeep::secret_rotation::{self, Lifetimes, Remaining};
use oskar::program::command;
use serde_json::json;

use super::account::change;
use super::{Common, output};

#[derive(Subcommand)]
pub enum Secret {
    /// Move to `secret_key` what was written under `secret_key_previous`, while servers serve. It can be
    /// ended at any time and run again. Tells what still hangs on the previous secret: API keys and
    /// sessions move when they are used.
    Rotate,
    /// Tell what still hangs on another master secret than `secret_key`; nothing is changed.
    Status,
}

impl Secret {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        let reencrypted = match self {
            Self::Rotate => Some(rotate(&app).await?),
            Self::Status => None,
        };
        let config = &app.config;
        let lifetimes = Lifetimes {
            session_idle: config.sessions.idle,
            session_absolute: config.sessions.absolute,
            refresh_idle: config.tokens.refresh_idle,
            refresh_absolute: config.tokens.refresh_absolute,
        };
        let remaining = secret_rotation::remaining(app.db.read(), &app.keyring, lifetimes, app.now()).await?;
        let value = json!({
            "key_id": app.keyring.key_id().to_string(),
            "previous_key_id": app.keyring.previous_key_id().map(|id| id.to_string()),
            "reencrypted_signing_keys": reencrypted,
            "remaining": remaining,
            "previous_is_needed": !remaining.is_nothing(),
        });
        output::one(common.json, &value, &told(&app, reencrypted, &remaining))
    }
}

/// How many signing keys were encrypted anew.
async fn rotate(app: &App) -> anyhow::Result<usize> {
    let mut done = 0;
    loop {
        let batch = change(app, async |write| secret_rotation::reencrypt(write).await).await?;
        if batch == 0 {
            break;
        }
        done += batch;
        eprintln!("{done} signing keys are encrypted under the current master secret");
    }
    change(app, async |write| secret_rotation::conclude(write).await).await?;
    Ok(done)
}

fn told(app: &App, reencrypted: Option<usize>, remaining: &Remaining) -> String {
    let mut lines = vec![format!("The current master secret has the key id {}.", app.keyring.key_id())];
    match app.keyring.previous_key_id() {
        Some(previous) => lines.push(format!("The previous one, {previous}, is accepted beside it.")),
        None => lines.push("There is no previous one (`secret_key_previous`).".to_owned()),
    }
    if let Some(count) = reencrypted {
        lines.push(format!("{count} signing keys were encrypted anew."));
    }
    if remaining.is_nothing() {
        lines
            .push("Nothing hangs on another master secret: `secret_key_previous` may be removed.".to_owned());
        return lines.join("\n");
    }
    lines.push("Still under another master secret, and lost if it is removed now:".to_owned());
    let rotate = format!("signing keys: run `{}`", command("secret rotate"));
    for (count, what) in [
        (remaining.signing_keys, rotate.as_str()),
        (remaining.api_keys, "API keys that were not used since"),
        (remaining.session_cookies, "sessions whose cookie was not used since"),
        (remaining.refresh_tokens, "refresh tokens that were not exchanged since"),
        (remaining.invitations, "open invitations"),
        (remaining.one_time_links, "links that work once"),
    ] {
        if count > 0 {
            lines.push(format!("  {count} {what}"));
        }
    }
    for key in &remaining.unused_api_keys {
        lines.push(format!("  {} \"{}\" of {}", key.hint, key.name, key.organisation_id));
    }
    lines.join("\n")
}
