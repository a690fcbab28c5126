//! Clients of the appliance: the requests that our own API has under other names. Turned on by name, its tokens are our
//! own API's (`auth/sign_in/refresh_tokens.rs`), and `/health` has its words.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use super::problem_body::in_place_of_problem;
use super::sign_out;
use crate::api::account::PasswordChange;
use crate::api::input::Input;
use crate::api::session_carrier::SessionCarrier;
use crate::api::tickets;
use crate::app::App;
use crate::auth::sign_in::{RenewalTerms, replace_password};
use crate::auth::{Caller, Client, Keep, SignedIn};
use crate::crypto::secret::ShownOnce;
use crate::error::Error;
use crate::http::{Code, Problem};

/// That it was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplianceStatus {
    #[schema(example = "success")]
    status: &'static str,
}

const SUCCESS: ApplianceStatus = ApplianceStatus { status: "success" };

/// What went wrong.
#[derive(Debug, Serialize)]
struct ApplianceError {
    status: &'static str,
    message: String,
}

/// Whether a path is the appliance's own, where errors have its shape once it is turned on by name.
pub fn is_own(path: &str) -> bool {
    ["/api/logout", "/api/ws-token", "/api/change-password"].contains(&path)
}

/// Our errors in its shape.
pub async fn errors(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let (status, code) = (response.status(), Code(problem.code));
    let body = ApplianceError { status: "error", message: problem.message.clone() };
    let mut response = in_place_of_problem(response, &method, status, &body);
    response.extensions_mut().insert(code);
    response
}

/// Sign out (appliance)
///
/// Ends a user's session, and with it this very token for good. Keys and HTTP Basic have none: nothing happens to
/// them.
#[utoipa::path(post, path = "/api/logout", operation_id = "appliance_sign_out", tag = TAG,
    responses((status = 200, description = "Signed out.", body = ApplianceStatus)))]
pub async fn logout(app: State<App>, caller: Caller) -> Result<Response, Error> {
    sign_out(app, caller, SUCCESS).await
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplianceTicket {
    #[schema(example = "success")]
    status: &'static str,
    #[schema(value_type = String, example = "ost_…")]
    token: ShownOnce,
}

/// Ticket for a socket (appliance)
#[utoipa::path(get, path = "/api/ws-token", operation_id = "appliance_socket_ticket", tag = TAG,
    responses(
        (status = 200, description = "The ticket.", body = ApplianceTicket),
        (status = 422, description = "The caller belongs to no organisation (`validation_failed`)."),
    ))]
pub async fn ticket(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<ApplianceTicket>, Error> {
    let (ticket, write) = tickets::issue(&app, &caller, &headers, None).await?;
    write.commit().await?;
    let token = ShownOnce(ticket);
    Ok(Json(ApplianceTicket { status: "success", token }))
}

/// Change the password (appliance)
///
/// All sessions of the user end, and with them all tokens: clients that keep tokens sign in again, browsers get a new
/// cookie. With `compat.appliance = "on"` errors are `{"status": "error", "message": …}` here, as at the appliance's other
/// own paths.
#[utoipa::path(post, path = "/api/change-password", operation_id = "appliance_change_password", tag = TAG, request_body = PasswordChange,
    responses((status = 200, description = "Changed.", body = ApplianceStatus),
        (status = 403, description = "The current password is wrong (`wrong_password`) or has to be changed (`password_change_required`),")))]
pub async fn change_password(
    State(app): State<App>,
    client: Client,
    caller: SignedIn,
    Input(input): Input<PasswordChange>,
) -> Result<Response, Error> {
    // The answer has no tokens, so the cookie carries the session in any case.
    let cookie_alone = input.session == Some(SessionCarrier::Cookie);
    let terms = RenewalTerms { cookie_alone, with_cookie: true, keep: Keep::Session };
    let (current, new) = (&input.current_password, &input.new_password);
    let started = replace_password(&app, &client, &caller, current, new, terms).await?;
    let cookies = started.map(|started| started.cookies(&app, &client));
    Ok((cookies, Json(SUCCESS)).into_response())
}
