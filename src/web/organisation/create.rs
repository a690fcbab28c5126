//! Create an organisation.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::SignedIn;
use crate::domain::organisation::organisations;
use crate::domain::values::display_name::DisplayName;
use crate::error::Error;
use crate::http::{Answering, Flash, filters};
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

#[derive(Default, Template)]
#[template(path = "pages/organisation/create.html")]
struct CreatePage {
    name: String,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct OrganisationForm {
    #[serde(default)]
    name: String,
}

/// The form.
pub async fn show(visit: Visit) -> Result<Response, Error> {
    visit.page(&CreatePage::default())
}

/// Makes it, with the user as its admin.
pub async fn create(
    visit: Visit,
    SignedIn { by, actor }: SignedIn,
    answering: Answering,
    Sent(form): Sent<OrganisationForm>,
) -> Result<Response, Error> {
    let made = async {
        let name =
            DisplayName::try_from(form.name.clone()).map_err(|problem| Error::invalid("/name", problem))?;
        let write = visit.app.write(&actor).await?;
        let (row, _) = organisations::create(&write, &name, None, Some(by.id)).await?;
        let flash = Flash::new("organisation-created").with("name", &row.name);
        answering.commit(write, visit.done(&format!("/orgs/{}", row.slug), &flash)).await
    };
    match made.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &CreatePage { name: form.name, wrong })
        }
    }
}
