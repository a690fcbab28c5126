//! Tickets for sockets.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::OptionalInput;
use crate::app::App;
use crate::auth::{Caller, Principal};
use crate::crypto::secret::{Secret, ShownOnce};
use crate::domain::Write;
use crate::domain::session::tickets::{self, Holder};
use crate::error::{Error, FieldCode};
use crate::http::Answering;

/// What the ticket is for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SocketTicketRequest)]
pub struct TicketInput {
    /// Slug or id; default: the organisation that the credential implies.
    #[schema(example = "acme")]
    org: Option<String>,
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct SocketTicket {
    /// For the protocol `oskar.ticket.<ticket>`, or `?ticket=`. Good once, for pages of the same origin.
    #[schema(value_type = String, example = "ost_…")]
    ticket: ShownOnce,
    /// Seconds.
    #[schema(example = 120)]
    expires_in: i64,
}

/// Ticket for a socket
///
/// Browsers cannot send headers of a page's choice when they open a WebSocket: this is what they name as a protocol
/// instead, `new WebSocket(url, ["oskar.events", "oskar.ticket." + ticket])`. A few may be unused at a time: 429
/// `too_many_tickets`.
#[utoipa::path(post, path = "/api/auth/ws-token", operation_id = "create_socket_ticket", tag = "Signing in",
    request_body = Option<TicketInput>,
    responses(
        (status = 200, description = "The ticket.", body = SocketTicket),
        (status = 401, description = "No credential, or a bad one, or the session was ended in that organisation (`session_ended_here`)."),
        (status = 404, description = "The caller does not belong to the organisation (`not_found`)."),
    ))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    answering: Answering,
    OptionalInput(input): OptionalInput<TicketInput>,
) -> Result<Response, Error> {
    let org = input.unwrap_or_default().org;
    let (ticket, write) = issue(&app, &caller, &headers, org.as_deref()).await?;
    let expires_in = tickets::LIFETIME.num_seconds();
    answering.commit(write, Json(SocketTicket { ticket: ShownOnce(ticket), expires_in })).await
}

/// A ticket for the caller, and for pages of the origin that asks. The caller of this function commits.
pub async fn issue<'a>(
    app: &'a App,
    caller: &'a Caller,
    headers: &HeaderMap,
    organisation: Option<&str>,
) -> Result<(Secret, Write<'a>), Error> {
    let access = match organisation {
        Some(reference) => caller.in_organisation(app, reference).await?,
        None => caller.in_implied_organisation(app).await?.ok_or_else(|| {
            Error::wrong("/org", FieldCode::Required, "you belong to none by default: name one")
        })?,
    };
    let account;
    let holder = match &caller.principal {
        Principal::User(by) => {
            if let Some(session) = by.session_id() {
                Holder::User(by.id, session)
            } else {
                account = by.account(app.db.read()).await?;
                Holder::Sessionless(&account)
            }
        }
        Principal::Key(by) => Holder::Key(by.organisation, by.id),
    };
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if origin.as_ref().is_some_and(|origin| origin.len() > 300) {
        return Err(Error::CrossSite);
    }
    let turn = app.db.turn(access.organisation.id).await?;
    let write = app.write(&caller.actor).await?;
    let ticket = tickets::issue(&write, holder, access.organisation.id, origin).await?;
    Ok((ticket, write.in_turn(turn)))
}
