//! The link that proves an address: a page with one button, because scanners open links too.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::link::LinkForm;
use super::page::{GonePage, NoticePage, Sent, page, page_of_error, working};
use crate::app::App;
use crate::auth::Client;
use crate::auth::sign_in::confirm_address;
use crate::crypto::secret::SecretKind;
use crate::error::Error;
use crate::http::filters;
use crate::text::email::shown;

#[derive(Template)]
#[template(path = "pages/verify.html")]
struct VerifyPage<'a> {
    link: &'a str,
}

const GONE: GonePage = GonePage { hint: Cow::Borrowed("Sign in and ask for a new one.") };

/// The button.
pub async fn show(State(app): State<App>, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&app, form.secret(), SecretKind::EmailVerification).await? {
        Some(link) => page(&app, StatusCode::OK, &VerifyPage { link: link.reveal() }),
        None => page_of_error(&app, &Error::LinkInvalid, &GONE),
    }
}

/// Proves the address.
pub async fn confirm(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Sent(form): Sent<LinkForm>,
) -> Result<Response, Error> {
    let Some(link) = working(&app, form.secret(), SecretKind::EmailVerification).await? else {
        return page_of_error(&app, &Error::LinkInvalid, &GONE);
    };
    match confirm_address(&app, &client, &headers, &link).await {
        Ok((user, started)) => {
            let text = format!("{} is confirmed. You can sign in now.", shown(&user.email));
            let done =
                page(&app, StatusCode::OK, &NoticePage { heading: "Address confirmed", text, done: true })?;
            let cookies = match started {
                Some(started) => started.cookies(&app, &client),
                None => client.device_cookie(&app, user.id),
            };
            Ok((cookies, done).into_response())
        }
        Err(Error::LinkInvalid) => page_of_error(&app, &Error::LinkInvalid, &GONE),
        Err(Error::EmailTaken) => {
            let text = "Another account has this address by now.".to_owned();
            page_of_error(
                &app,
                &Error::EmailTaken,
                &NoticePage { heading: "Address taken", text, done: false },
            )
        }
        Err(error) => Err(error),
    }
}
