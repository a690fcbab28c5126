//! Delete the account.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::password_field;
use crate::auth::{SignedIn, delete_own_account, signed_out};
use crate::error::{Error, LastAdminOf};
use crate::http::{Flash, filters};
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/account/delete.html")]
struct DeletePage {
    email: String,
    has_password: bool,
    /// Where the user is the last admin.
    held_by: Vec<LastAdminOf>,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct DeleteForm {
    password: Option<String>,
}

/// What it means, and the form.
pub async fn show(visit: Visit, caller: SignedIn) -> Result<Response, Error> {
    visit.page(&page(&visit, &caller, Vec::new(), Wrong::default()).await?)
}

/// Deletes it.
pub async fn delete(visit: Visit, caller: SignedIn, Sent(form): Sent<DeleteForm>) -> Result<Response, Error> {
    let deleted = async {
        let password = form.password.map(|typed| password_field::current("/password", typed)).transpose()?;
        delete_own_account(&visit.app, &visit.client, &caller, password.as_ref()).await
    };
    match deleted.await {
        Ok(()) => {
            let cookies = signed_out(&visit.app.config.sessions.cookies);
            Ok((cookies, visit.done("/sign-in", &Flash::new("account-deleted"))).into_response())
        }
        Err(error) => {
            let held_by =
                if let Error::LastAdminOf { organisations } = &error { organisations.clone() } else { Vec::new() };
            let (wrong, error) = Wrong::of(&visit, error, &[("wrong_password", "password")])?;
            visit.refused(&error, &page(&visit, &caller, held_by, wrong).await?)
        }
    }
}

async fn page(
    visit: &Visit,
    caller: &SignedIn,
    held_by: Vec<LastAdminOf>,
    wrong: Wrong,
) -> Result<DeletePage, Error> {
    let account = caller.by.account(visit.app.db.read()).await?;
    let email = crate::text::email::shown(&account.user.email).into_owned();
    Ok(DeletePage { email, has_password: account.has_password(), held_by, wrong })
}
