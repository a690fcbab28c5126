//! My security: what happened lately, password, address, links with other issuers.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::confirm::ON_A_PAGE;
use super::lately::Lately;
use super::password_field;
use crate::auth::sign_in::replace_password;
use crate::auth::{SignedIn, ask_for_new_email};
use crate::clock::Timestamp;
use crate::domain::email::Email;
use crate::domain::identities;
use crate::error::{Error, both};
use crate::http::{Answering, Flash, filters};
use crate::id::UserId;
use crate::views::identities::Identity;
use crate::views::{self, ListOrder, PageRequest};
use crate::web::form::{Sent, Wrong};
use crate::web::query::Query;
use crate::web::visit::Visit;

const SECURITY: &str = "/account/security";
/// An account has one identity an issuer at most.
const MOST_IDENTITIES: u64 = 100;

#[derive(Template)]
#[template(path = "pages/account/security.html")]
struct SecurityPage {
    lately: Lately,
    has_password: bool,
    password_changed_at: Option<Timestamp>,
    email: String,
    verified: bool,
    identities: Vec<Identity>,
}

#[derive(Template)]
#[template(path = "pages/account/password.html")]
struct PasswordPage {
    email: String,
    has_password: bool,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "pages/account/email.html")]
struct EmailPage {
    current: String,
    email: String,
    asks_for_password: bool,
    can_send: bool,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "pages/account/unlink.html")]
struct UnlinkPage {
    issuer: String,
    wrong: Wrong,
}

/// What the form of the password sends.
#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

/// What the form of the address sends.
#[derive(Deserialize)]
pub struct EmailForm {
    #[serde(default)]
    email: String,
    password: Option<String>,
}

/// Which issuer.
#[derive(Deserialize)]
pub struct OfIssuer {
    #[serde(default)]
    issuer: String,
}

/// The page.
pub async fn show(visit: Visit, SignedIn { by, .. }: SignedIn) -> Result<Response, Error> {
    let db = visit.app.db.read();
    let account = by.account(db).await?;
    let lately = Lately::of(db, by.id, visit.words(), visit.app.now()).await?;
    let identities = linked(&visit, by.id).await?;
    visit.page(&SecurityPage {
        lately,
        has_password: account.has_password(),
        password_changed_at: account.user.password_changed_at,
        email: crate::text::email::shown(&account.user.email).into_owned(),
        verified: account.user.email_verified_at.is_some(),
        identities,
    })
}

/// The form of the password.
pub async fn show_password(visit: Visit, caller: SignedIn) -> Result<Response, Error> {
    visit.page(&password_page(&visit, &caller, Wrong::default()).await?)
}

/// Changes the password.
pub async fn change_password(
    visit: Visit,
    caller: SignedIn,
    Sent(form): Sent<PasswordForm>,
) -> Result<Response, Error> {
    let changed = async {
        let current = password_field::current("/current_password", form.current_password);
        let (current, new) = both(current, password_field::new("/new_password", form.new_password))?;
        replace_password(&visit.app, &visit.client, &caller, &current, &new, ON_A_PAGE).await
    };
    match changed.await {
        Ok(started) => {
            let done = visit.done(SECURITY, &Flash::new("password-changed"));
            let cookies = match started {
                Some(started) => started.cookies(&visit.app, &visit.client),
                None => visit.client.device_cookie(&visit.app, caller.by.id),
            };
            Ok((cookies, done).into_response())
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("wrong_password", "current_password")])?;
            visit.refused(&error, &password_page(&visit, &caller, wrong).await?)
        }
    }
}

async fn password_page(visit: &Visit, caller: &SignedIn, wrong: Wrong) -> Result<PasswordPage, Error> {
    let account = caller.by.account(visit.app.db.read()).await?;
    Ok(PasswordPage { has_password: account.has_password(), email: account.user.email, wrong })
}

/// The form of the address.
pub async fn show_email(visit: Visit, caller: SignedIn) -> Result<Response, Error> {
    visit.page(&email_page(&visit, &caller, String::new(), Wrong::default()))
}

/// Asks for another address; it counts once the link in the mail is used.
pub async fn change_email(
    visit: Visit,
    caller: SignedIn,
    answering: Answering,
    Sent(form): Sent<EmailForm>,
) -> Result<Response, Error> {
    let asked = async {
        let password = form.password.map(|typed| password_field::current("/password", typed)).transpose();
        let email = Email::try_from(form.email.clone()).map_err(|problem| Error::invalid("/email", problem));
        let (email, password) = both(email, password)?;
        let write = ask_for_new_email(&visit.app, &visit.client, &caller, &email, password.as_ref()).await?;
        let flash = Flash::new("email-asked").with("email", email.as_str());
        answering.commit(write, visit.done(SECURITY, &flash)).await
    };
    match asked.await {
        Ok(done) => Ok(done),
        Err(Error::MailUnavailable) => {
            let mut wrong = Wrong::default();
            wrong.put("", &visit.words().say("email-no-mail", &[]));
            visit.refused(&Error::MailUnavailable, &email_page(&visit, &caller, form.email, wrong))
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("wrong_password", "password")])?;
            visit.refused(&error, &email_page(&visit, &caller, form.email, wrong))
        }
    }
}

fn email_page(visit: &Visit, caller: &SignedIn, email: String, wrong: Wrong) -> EmailPage {
    EmailPage {
        current: crate::text::email::shown(&caller.by.email).into_owned(),
        email,
        // With that turned off a proof is never recent.
        asks_for_password: visit.app.config.sessions.fresh_within.is_zero(),
        can_send: visit.app.needs_mail().is_ok(),
        wrong,
    }
}

/// Asks before a link with an issuer is ended.
pub async fn ask_to_unlink(
    visit: Visit,
    SignedIn { by, .. }: SignedIn,
    Query(which): Query<OfIssuer>,
) -> Result<Response, Error> {
    let linked = linked(&visit, by.id).await?;
    match linked.into_iter().find(|known| known.issuer == which.issuer) {
        Some(known) => visit.page(&UnlinkPage { issuer: known.issuer, wrong: Wrong::default() }),
        // It was ended meanwhile, in another tab.
        None => Ok(visit.lead_to(SECURITY)),
    }
}

async fn linked(visit: &Visit, user: UserId) -> Result<Vec<Identity>, Error> {
    let all = PageRequest { limit: MOST_IDENTITIES, order: ListOrder::Oldest, after: None };
    Ok(views::identities::list(visit.app.db.read(), user, &all).await?.data)
}

/// Ends the link.
pub async fn unlink(
    visit: Visit,
    SignedIn { by, actor }: SignedIn,
    Sent(form): Sent<OfIssuer>,
) -> Result<Response, Error> {
    let unlinked = async {
        let write = visit.app.write(&actor).await?;
        let admitted = |issuer: &str| visit.app.issuers.admit(Some(issuer));
        identities::unlink_own(&write, by.id, &form.issuer, admitted).await?;
        write.commit().await?;
        Ok(visit.done(SECURITY, &Flash::new("identity-unlinked").with("issuer", &form.issuer)))
    };
    match unlinked.await {
        Ok(done) => Ok(done),
        Err(Error::NotFound) => Ok(visit.lead_to(SECURITY)),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &UnlinkPage { issuer: form.issuer, wrong })
        }
    }
}
