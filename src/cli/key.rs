//! `oskar key`.

use chrono::TimeDelta;
use clap::Subcommand;
use oskar::app::App;
use oskar::domain::key::keys::{self, NewKey};
use oskar::domain::values::display_name::DisplayName;
use oskar::domain::values::reason::RevocationReason;
use oskar::entity::api_key::Environment;
use oskar::id::ApiKeyId;
use oskar::permission::Role;
use oskar::views::keys::KeyFilter;
use oskar::views::{self, ListOrder, whole};
use serde_json::json;

use super::account::change;
use super::migrate::confirmed;
use super::{Common, labels, org, output};

/// As at the API.
const LONGEST_OVERLAP: TimeDelta = TimeDelta::days(30);

#[derive(Subcommand)]
pub enum Key {
    /// Make an API key; its secret is printed this once.
    Create(Create),
    /// List the API keys of an organisation, masked.
    List {
        /// Slug or id.
        #[arg(long)]
        org: String,
    },
    /// Give an API key a new secret, which is printed this once.
    Rotate {
        /// Slug or id.
        #[arg(long)]
        org: String,
        /// The key's id: `key_…`.
        id: ApiKeyId,
        /// How long the old secret works beside the new one, up to 30d.
        #[arg(long, value_parser = overlap, default_value = "24h")]
        overlap: TimeDelta,
    },
    /// Revoke an API key for good.
    Revoke {
        /// Slug or id.
        #[arg(long)]
        org: String,
        /// The key's id: `key_…`.
        id: ApiKeyId,
        /// Why: the key and the audit log show it.
        #[arg(long)]
        reason: Option<RevocationReason>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(clap::Args)]
pub struct Create {
    /// Slug or id.
    #[arg(long)]
    org: String,
    #[arg(long)]
    name: DisplayName,
    /// live or test.
    #[arg(long, value_parser = environment, default_value = "test")]
    environment: Environment,
    /// viewer, member or admin.
    #[arg(long, default_value = "viewer")]
    role: Role,
    /// Narrow it to this permission; may be given several times.
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<String>,
    /// How long it lives, such as 90d [default: until it is revoked].
    #[arg(long, value_parser = humantime::parse_duration)]
    expires_in: Option<std::time::Duration>,
    #[command(flatten)]
    labels: labels::New,
}

fn environment(text: &str) -> Result<Environment, &'static str> {
    text.to_owned().try_into()
}

fn overlap(text: &str) -> Result<TimeDelta, String> {
    let lifetime = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let lifetime = TimeDelta::from_std(lifetime).ok().filter(|lifetime| *lifetime <= LONGEST_OVERLAP);
    lifetime.ok_or_else(|| "30d at most".to_owned())
}

impl Key {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        match self {
            Self::Create(create) => create.run(common, &app).await,
            Self::List { org } => list(common, &app, &org).await,
            Self::Rotate { org, id, overlap } => rotate(common, &app, &org, id, overlap).await,
            Self::Revoke { org, id, reason, yes } => {
                let organisation = org::find(&app, &org).await?;
                if !yes && !confirmed(&format!("Revoke {id} for good?"))? {
                    anyhow::bail!("nothing was changed; --yes goes ahead without asking");
                }
                let reason = reason.map(RevocationReason::into_text);
                change(&app, async |write| keys::revoke(write, organisation.id, id, reason).await).await?;
                output::one(
                    common.json,
                    &json!({ "id": id, "state": "revoked" }),
                    &format!("{id} is revoked."),
                )
            }
        }
    }
}

impl Create {
    async fn run(self, common: &Common, app: &App) -> anyhow::Result<()> {
        let organisation = org::find(app, &self.org).await?;
        let expires_at =
            self.expires_in.map(TimeDelta::from_std).transpose()?.map(|lifetime| app.now() + lifetime);
        let permissions = (!self.permissions.is_empty()).then(|| self.permissions.into_iter().collect());
        let new = NewKey {
            name: self.name,
            environment: self.environment,
            role: self.role,
            permissions,
            expires_at,
            labels: self.labels.read()?,
        };
        let made = change(app, async |write| {
            keys::create(write, &app.config.permissions, organisation.id, None, new).await
        });
        let (key, _, secret) = made.await?;
        let value = json!({ "id": key.id, "name": key.name, "organisation": organisation.slug,
            "environment": key.environment, "role": key.role, "expires_at": key.expires_at, "secret": secret.reveal() });
        let text = format!(
            "{} ({}) for {}. Shown this once:\n{}",
            key.name,
            key.id,
            organisation.slug,
            secret.reveal()
        );
        output::one(common.json, &value, &text)
    }
}

async fn rotate(
    common: &Common,
    app: &App,
    reference: &str,
    id: ApiKeyId,
    overlap: TimeDelta,
) -> anyhow::Result<()> {
    let organisation = org::find(app, reference).await?;
    let rotated = change(app, async |write| keys::rotate(write, organisation.id, id, overlap).await);
    let (key, _, secret) = rotated.await?;
    let until = app.now() + overlap;
    let value = json!({ "id": key.id, "name": key.name, "organisation": organisation.slug,
        "old_secret_expires_at": until, "secret": secret.reveal() });
    let text = format!(
        "{} ({}) for {} has a new secret. Shown this once:\n{}\nThe old one works until {} UTC.",
        key.name,
        key.id,
        organisation.slug,
        secret.reveal(),
        until.format("%Y-%m-%d %H:%M")
    );
    output::one(common.json, &value, &text)
}

async fn list(common: &Common, app: &App, reference: &str) -> anyhow::Result<()> {
    let organisation = org::find(app, reference).await?;
    let (db, now) = (app.db.read(), app.now());
    let all = KeyFilter::default();
    let keys =
        whole(ListOrder::Newest, async |page| views::keys::list(db, organisation.id, &all, &page, now).await)
            .await?;
    let values: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({ "id": key.id, "name": key.name, "environment": key.environment, "role": key.role,
                "state": key.state, "expires_at": key.expires_at, "last_used_at": key.last_used_at })
        })
        .collect();
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            let used = key
                .last_used_at
                .map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string());
            let environment = key.environment.as_str().to_owned();
            [
                key.id.to_string(),
                key.name.clone(),
                environment,
                key.role.to_string(),
                key.state.as_str().to_owned(),
                used,
            ]
        })
        .collect();
    output::table(common.json, &values, ["ID", "NAME", "ENVIRONMENT", "ROLE", "STATE", "LAST USED"], &rows)
}
