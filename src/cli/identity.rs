//! `oskar user link|unlink`: who users are at other issuers.

use anyhow::ensure;
use oskar::app::App;
use oskar::domain::identities;
use oskar::program::command;

use super::Common;
use super::account::{change, done, find};

#[derive(clap::Args)]
pub struct Link {
    /// E-mail address or username.
    user: String,
    /// The issuer, as it is configured.
    #[arg(long)]
    issuer: String,
    /// The user's `sub` there.
    #[arg(long)]
    subject: String,
}

#[derive(clap::Args)]
pub struct Unlink {
    /// E-mail address or username.
    user: String,
    /// The issuer; it need not be configured any more.
    #[arg(long)]
    issuer: String,
}

impl Link {
    pub async fn run(self, common: &Common, app: &App) -> anyhow::Result<()> {
        let known = app.config.issuers.iter().any(|known| known.issuer == self.issuer);
        ensure!(
            known,
            "`{}` is no issuer of the configuration: `{}` shows them",
            self.issuer,
            command("config")
        );
        ensure!((1..=255).contains(&self.subject.len()), "a subject has 1 to 255 characters");
        let user = find(app, &self.user).await?;
        change(app, async |write| identities::link(write, &self.issuer, &self.subject, user.id).await)
            .await?;
        done(common, &user, "linked")
    }
}

impl Unlink {
    pub async fn run(self, common: &Common, app: &App) -> anyhow::Result<()> {
        let user = find(app, &self.user).await?;
        change(app, async |write| identities::unlink(write, user.id, &self.issuer).await).await?;
        done(common, &user, "linked no more")
    }
}
