//! The audit log of an organisation.

mod csv;
pub mod event;
pub mod export;

use askama::Template;
use axum::response::Response;

use crate::auth::OrganisationAccess;
use crate::error::{Error, both};
use crate::http::filters;
use crate::views;
use crate::views::event_names::EventNames;
use crate::web::event_list::{EventRow, EventsAsked, Filters};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/audit/list.html")]
struct AuditPage {
    path: String,
    slug: String,
    name: String,
    rows: Vec<EventRow>,
    filters: Filters,
    /// Whether new events come to this page.
    live: bool,
    next: Option<String>,
}

/// The list.
pub async fn list(
    visit: Visit,
    access: OrganisationAccess,
    EventsAsked { asked, filters, first }: EventsAsked,
) -> Result<Response, Error> {
    let organisation = &access.organisation;
    let (list, filter) = both(asked.of(&visit.app, "events", organisation.id), asked.filter.parse())?;
    let db = visit.app.db.read();
    let page = views::events::of_organisation(db, organisation.id, &filter, &list.request).await?;
    let (events, next) = list.rows(page);
    let names = EventNames::in_organisation(db, organisation.id, &organisation.name, &events).await?;
    let path = path(&access);
    let row = |event| EventRow::of(visit.words(), event, &names, Some(&path));
    let rows = events.iter().map(row).collect::<Vec<_>>();
    let (slug, name) = (organisation.slug.clone(), organisation.name.clone());
    visit.page(&AuditPage { path, slug, name, rows, filters, live: first, next })
}

/// Where the log's pages are.
fn path(access: &OrganisationAccess) -> String {
    format!("/orgs/{}/audit", access.organisation.slug)
}
