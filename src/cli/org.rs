//! `oskar org`.

use anyhow::anyhow;
use clap::Subcommand;
use oskar::app::App;
use oskar::domain::onboarding::{invitations, registration};
use oskar::domain::organisation::{members, organisations};
use oskar::domain::values::display_name::DisplayName;
use oskar::domain::values::labels::LabelChanges;
use oskar::domain::values::slug::Slug;
use oskar::entity::organisation;
use oskar::permission::Role;
use oskar::views::organisations::{Organisation, OrganisationSummary};
use oskar::views::{self, ListOrder, whole};
use serde_json::json;

use super::account::{self, change};
use super::{Common, labels, output};

#[derive(Subcommand)]
pub enum Org {
    /// Make an organisation.
    Create {
        #[arg(long)]
        name: DisplayName,
        /// How it is called in addresses [default: made from the name].
        #[arg(long)]
        slug: Option<Slug>,
        /// E-mail address or username of its first admin.
        #[arg(long, value_name = "USER")]
        admin: String,
        #[command(flatten)]
        labels: labels::New,
    },
    /// Change what your own system keeps beside an organisation: its id of it, and metadata.
    Set {
        /// Slug or id.
        org: String,
        #[command(flatten)]
        labels: labels::Changes,
    },
    /// List the organisations.
    List,
    /// Make an existing user a member.
    AddMember {
        /// Slug or id.
        #[arg(long)]
        org: String,
        /// E-mail address or username.
        #[arg(long)]
        user: String,
        /// viewer, member or admin.
        #[arg(long, default_value = "member")]
        role: Role,
    },
}

impl Org {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        match self {
            Self::Create { name, slug, admin, labels } => {
                let admin = account::find(&app, &admin).await?;
                let labels = labels.read()?;
                let made = change(&app, async |write| {
                    registration::vouch(write, admin.id).await?;
                    organisations::create_labelled(write, &name, slug, Some(admin.id), labels).await
                });
                let (organisation, _) = made.await?;
                let value =
                    json!({ "id": organisation.id, "slug": organisation.slug, "name": organisation.name });
                let text = format!(
                    "{} ({}) with {} as its admin.",
                    organisation.name, organisation.slug, admin.email
                );
                output::one(common.json, &value, &text)
            }
            Self::List => list(common, &app).await,
            Self::Set { org, labels } => set(common, &app, &org, &labels.read()?).await,
            Self::AddMember { org, user, role } => {
                let organisation = find(&app, &org).await?;
                let user = account::find(&app, &user).await?;
                let seats = app.config.limits.seats;
                change(&app, async |write| {
                    invitations::lock_with_a_seat(write, organisation.id, seats).await?;
                    registration::vouch(write, user.id).await?;
                    members::add(write, organisation.id, user.id, role).await
                })
                .await?;
                let value = json!({ "organisation": organisation.slug, "user_id": user.id, "role": role });
                output::one(
                    common.json,
                    &value,
                    &format!("{} is {role} of {}.", user.email, organisation.slug),
                )
            }
        }
    }
}

/// The organisation by slug or id.
pub async fn find(app: &App, reference: &str) -> anyhow::Result<organisation::Model> {
    let found = organisation::Entity::find_by_reference(reference).one(app.db.read()).await?;
    found.ok_or_else(|| anyhow!("there is no organisation `{reference}`"))
}

async fn set(common: &Common, app: &App, org: &str, labels: &LabelChanges) -> anyhow::Result<()> {
    let organisation = find(app, org).await?;
    let changed = change(app, async |write| {
        let row = members::lock(write, organisation.id).await?;
        organisations::update(write, row, None, None, labels).await
    });
    let shown = Organisation::from(&changed.await?);
    let called = shown.external_id.as_deref().unwrap_or("nothing");
    let slug = &shown.summary.slug;
    let text = format!("{slug}: your own system calls it {called}, and keeps {:?}.", shown.metadata);
    output::one(common.json, &serde_json::to_value(&shown)?, &text)
}

async fn list(common: &Common, app: &App) -> anyhow::Result<()> {
    let all =
        whole(ListOrder::Oldest, async |page| views::organisations::list(app.db.read(), &page).await).await?;
    let values: Vec<_> = all
        .iter()
        .map(|row| {
            let OrganisationSummary { id, slug, name } = &row.summary;
            json!({ "id": id, "slug": slug, "name": name, "external_id": row.external_id, "created_at": row.created_at })
        })
        .collect();
    let rows: Vec<_> = all
        .iter()
        .map(|row| {
            let OrganisationSummary { id, slug, name } = &row.summary;
            [id.to_string(), slug.clone(), name.clone()]
        })
        .collect();
    output::table(common.json, &values, ["ID", "SLUG", "NAME"], &rows)
}
