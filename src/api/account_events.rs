//! What happened to the signed-in user's account.

use axum::Json;
use axum::extract::State;

use super::events::Filter;
use super::input::Params;
use super::page::Part;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{Error, both};
use crate::views::events::Event;
use crate::views::{self, Page};

/// List my account's events
///
/// What happened to the account: sign-ins and their ends, changes of password, address and identities, what an
/// operator did to it. Newest first. Addresses and programs are shown of the user's own requests and of anonymous
/// ones, not of operators.
#[utoipa::path(get, path = "/api/account/events", operation_id = "list_account_events", tag = "Account",
    params(Filter, Part), responses((status = 200, description = "The events.", body = Page<Event>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    Params(filter): Params<Filter>,
    Params(part): Params<Part>,
) -> Result<Json<Page<Event>>, Error> {
    let (request, filter) = both(part.request(), filter.parse())?;
    Ok(Json(views::events::of_account(app.db.read(), by.id, &filter, &request).await?))
}
