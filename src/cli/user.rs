//! `oskar user`.

use clap::Subcommand;
use oskar::app::App;
use oskar::domain::account::users::{self, NewUser};
use oskar::domain::account::{disabling, replacement};
use oskar::domain::email::Email;
use oskar::domain::journal::audit::Actor;
use oskar::domain::onboarding::invitations;
use oskar::domain::organisation::members;
use oskar::domain::session::attempts;
use oskar::domain::values::display_name::DisplayName;
use oskar::domain::values::labels::LabelChanges;
use oskar::domain::values::username::Username;
use oskar::entity::organisation;
use oskar::permission::Role;
use oskar::views::{self, ListOrder, whole};
use serde_json::json;

use super::account::{change, done, find};
use super::hand_over::HandOver;
use super::identity::{Link, Unlink};
use super::import::ImportCommand;
use super::migrate::confirmed;
use super::{Common, labels, output};

#[derive(Subcommand)]
pub enum User {
    /// Make an account, and a member of an organisation with --org. A link to choose the password is mailed, or printed where
    /// there is no mail server; it works once, for 24 hours.
    Create(Create),
    Import(ImportCommand),
    /// Change what your own system keeps beside an account: its id of the user, and metadata. Users cannot change it.
    Set {
        /// E-mail address or username.
        user: String,
        #[command(flatten)]
        labels: labels::Changes,
    },
    /// List the accounts.
    List,
    /// Disable an account: it cannot sign in, and its sessions end at once.
    Disable {
        /// E-mail address or username.
        user: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Let a disabled account sign in again.
    Enable {
        /// E-mail address or username.
        user: String,
    },
    /// Delete an account for good: its sessions, links and memberships end, and its address is free again. Keys that it made
    /// stay with their organisations. The last admin of an organisation cannot be deleted.
    Delete {
        /// E-mail address, username or id.
        user: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Forget wrong passwords, so that nobody has to wait.
    Unlock {
        /// E-mail address or username.
        user: String,
    },
    /// Let somebody sign in through another issuer (`[[issuers]]`) whose tokens say no address.
    Link(Link),
    /// End that, and the sessions that came of it.
    Unlink(Unlink),
    /// Take the password away and end all sessions. A link to choose a new one is mailed, or printed where there is no mail
    /// server; it works once, for 24 hours.
    ResetPassword {
        /// E-mail address or username.
        user: String,
        #[command(flatten)]
        hand_over: HandOver,
    },
}

#[derive(clap::Args)]
pub struct Create {
    #[arg(long)]
    email: Email,
    /// Slug or id of the organisation to join.
    #[arg(long)]
    org: Option<String>,
    /// The role there: viewer, member or admin.
    #[arg(long, default_value = "member", requires = "org")]
    role: Role,
    /// How people call them [default: what stands before the @].
    #[arg(long)]
    name: Option<DisplayName>,
    /// A second name to sign in with.
    #[arg(long)]
    username: Option<Username>,
    /// May see the installation's own pages.
    #[arg(long)]
    operator: bool,
    #[command(flatten)]
    labels: labels::New,
    #[command(flatten)]
    hand_over: HandOver,
}

impl User {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        match self {
            Self::Create(create) => create.run(common, &app).await,
            Self::Import(import) => import.run(common, &app).await,
            Self::List => list(common, &app).await,
            Self::Set { user, labels } => set(common, &app, &user, &labels.read()?).await,
            Self::Disable { user, yes } => {
                let user = find(&app, &user).await?;
                if !yes && !confirmed(&format!("Disable {} and end all their sessions?", user.email))? {
                    anyhow::bail!("nothing was changed; --yes goes ahead without asking");
                }
                change(&app, async |write| disabling::disable(write, user.id).await).await?;
                done(common, &user, "disabled")
            }
            Self::Enable { user } => {
                let user = find(&app, &user).await?;
                change(&app, async |write| disabling::enable(write, user.id).await).await?;
                done(common, &user, "enabled")
            }
            Self::Delete { user, yes } => super::user_delete::run(common, &app, &user, yes).await,
            Self::Unlock { user } => {
                let user = find(&app, &user).await?;
                change(&app, async |write| attempts::unlock(write, &user).await).await?;
                done(common, &user, "unlocked")
            }
            Self::Link(link) => link.run(common, &app).await,
            Self::Unlink(unlink) => unlink.run(common, &app).await,
            Self::ResetPassword { user, hand_over } => {
                let user = find(&app, &user).await?;
                let context = app.password_context(&user.email);
                let context = replacement::add_names(app.db.read(), context, &user).await?;
                let hash = hand_over.hash(&app, &context).await?;
                let handed_over = change(&app, async |write| {
                    users::reset_password(write, user.id, hash.clone()).await?;
                    hand_over.complete(&app, write, &user, false).await
                })
                .await?;
                let value = handed_over.add_to(json!({ "user_id": user.id, "email": user.email }));
                let text = format!(
                    "The old password of {} and all sessions have ended.\n{}",
                    user.email,
                    handed_over.text()
                );
                output::one(common.json, &value, &text)
            }
        }
    }
}

impl Create {
    async fn run(self, common: &Common, app: &App) -> anyhow::Result<()> {
        let organisation = match &self.org {
            Some(reference) => Some(super::org::find(app, reference).await?),
            None => None,
        };
        let places = organisation.iter().flat_map(|place| [place.name.as_str(), place.slug.as_str()]);
        let context = app
            .password_context(self.email.as_str())
            .and(self.name.as_ref().map(DisplayName::as_str))
            .and(self.username.as_ref().map(Username::as_str))
            .and(places);
        let password_hash = self.hand_over.hash(app, &context).await?;
        let new = NewUser {
            email: self.email,
            username: self.username,
            name: self.name,
            password_hash,
            operator: self.operator,
            email_verified: true,
        };
        let labels = self.labels.changes()?;
        let actor = Actor::cli();
        let write = app.write(&actor).await?;
        if let Some(organisation) = &organisation {
            invitations::lock_with_a_seat(&write, organisation.id, app.config.limits.seats).await?;
        }
        let user = users::create(&write, new).await?;
        let user = users::label(&write, user, &labels).await?;
        if let Some(organisation) = &organisation {
            members::add(&write, organisation.id, user.id, self.role).await?;
        }
        let handed_over = self.hand_over.complete(app, &write, &user, true).await?;
        write.commit().await?;
        let place = organisation.map(|organisation: organisation::Model| organisation.slug);
        let text = match &place {
            Some(slug) => format!("{} is {} of {slug}.", user.email, self.role),
            None => format!("{} has an account.", user.email),
        };
        let value = handed_over.add_to(json!({ "user_id": user.id, "email": user.email,
            "organisation": place, "role": place.as_ref().map(|_| self.role) }));
        output::one(common.json, &value, &format!("{text}\n{}", handed_over.text()))
    }
}

async fn set(common: &Common, app: &App, name: &str, labels: &LabelChanges) -> anyhow::Result<()> {
    let user = find(app, name).await?;
    let changed = change(app, async |write| {
        let user = users::lock(write, user.id).await?;
        users::label(write, user, labels).await
    });
    let user = views::users::Account::from(changed.await?);
    let called = user.external_id.as_deref().unwrap_or("nothing");
    let text = format!("{}: your own system calls it {called}, and keeps {:?}.", user.email, user.metadata);
    output::one(common.json, &serde_json::to_value(&user)?, &text)
}

async fn list(common: &Common, app: &App) -> anyhow::Result<()> {
    let users = whole(ListOrder::Oldest, async |page| views::users::list(app.db.read(), &page).await).await?;
    let rows: Vec<_> = users
        .iter()
        .map(|user| {
            let operator = if user.operator { "yes" } else { "" };
            [
                user.id.to_string(),
                user.email.clone(),
                user.name.clone(),
                operator.to_owned(),
                user.state.as_str().to_owned(),
            ]
        })
        .collect();
    output::table(common.json, &users, ["ID", "E-MAIL", "NAME", "OPERATOR", "STATE"], &rows)
}
