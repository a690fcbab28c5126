//! What happened to the signed-in user's account.

use axum::Json;
use axum::extract::State;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::events::{Event, Filter, page_of};
use super::input::Params;
use super::page::{Page, Part};
use crate::app::App;
use crate::auth::SignedIn;
use crate::entity::{audit_event, session};
use crate::error::Error;
use crate::id::SessionId;

/// Of how many of the user's newest sessions the events are looked for.
const SESSIONS: u64 = 500;

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
    let limit = part.limit()?;
    let user = by.id;
    let sessions: Vec<SessionId> = session::Entity::find()
        .filter(session::COLUMN.user_id.eq(user))
        .order_by_desc(session::Column::Id)
        .limit(SESSIONS)
        .select_only()
        .column(session::Column::Id)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let log = filter.criteria()?.narrow(audit_event::Entity::of_account(user, &sessions));
    let rows = page_of(log, &part, limit)?.all(app.db.read()).await?;
    Ok(Json(Page::new(rows, limit, |row| row.id.to_string(), |row| Event::for_owner(row, user))))
}
