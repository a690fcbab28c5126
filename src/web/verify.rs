//! The link that proves an address: a page with one button, because scanners open links too.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::page::{GonePage, LinkPart, NoticePage, page, page_of_error, working};
use crate::app::App;
use crate::auth::Client;
use crate::domain::{Change, mailbox};
use crate::email::shown;
use crate::error::Error;
use crate::secret::Kind;

#[derive(Template)]
#[template(path = "pages/verify.html")]
struct VerifyPage;

const GONE: GonePage = GonePage { hint: "Sign in and ask for a new one." };

/// The button.
pub async fn show(State(app): State<App>, LinkPart(link): LinkPart) -> Result<Response, Error> {
    match working(&app, &link, Kind::EmailVerification).await? {
        Some(_) => page(StatusCode::OK, &VerifyPage),
        None => page_of_error(&Error::LinkInvalid, &GONE),
    }
}

/// Proves the address.
pub async fn confirm(
    State(app): State<App>,
    client: Client,
    LinkPart(link): LinkPart,
) -> Result<Response, Error> {
    let Some(link) = working(&app, &link, Kind::EmailVerification).await? else {
        return page_of_error(&Error::LinkInvalid, &GONE);
    };
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    let verified =
        mailbox::verify(Change { txn: &txn, now: app.now(), actor: &actor }, &app.keyring, &link).await;
    match verified {
        Ok(user) => {
            txn.commit().await?;
            let text = format!("{} is confirmed. You can close this page and sign in.", shown(&user.email));
            let done = page(StatusCode::OK, &NoticePage { heading: "Address confirmed", text })?;
            Ok((client.device_cookie(&app, user.id), done).into_response())
        }
        Err(Error::LinkInvalid) => page_of_error(&Error::LinkInvalid, &GONE),
        Err(Error::EmailTaken) => {
            let text = "Another account has this address by now.".to_owned();
            page_of_error(&Error::EmailTaken, &NoticePage { heading: "Address taken", text })
        }
        Err(error) => Err(error),
    }
}
