//! What happened to the signed-in user's account.

use axum::extract::State;

use super::page::{Asked, Listed, Page, Part};
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{Error, both};
use crate::http::event_query::EventQuery;
use crate::views;
use crate::views::events::Event;

/// List my account's events
///
/// What happened to the account: sign-ins and their ends, changes of password, address and identities, what an
/// operator did to it. Addresses and programs are shown of the user's own requests and of anonymous
/// ones, not of operators.
#[utoipa::path(get, path = "/api/account/events", operation_id = "list_account_events", tag = "Account",
    params(EventQuery, Part), responses((status = 200, description = "The events.", body = Page<Event>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    asked: Asked<EventQuery>,
) -> Result<Listed<Event>, Error> {
    let (list, filter) = both(asked.of(&app, "account_events", by.id), asked.filter.parse())?;
    Ok(list.answer(views::events::of_account(app.db.read(), by.id, &filter, &list.request).await?))
}
