//! The audit log of an organisation.

use axum::extract::State;

use super::page::{Asked, Listed, Page, Part};
use crate::app::App;
use crate::auth::OrganisationAccess;
use crate::error::{Error, both};
use crate::http::event_query::EventQuery;
use crate::views;
use crate::views::events::Event;

const TAG: &str = "Audit log";

/// Read the audit log
#[utoipa::path(get, path = "/api/orgs/{org}/events", operation_id = "list_events", tag = TAG,
    params(EventQuery, Part),
    responses((status = 200, description = "The events.", body = Page<Event>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    asked: Asked<EventQuery>,
) -> Result<Listed<Event>, Error> {
    let organisation = access.organisation.id;
    let (list, filter) = both(asked.of(&app, "events", organisation), asked.filter.parse())?;
    let page = views::events::of_organisation(app.db.read(), organisation, &filter, &list.request).await?;
    Ok(list.answer(page))
}
