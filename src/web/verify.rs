//! The link that proves an address: a page with one button, because scanners open links too.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::page::{GonePage, LinkPart, NoticePage, page, page_of_error};
use crate::api::use_link;
use crate::app::App;
use crate::auth::Client;
use crate::domain::one_time;
use crate::error::Error;
use crate::secret::{Kind, Secret};

#[derive(Template)]
#[template(path = "pages/verify.html")]
struct VerifyPage;

const GONE: GonePage = GonePage { hint: "Sign in and ask for a new one." };

fn parse(link: &str) -> Option<Secret> {
    Secret::parse(link).filter(|link| link.kind() == Kind::EmailVerification)
}

/// The button.
pub async fn show(State(app): State<App>, LinkPart(link): LinkPart) -> Result<Response, Error> {
    let works = match parse(&link) {
        Some(link) => one_time::works(app.db.read(), &app.keyring, &link, app.now()).await?,
        None => false,
    };
    if works { page(StatusCode::OK, &VerifyPage) } else { page_of_error(&Error::LinkInvalid, &GONE) }
}

/// Proves the address.
pub async fn confirm(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    LinkPart(link): LinkPart,
) -> Result<Response, Error> {
    let Some(link) = parse(&link) else { return page_of_error(&Error::LinkInvalid, &GONE) };
    match use_link(&app, &client, &headers, &link).await {
        Ok((user, renewed)) => {
            let text = format!("{} is confirmed. You can close this page and sign in.", user.email);
            let page = page(StatusCode::OK, &NoticePage { heading: "Address confirmed", text })?;
            Ok(match renewed {
                Some(renewed) => (renewed.cookies(&app, &client), page).into_response(),
                None => page,
            })
        }
        Err(Error::LinkInvalid) => page_of_error(&Error::LinkInvalid, &GONE),
        Err(Error::EmailTaken) => {
            let text = "Another account has this address by now.".to_owned();
            page_of_error(&Error::EmailTaken, &NoticePage { heading: "Address taken", text })
        }
        Err(error) => Err(error),
    }
}
