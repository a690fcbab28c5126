//! The link that lets the owner of an account in while others guess at its password: a page with one button, because
//! scanners open links too.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::link::LinkForm;
use super::page::{GonePage, NoticePage, Sent, page, working};
use crate::app::App;
use crate::auth::Client;
use crate::auth::sign_in::unlock;
use crate::crypto::secret::SecretKind;
use crate::error::Error;
use crate::http::filters;

#[derive(Template)]
#[template(path = "pages/unlock.html")]
struct UnlockPage<'a> {
    link: &'a str,
}

#[derive(Template)]
#[template(path = "pages/unlocked.html")]
struct UnlockedPage<'a> {
    email: &'a str,
    /// The secret of a link to choose a new password.
    reset: &'a str,
}

const GONE: GonePage = GonePage {
    hint: Cow::Borrowed("If you still have to wait, ask for a new password: that lets you in, too."),
};

/// The button.
pub async fn show(State(app): State<App>, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&app, form.secret(), SecretKind::Unlock).await? {
        Some(link) => page(&app, StatusCode::OK, &UnlockPage { link: link.reveal() }),
        None => page(&app, StatusCode::GONE, &GONE),
    }
}

/// Lets the owner in from this browser and its network, and offers a new password.
pub async fn let_in(
    State(app): State<App>,
    client: Client,
    Sent(form): Sent<LinkForm>,
) -> Result<Response, Error> {
    let Some(link) = working(&app, form.secret(), SecretKind::Unlock).await? else {
        return page(&app, StatusCode::GONE, &GONE);
    };
    match unlock(&app, &client, &link).await {
        Ok((user, reset)) => {
            let done =
                page(&app, StatusCode::OK, &UnlockedPage { email: &user.email, reset: reset.reveal() })?;
            Ok((client.device_cookie(&app, user.id), done).into_response())
        }
        Err(Error::LinkInvalid) => page(&app, StatusCode::GONE, &GONE),
        Err(Error::UserDisabled) => {
            let text = Error::UserDisabled.to_string();
            page(&app, StatusCode::FORBIDDEN, &NoticePage { heading: "Account disabled", text, done: false })
        }
        Err(error) => Err(error),
    }
}
