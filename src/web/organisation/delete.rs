//! Deleting an organisation: its name has to be typed.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::OrganisationAccess;
use crate::domain::organisation::organisations;
use crate::error::Error;
use crate::http::{Flash, filters};
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/organisation/delete.html")]
struct DeletePage<'a> {
    org: String,
    name: &'a str,
    typed: &'a str,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Default, Deserialize)]
pub struct DeleteForm {
    #[serde(default)]
    name: String,
}

fn page<'a>(access: &'a OrganisationAccess, typed: &'a str, wrong: Wrong) -> DeletePage<'a> {
    let org = format!("/orgs/{}", access.organisation.slug);
    DeletePage { org, name: &access.organisation.name, typed, wrong }
}

/// Asks for the name.
pub async fn ask(visit: Visit, access: OrganisationAccess) -> Result<Response, Error> {
    visit.page(&page(&access, "", Wrong::default()))
}

/// Deletes it.
pub async fn delete(
    visit: Visit,
    access: OrganisationAccess,
    Sent(form): Sent<DeleteForm>,
) -> Result<Response, Error> {
    let name = &access.organisation.name;
    // A name may have spaces in a row, which a page shows as one.
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if words(&form.name) != words(name) {
        let mut wrong = Wrong::default();
        wrong.put("name", &visit.words().say("organisation-delete-wrong-name", &[]));
        let error = Error::invalid("/name", "this is not its name");
        return visit.refused(&error, &page(&access, &form.name, wrong));
    }
    let write = visit.app.write(&access.actor).await?;
    organisations::delete(&write, &access.organisation).await?;
    write.commit().await?;
    Ok(visit.done("/account/organisations", &Flash::new("organisation-deleted").with("name", name)))
}
