//! The link to choose a new password.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::page::{GonePage, LinkPart, NoticePage, Sent, chosen, page, page_of_error, too_many, working};
use crate::app::App;
use crate::auth::Client;
use crate::domain::{Change, mailbox, users};
use crate::error::Error;
use crate::secret::Kind;

#[derive(Default, Template)]
#[template(path = "pages/reset.html")]
struct ResetPage {
    problem: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct ResetForm {
    #[serde(default)]
    password: String,
}

const GONE: GonePage = GonePage { hint: "Ask for a new one: it works for 30 minutes." };

/// The form.
pub async fn show(State(app): State<App>, LinkPart(link): LinkPart) -> Result<Response, Error> {
    match working(&app, &link, Kind::PasswordReset).await? {
        Some(_) => page(StatusCode::OK, &ResetPage::default()),
        None => page_of_error(&Error::LinkInvalid, &GONE),
    }
}

/// Sets the password.
pub async fn choose(
    State(app): State<App>,
    client: Client,
    LinkPart(link): LinkPart,
    Sent(form): Sent<ResetForm>,
) -> Result<Response, Error> {
    let Some(link) = working(&app, &link, Kind::PasswordReset).await? else {
        return match client.door(&app).refuse(Error::LinkInvalid).await {
            Error::LinkInvalid => page_of_error(&Error::LinkInvalid, &GONE),
            Error::TooManyAttempts { retry_after } => too_many(retry_after),
            error => Err(error),
        };
    };
    let owner = match mailbox::owner_of(app.db.read(), &app.keyring, &link, app.now()).await {
        Ok(owner) => owner,
        Err(Error::LinkInvalid) => return page_of_error(&Error::LinkInvalid, &GONE),
        Err(error) => return Err(error),
    };
    let context = users::add_names(app.db.read(), app.password_context(&owner.email), &owner).await?;
    let password = match chosen(&app, form.password, &context).await? {
        Ok(password) => password,
        Err(problem) => {
            return page_of_error(&Error::Invalid(Vec::new()), &ResetPage { problem: Some(problem) });
        }
    };
    let new_hash = app.hasher.hash(&password).await?;
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    match mailbox::reset_password(change, &app.keyring, &link, new_hash).await {
        Ok(user) => {
            txn.commit().await?;
            let text = "All your sessions were ended. Sign in with the new password.".to_owned();
            let done = page(StatusCode::OK, &NoticePage { heading: "Password changed", text })?;
            Ok((client.device_cookie(&app, user.id), done).into_response())
        }
        Err(Error::LinkInvalid) => page_of_error(&Error::LinkInvalid, &GONE),
        Err(Error::UserDisabled) => {
            let text = Error::UserDisabled.to_string();
            page_of_error(&Error::UserDisabled, &NoticePage { heading: "Account disabled", text })
        }
        Err(error) => Err(error),
    }
}
