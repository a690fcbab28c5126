//! What happened to my account.

use askama::Template;
use axum::response::Response;

use crate::auth::SignedIn;
use crate::error::{Error, both};
use crate::http::filters;
use crate::views::event_names::EventNames;
use crate::views::events::of_account;
use crate::web::event_list::{EventRow, EventsAsked};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/account/activity.html")]
struct ActivityPage {
    rows: Vec<EventRow>,
    narrowed: bool,
    next: Option<String>,
}

/// The list.
pub async fn list(
    visit: Visit,
    SignedIn { by, .. }: SignedIn,
    EventsAsked { asked, filters, .. }: EventsAsked,
) -> Result<Response, Error> {
    let (list, filter) = both(asked.of(&visit.app, "account_events", by.id), asked.filter.parse())?;
    let page = of_account(visit.app.db.read(), by.id, &filter, &list.request).await?;
    let (events, next) = list.rows(page);
    let names = EventNames::of_owner(by.id, &by.name, &events);
    let rows = events.iter().map(|event| EventRow::of(visit.words(), event, &names, None)).collect();
    visit.page(&ActivityPage { rows, narrowed: filters.is_any(), next })
}
