//! The link that proves an address: a page with one button, because scanners open links too.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};

use super::form::Sent;
use super::front::{Notice, Onward};
use super::link::{LinkForm, working};
use super::visit::{Visit, signed_in};
use crate::auth::sign_in::confirm_address;
use crate::crypto::secret::SecretKind;
use crate::error::Error;
use crate::http::{Answering, Flash, SIGN_IN, filters};
use crate::language::ToVariable as _;
use crate::text::email::shown;

#[derive(Template)]
#[template(path = "pages/front/verify.html")]
struct VerifyPage<'a> {
    link: &'a str,
}

/// The button.
pub async fn show(visit: Visit, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&visit.app, form.secret(), SecretKind::EmailVerification).await? {
        Some(link) => visit.page(&VerifyPage { link: link.reveal() }),
        None => gone(&visit),
    }
}

/// Proves the address.
pub async fn confirm(
    visit: Visit,
    headers: HeaderMap,
    answering: Answering,
    Sent(form): Sent<LinkForm>,
) -> Result<Response, Error> {
    let (app, client) = (&visit.app, &visit.client);
    let actor = client.anonymous();
    let Some(link) = working(app, form.secret(), SecretKind::EmailVerification).await? else {
        return gone(&visit);
    };
    // Before a new address ends its session, and puts another one in its place.
    let by = signed_in(app, client, &headers).await?;
    match confirm_address(app, client, &actor, &headers, &link).await {
        Ok((user, started, write)) => {
            let email = shown(&user.email);
            let text = visit.words().say("verify-done-text", &[("email", email.variable())]);
            let done = Notice::new(visit.words().say("verify-done-title", &[]), text);
            let is_signed_in = started.is_some() || by.is_some_and(|by| by.id == user.id);
            let done = if is_signed_in {
                visit.page(&done.then(&visit, "go-on", "/"))?
            } else {
                let sign_in = Onward::to_product(app).through(SIGN_IN);
                let done = visit.page(&done.then(&visit, "sign-in", sign_in))?;
                visit.tell(done, &Flash::new("verify-sign-in").with("email", &user.email))
            };
            let cookies = match started {
                Some(started) => started.cookies(app, client),
                None => client.device_cookie(app, user.id),
            };
            answering.about(user.id).commit(write, (cookies, done).into_response()).await
        }
        Err(Error::LinkInvalid) => gone(&visit),
        Err(error @ Error::EmailTaken) => {
            Notice::of(&visit, "verify-taken-title", "verify-taken-text").refuse(&visit, &error)
        }
        Err(error) => Err(error),
    }
}

fn gone(visit: &Visit) -> Result<Response, Error> {
    let notice = Notice::of(visit, "verify-gone-title", "verify-gone-text").then(
        visit,
        "reset-gone-again",
        "/verify/again",
    );
    notice.refuse(visit, &Error::LinkInvalid)
}
