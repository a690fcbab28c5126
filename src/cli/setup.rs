//! `oskar setup`: the first administrator without a browser.

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use oskar::app::App;
use oskar::crypto::secret::Secret;
use oskar::domain::Write;
use oskar::domain::account::users::NewUser;
use oskar::domain::email::Email;
use oskar::domain::journal::audit::Actor;
use oskar::domain::key::keys::{self, NewKey};
use oskar::domain::key::osmedeus_key;
use oskar::domain::onboarding::setup;
use oskar::domain::values::display_name::DisplayName;
use oskar::domain::values::labels::NewLabels;
use oskar::entity::api_key::Environment;
use oskar::id::{OrganisationId, UserId};
use oskar::permission::Role;
use oskar::text::email::shown;
use serde_json::json;

use super::hand_over::HandOver;
use super::{Common, output};

#[derive(Args)]
pub struct Setup {
    /// Print a new setup link; it works once, for 30 minutes, until an administrator exists.
    #[arg(long, conflicts_with_all = ["email", "org", "mail", "print", "password_stdin", "with_key"])]
    link: bool,
    /// The administrator's e-mail address.
    #[arg(long, required_unless_present = "link")]
    email: Option<Email>,
    /// The name of their organisation [default: the address' domain].
    #[arg(long)]
    org: Option<DisplayName>,
    #[command(flatten)]
    hand_over: HandOver,
    /// Also make a test API key of this name (role: admin).
    #[arg(long, value_name = "NAME")]
    with_key: Option<DisplayName>,
    /// How to print what was made.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// Lines for a `.env` file.
    Env,
    /// One object.
    Json,
}

impl Setup {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        if self.link {
            return link(common).await;
        }
        let email = self.email.ok_or_else(|| anyhow!("--email is missing"))?;
        let organisation = match self.org {
            Some(name) => name,
            None => shown(email.domain()).parse().map_err(|problem: String| anyhow!("--org: {problem}"))?,
        };
        let app = common.open().await?;
        if setup::is_done(app.db.read()).await? {
            return Err(oskar::error::Error::AlreadySetUp.into());
        }
        let context = app.password_context(email.as_str()).and([organisation.as_str()]);
        let password_hash = self.hand_over.hash(&app, &context).await?;
        let actor = Actor::cli();
        let write = app.write(&actor).await?;
        let new = NewUser {
            email,
            username: None,
            name: None,
            password_hash,
            operator: true,
            email_verified: true,
        };
        let (user, organisation) = setup::create_first_admin(&write, None, new, &organisation).await?;
        let secret = match self.with_key {
            Some(name) => Some(first_key(&app, &write, organisation.id, user.id, name).await?),
            None => None,
        };
        let osmedeus = if app.config.compat.osmedeus_key {
            osmedeus_key::make_once(&write, &app.config.permissions).await?
        } else {
            None
        };
        let handed_over = self.hand_over.complete(&app, &write, &user, true).await?;
        write.commit().await?;
        let url = &app.config.public_url;
        let key = secret.as_ref().map(Secret::reveal);
        let osmedeus = osmedeus.as_ref().map(|key| key.secret.reveal());
        let osmedeus_told =
            osmedeus.map(|key| format!("API key for clients of Osmedeus, shown this once: {key}"));
        let format = if common.json { Format::Json } else { self.format };
        let text = match format {
            Format::Json => {
                let mut made = json!({ "url": url, "user_id": user.id, "email": user.email,
                    "organisation": { "id": organisation.id, "slug": organisation.slug, "name": organisation.name },
                    "api_key": key });
                if let Some(key) = osmedeus {
                    made["osmedeus_key"] = json!(key);
                }
                handed_over.add_to(made).to_string()
            }
            Format::Env => {
                let mut lines = vec![format!("OSKAR_URL={url}"), format!("OSKAR_ORG={}", organisation.id)];
                lines.extend(key.map(|key| format!("OSKAR_API_KEY={key}")));
                // It is no setting, and people read it.
                eprintln!("{}", handed_over.text());
                if let Some(told) = &osmedeus_told {
                    eprintln!("{told}");
                }
                lines.join("\n")
            }
            Format::Text => {
                let mut lines = vec![
                    format!(
                        "{} is administrator of {} ({}).",
                        user.email, organisation.name, organisation.slug
                    ),
                    handed_over.text(),
                    if app.config.docs {
                        format!("Sign in at {url}/docs, or by POST {url}/api/auth/login.")
                    } else {
                        format!("Sign in by POST {url}/api/auth/login.")
                    },
                ];
                lines.extend(key.map(|key| format!("API key, shown this once: {key}")));
                lines.extend(osmedeus_told);
                lines.join("\n")
            }
        };
        output::print(&text)
    }
}

async fn first_key(
    app: &App,
    write: &Write<'_>,
    organisation: OrganisationId,
    creator: UserId,
    name: DisplayName,
) -> anyhow::Result<Secret> {
    let (environment, role) = (Environment::Test, Role::Admin);
    let new =
        NewKey { name, environment, role, permissions: None, expires_at: None, labels: NewLabels::default() };
    let catalogue = &app.config.permissions;
    let (_, _, secret) = keys::create(write, catalogue, organisation, Some(creator), new).await?;
    Ok(secret)
}

async fn link(common: &Common) -> anyhow::Result<()> {
    let app = common.open().await?;
    let actor = Actor::cli();
    let write = app.write(&actor).await?;
    let (secret, expires_at) = setup::issue_link(&write).await?;
    write.commit().await?;
    let link = app.link("setup", &secret);
    output::one(common.json, &json!({ "link": link, "expires_at": expires_at }), &link)
}
