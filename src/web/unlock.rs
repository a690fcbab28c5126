//! The link that lets the owner of an account in while others guess at its password: a page with one button, because
//! scanners open links too.

use std::borrow::Cow;

use askama::Template;
use axum::response::{IntoResponse as _, Response};

use super::form::Sent;
use super::front::Notice;
use super::link::{LinkForm, working};
use super::visit::Visit;
use crate::auth::sign_in::unlock;
use crate::crypto::secret::SecretKind;
use crate::error::Error;
use crate::http::{Answering, Flash, filters};
use crate::text::email::shown;

#[derive(Template)]
#[template(path = "pages/front/unlock.html")]
struct UnlockPage<'a> {
    link: &'a str,
}

#[derive(Template)]
#[template(path = "pages/front/unlocked.html")]
struct UnlockedPage<'a> {
    email: Cow<'a, str>,
    /// The secret of a link to choose a new password.
    reset: &'a str,
}

/// The button.
pub async fn show(visit: Visit, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&visit.app, form.secret(), SecretKind::Unlock).await? {
        Some(link) => visit.page(&UnlockPage { link: link.reveal() }),
        None => gone(&visit),
    }
}

/// Lets the owner in from this browser and its network, and offers a new password.
pub async fn let_in(
    visit: Visit,
    answering: Answering,
    Sent(form): Sent<LinkForm>,
) -> Result<Response, Error> {
    let (app, client) = (&visit.app, &visit.client);
    let actor = client.anonymous();
    let Some(link) = working(app, form.secret(), SecretKind::Unlock).await? else { return gone(&visit) };
    match unlock(app, &actor, &link).await {
        Ok((user, reset, write)) => {
            let done = visit.page(&UnlockedPage { email: shown(&user.email), reset: reset.reveal() })?;
            let done = visit.tell(done, &Flash::new("unlock-sign-in").with("email", &user.email));
            let done = (client.device_cookie(app, user.id), done).into_response();
            answering.about(user.id).commit(write, done).await
        }
        Err(Error::LinkInvalid) => gone(&visit),
        Err(error @ Error::UserDisabled) => {
            Notice::of_error(&visit, "user-disabled-title", &error).refuse(&visit, &error)
        }
        Err(error) => Err(error),
    }
}

fn gone(visit: &Visit) -> Result<Response, Error> {
    let notice =
        Notice::of(visit, "unlock-gone-title", "unlock-gone-text").then(visit, "reset-gone-again", "/forgot");
    notice.refuse(visit, &Error::LinkInvalid)
}
