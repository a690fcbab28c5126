//! The link to choose a new password.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::page::{GonePage, LinkPart, NoticePage, Sent, chosen, page, page_of_error, too_many};
use crate::app::App;
use crate::auth::Client;
use crate::domain::{Change, mailbox, one_time, users};
use crate::error::Error;
use crate::secret::{Kind, Secret};

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

async fn working(app: &App, link: &str) -> Result<Option<Secret>, Error> {
    let Some(link) = Secret::parse(link).filter(|link| link.kind() == Kind::PasswordReset) else {
        return Ok(None);
    };
    let works = one_time::works(app.db.read(), &app.keyring, &link, app.now()).await?;
    Ok(works.then_some(link))
}

/// The form.
pub async fn show(State(app): State<App>, LinkPart(link): LinkPart) -> Result<Response, Error> {
    match working(&app, &link).await? {
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
    let found = async { working(&app, &link).await?.ok_or(Error::LinkInvalid) };
    let link = match client.door(&app).guess(None, found).await {
        Ok(link) => link,
        Err(Error::LinkInvalid) => return page_of_error(&Error::LinkInvalid, &GONE),
        Err(Error::TooManyAttempts { retry_after }) => return too_many(retry_after),
        Err(error) => return Err(error),
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
        Ok(_) => {
            txn.commit().await?;
            let text = "All your sessions were ended. Sign in with the new password.".to_owned();
            page(StatusCode::OK, &NoticePage { heading: "Password changed", text })
        }
        Err(Error::LinkInvalid) => page_of_error(&Error::LinkInvalid, &GONE),
        Err(Error::UserDisabled) => {
            let text = Error::UserDisabled.to_string();
            page_of_error(&Error::UserDisabled, &NoticePage { heading: "Account disabled", text })
        }
        Err(error) => Err(error),
    }
}
