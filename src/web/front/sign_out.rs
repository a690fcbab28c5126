//! Sign out.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::onward::Onward;
use crate::auth::{presented_sessions, signed_out};
use crate::domain::session::sessions;
use crate::error::Error;
use crate::http::{Flash, SIGN_IN, filters};
use crate::web::form::Sent;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/front/sign_out.html")]
struct SignOutPage {
    onward: Onward,
}

/// What the form may send.
#[derive(Deserialize)]
pub struct SignOutForm {
    /// For what must not stand in an address.
    #[serde(default)]
    return_to: String,
}

/// A button, so that products can link here. Who is signed in no more goes on at once.
pub async fn show(visit: Visit, onward: Onward, headers: HeaderMap) -> Result<Response, Error> {
    if presented_sessions(&visit.app, &visit.client, &headers).await?.is_empty() {
        return Ok(visit.lead_to(onward.asked().unwrap_or(SIGN_IN)));
    }
    let page = SignOutPage { onward };
    Ok(page.onward.let_forms_lead_there(visit.page(&page)?))
}

/// Ends the session: its cookie, its refresh chain and its access tokens.
pub async fn sign_out(
    visit: Visit,
    onward: Onward,
    headers: HeaderMap,
    Sent(form): Sent<SignOutForm>,
) -> Result<Response, Error> {
    let app = &visit.app;
    for by in presented_sessions(app, &visit.client, &headers).await? {
        let Some(session) = by.session_id() else { continue };
        let actor = visit.client.anonymous().as_user(by.id, &by.name);
        let write = app.write(&actor).await?;
        sessions::end(&write, by.id, session).await?;
        write.commit().await?;
    }
    let onward = onward.or_to(app, &form.return_to);
    let led = match onward.asked() {
        Some(location) => visit.lead_to(location),
        None => visit.done(SIGN_IN, &Flash::new("sign-out-done")),
    };
    Ok((signed_out(&app.config.sessions.cookies), led).into_response())
}
