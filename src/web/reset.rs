//! The link to choose a new password.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::link::LinkForm;
use super::page::{
    GonePage, NoticePage, Sent, beside_its_field, page, page_of_error, proposed, too_many, working,
};
use crate::app::App;
use crate::auth::Client;
use crate::auth::sign_in::reset_password;
use crate::crypto::secret::SecretKind;
use crate::error::Error;
use crate::http::filters;

#[derive(Template)]
#[template(path = "pages/reset.html")]
struct ResetPage<'a> {
    link: &'a str,
    problem: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct ResetForm {
    #[serde(flatten)]
    link: LinkForm,
    #[serde(default)]
    password: String,
}

const GONE: GonePage = GonePage { hint: Cow::Borrowed("Ask for a new one: it works for 30 minutes.") };

/// The form.
pub async fn show(State(app): State<App>, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&app, form.secret(), SecretKind::PasswordReset).await? {
        Some(link) => page(&app, StatusCode::OK, &ResetPage { link: link.reveal(), problem: None }),
        None => page_of_error(&app, &Error::LinkInvalid, &GONE),
    }
}

/// Sets the password.
pub async fn choose(
    State(app): State<App>,
    client: Client,
    Sent(form): Sent<ResetForm>,
) -> Result<Response, Error> {
    let Some(link) = working(&app, form.link.secret(), SecretKind::PasswordReset).await? else {
        return refused(&app, client.attempt(&app).refuse(Error::LinkInvalid).await);
    };
    let reset = async { reset_password(&app, &client, link.reveal(), &proposed(form.password)?).await };
    let reset = match reset.await {
        Err(error @ (Error::LinkInvalid | Error::TooManyAttempts { .. } | Error::UserDisabled)) => {
            return refused(&app, error);
        }
        reset => reset,
    };
    match beside_its_field(reset)? {
        Ok(user) => {
            let text = "All your sessions were ended. Sign in with the new password.".to_owned();
            let done =
                page(&app, StatusCode::OK, &NoticePage { heading: "Password changed", text, done: true })?;
            Ok((client.device_cookie(&app, user.id), done).into_response())
        }
        Err(problem) => {
            let again = ResetPage { link: link.reveal(), problem: Some(problem) };
            page_of_error(&app, &Error::Invalid { errors: Vec::new() }, &again)
        }
    }
}

fn refused(app: &App, error: Error) -> Result<Response, Error> {
    match error {
        Error::LinkInvalid => page_of_error(app, &error, &GONE),
        Error::TooManyAttempts { retry_after } => too_many(app, retry_after),
        Error::UserDisabled => {
            let text = error.to_string();
            page_of_error(app, &error, &NoticePage { heading: "Account disabled", text, done: false })
        }
        error => Err(error),
    }
}
