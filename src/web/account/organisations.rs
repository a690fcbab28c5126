//! My organisations.

use askama::Template;
use axum::response::Response;

use crate::auth::SignedIn;
use crate::error::Error;
use crate::http::filters;
use crate::views::organisations::{MyOrganisation, of_user};
use crate::web::list::{Asked, List};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/account/organisations.html")]
struct OrganisationsPage {
    rows: Vec<MyOrganisation>,
    next: Option<String>,
}

/// The organisations of the user, a page of them.
pub async fn list(visit: Visit, SignedIn { by, .. }: SignedIn, asked: Asked) -> Result<Response, Error> {
    let list: List<'_, _> = asked.of(&visit.app, "organisations", by.id)?;
    let page = of_user(visit.app.db.read(), by.id, None, &list.request).await?;
    let (rows, next) = list.rows(page);
    visit.page(&OrganisationsPage { rows, next })
}
