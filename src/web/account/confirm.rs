//! Prove once more who you are: where sensitive pages lead to whose session has proved it too long ago.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::password_field;
use crate::auth::sign_in::{RenewalTerms, Started, reauthenticate_by_password};
use crate::auth::{Keep, ReturnTo, SignedIn};
use crate::error::Error;
use crate::http::filters;
use crate::web::form::{Sent, Wrong};
use crate::web::query::Query;
use crate::web::visit::Visit;

/// Where it goes on without `next`.
const ACCOUNT: &str = "/account";

#[derive(Template)]
#[template(path = "pages/account/confirm.html")]
struct ConfirmPage {
    email: String,
    has_password: bool,
    next: String,
    wrong: Wrong,
}

/// Where the user was going to.
#[derive(Deserialize)]
pub struct Destination {
    #[serde(default)]
    next: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// The form; who has just proved it goes on at once.
pub async fn show(
    visit: Visit,
    caller: SignedIn,
    Query(destination): Query<Destination>,
) -> Result<Response, Error> {
    let next = ReturnTo::own(&visit.app.config, &destination.next);
    match next.as_ref().map(ReturnTo::location) {
        Some(next) if caller.by.check_fresh(&visit.app).is_ok() => Ok(visit.lead_to(next)),
        next => visit.page(&page(&visit, &caller, next, Wrong::default()).await?),
    }
}

/// Takes the proof, and goes on with a new session in the place of the one before.
pub async fn confirm(
    visit: Visit,
    caller: SignedIn,
    Sent(form): Sent<ConfirmForm>,
) -> Result<Response, Error> {
    let next = ReturnTo::own(&visit.app.config, &form.next);
    let next = next.as_ref().map(ReturnTo::location);
    match prove(&visit, &caller, form.password).await {
        Ok(started) => {
            let cookies = started.cookies(&visit.app, &visit.client);
            Ok((cookies, visit.lead_to(next.unwrap_or(ACCOUNT))).into_response())
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("wrong_password", "password")])?;
            visit.refused(&error, &page(&visit, &caller, next, wrong).await?)
        }
    }
}

async fn prove(visit: &Visit, caller: &SignedIn, password: String) -> Result<Started, Error> {
    let password = password_field::current("/password", password)?;
    reauthenticate_by_password(&visit.app, &visit.client, caller, &password, ON_A_PAGE).await
}

/// What a page asks of the session that takes the place of its own.
pub const ON_A_PAGE: RenewalTerms =
    RenewalTerms { cookie_alone: false, with_cookie: true, keep: Keep::Session };

async fn page(
    visit: &Visit,
    caller: &SignedIn,
    next: Option<&str>,
    wrong: Wrong,
) -> Result<ConfirmPage, Error> {
    let account = caller.by.account(visit.app.db.read()).await?;
    let email = crate::text::email::shown(&account.user.email).into_owned();
    let next = next.unwrap_or_default().to_owned();
    Ok(ConfirmPage { email, has_password: account.has_password(), next, wrong })
}
