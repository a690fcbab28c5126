//! The link to choose a new password.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::form::{Sent, Wrong};
use super::front::{Notice, Onward};
use super::link::{LinkForm, working};
use super::visit::Visit;
use crate::auth::sign_in::reset_password;
use crate::crypto::secret::SecretKind;
use crate::error::Error;
use crate::http::{Answering, Flash, filters};
use crate::password::ProposedPassword;

#[derive(Template)]
#[template(path = "pages/front/reset.html")]
struct ResetPage<'a> {
    link: &'a str,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct ResetForm {
    #[serde(flatten)]
    link: LinkForm,
    #[serde(default)]
    password: String,
}

/// The form.
pub async fn show(visit: Visit, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&visit.app, form.secret(), SecretKind::PasswordReset).await? {
        Some(link) => visit.page(&ResetPage { link: link.reveal(), wrong: Wrong::default() }),
        None => refused(&visit, &Error::LinkInvalid),
    }
}

/// Sets the password.
pub async fn choose(
    visit: Visit,
    answering: Answering,
    Sent(form): Sent<ResetForm>,
) -> Result<Response, Error> {
    let (app, client) = (&visit.app, &visit.client);
    let actor = client.anonymous();
    let Some(link) = working(app, form.link.secret(), SecretKind::PasswordReset).await? else {
        return refused(&visit, &client.attempt(app).refuse(Error::LinkInvalid).await);
    };
    let reset = async {
        let password = ProposedPassword::try_from(form.password);
        let password = password.map_err(|problem| Error::invalid("/password", problem))?;
        reset_password(app, client, &actor, link.reveal(), &password).await
    };
    match reset.await {
        Ok((user, write)) => {
            let sign_in = Onward::to_product(app).through(crate::http::SIGN_IN);
            let done = visit.page(
                &Notice::of(&visit, "reset-done-title", "reset-done-text").then(&visit, "sign-in", sign_in),
            )?;
            let done = visit.tell(done, &Flash::new("reset-sign-in").with("email", &user.email));
            let done = (client.device_cookie(app, user.id), done).into_response();
            answering.about(user.id).commit(write, done).await
        }
        Err(error @ (Error::LinkInvalid | Error::TooManyAttempts { .. } | Error::UserDisabled)) => {
            refused(&visit, &error)
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &ResetPage { link: link.reveal(), wrong })
        }
    }
}

fn refused(visit: &Visit, error: &Error) -> Result<Response, Error> {
    let notice = match error {
        Error::LinkInvalid => Notice::of(visit, "reset-gone-title", "reset-gone-text").then(
            visit,
            "reset-gone-again",
            "/forgot",
        ),
        Error::TooManyAttempts { .. } => Notice::of_error(visit, "too-many-attempts-title", error),
        _ => Notice::of_error(visit, "user-disabled-title", error),
    };
    notice.refuse(visit, error)
}
