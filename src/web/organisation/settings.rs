//! The settings of an organisation: name and slug, and the ways out of it.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::OrganisationAccess;
use crate::domain::organisation::{members, organisations};
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::labels::LabelChanges;
use crate::domain::values::slug::Slug;
use crate::entity::organisation::{self, Reference};
use crate::error::{Error, both};
use crate::http::conditions::ETag;
use crate::http::{Flash, filters};
use crate::permission::Permission;
use crate::views::organisations::Organisation;
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/organisation/settings.html")]
struct SettingsPage {
    org: String,
    organisation: Organisation,
    changes: bool,
    deletes: bool,
    form: SettingsForm,
    /// Another admin changed something since the form was shown.
    stale: bool,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
pub struct SettingsForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    slug: String,
    /// Names what the form was filled with.
    #[serde(default)]
    read: String,
}

impl SettingsPage {
    fn new(access: &OrganisationAccess, row: &organisation::Model) -> Result<Self, Error> {
        let organisation = Organisation::from(row);
        let may = |permission| access.grants.permits_built_in(permission);
        let read = tag(row)?.as_str().to_owned();
        Ok(Self {
            org: format!("/orgs/{}", row.slug),
            changes: may(Permission::OrgUpdate),
            deletes: may(Permission::OrgDelete),
            form: SettingsForm { name: row.name.clone(), slug: row.slug.clone(), read },
            stale: false,
            wrong: Wrong::default(),
            organisation,
        })
    }
}

/// Of what the form changes, and of nothing else of the organisation: that can be changed meanwhile.
fn tag(row: &organisation::Model) -> Result<ETag, Error> {
    ETag::of(&(&row.name, &row.slug))
}

/// The settings.
pub async fn show(visit: Visit, access: OrganisationAccess) -> Result<Response, Error> {
    visit.page(&SettingsPage::new(&access, &access.organisation)?)
}

/// Changes name and slug.
pub async fn change(
    visit: Visit,
    access: OrganisationAccess,
    Sent(form): Sent<SettingsForm>,
) -> Result<Response, Error> {
    let changed = async {
        let name = DisplayName::try_from(form.name.clone()).map_err(|wrong| Error::invalid("/name", wrong));
        let slug = Slug::try_from(form.slug.clone()).map_err(|wrong| Error::invalid("/slug", wrong));
        let (name, slug) = both(name, slug)?;
        let write = visit.app.write(&access.actor).await?;
        let row = members::lock(&write, access.organisation.id).await?;
        tag(&row)?.check(&form.read)?;
        let changes = LabelChanges::default();
        let row = organisations::update(&write, row, Some(name), Some(slug), &changes).await?;
        write.commit().await?;
        Ok(visit.done(&format!("/orgs/{}/settings", row.slug), &Flash::new("organisation-settings-saved")))
    };
    match changed.await {
        Ok(done) => Ok(done),
        Err(error) => refused(&visit, &access, form, error).await,
    }
}

/// The form with what was typed; if it was stale, with what is there now beside it, so that it can be sent once more.
async fn refused(
    visit: &Visit,
    access: &OrganisationAccess,
    form: SettingsForm,
    error: Error,
) -> Result<Response, Error> {
    let (wrong, error) = Wrong::of(visit, error, &[("slug_taken", "slug")])?;
    let now = organisation::Entity::find_by_reference(Reference::Id(access.organisation.id));
    let now = now.one(visit.app.db.read()).await?.ok_or(Error::NotFound)?;
    let page = SettingsPage::new(access, &now)?;
    let stale = matches!(error, Error::PreconditionFailed);
    let read = if stale { page.form.read.clone() } else { form.read.clone() };
    visit.refused(&error, &SettingsPage { form: SettingsForm { read, ..form }, stale, wrong, ..page })
}
