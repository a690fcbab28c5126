//! The link that proves an address: a page with one button, because scanners open links too.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::page::{GonePage, LinkPart, NoticePage, page, page_of_error, working};
use crate::api::use_link;
use crate::app::App;
use crate::auth::{Client, Keep};
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
    headers: HeaderMap,
    LinkPart(link): LinkPart,
) -> Result<Response, Error> {
    let Some(link) = working(&app, &link, Kind::EmailVerification).await? else {
        return page_of_error(&Error::LinkInvalid, &GONE);
    };
    match use_link(&app, &client, &headers, &link).await {
        Ok((user, renewed)) => {
            let text = format!("{} is confirmed. You can close this page and sign in.", shown(&user.email));
            let done = page(StatusCode::OK, &NoticePage { heading: "Address confirmed", text })?;
            let cookies = match renewed {
                Some(renewed) => renewed.cookies(&app, &client, Keep::UntilClosed),
                None => client.device_cookie(&app, user.id),
            };
            Ok((cookies, done).into_response())
        }
        Err(Error::LinkInvalid) => page_of_error(&Error::LinkInvalid, &GONE),
        Err(Error::EmailTaken) => {
            let text = "Another account has this address by now.".to_owned();
            page_of_error(&Error::EmailTaken, &NoticePage { heading: "Address taken", text })
        }
        Err(error) => Err(error),
    }
}
