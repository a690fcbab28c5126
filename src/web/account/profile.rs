//! My profile: name, username, address.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::SignedIn;
use crate::clock::Timestamp;
use crate::domain::account::users;
use crate::domain::journal::mail::{self, Mail};
use crate::domain::values::change::Change;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::username::Username;
use crate::error::Error;
use crate::http::{Answering, Flash, filters};
use crate::id::UserId;
use crate::text::email;
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

const PROFILE: &str = "/account";

#[derive(Template)]
#[template(path = "pages/account/profile.html")]
struct ProfilePage {
    id: UserId,
    name: String,
    username: Option<String>,
    email: String,
    verified: bool,
    can_send: bool,
    since: Timestamp,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "pages/account/username.html")]
struct UsernamePage {
    username: String,
    wrong: Wrong,
}

/// What the form of the profile sends.
#[derive(Deserialize)]
pub struct ProfileForm {
    #[serde(default)]
    name: String,
}

/// What the form of the username sends.
#[derive(Deserialize)]
pub struct UsernameForm {
    #[serde(default)]
    username: String,
}

/// The profile.
pub async fn show(visit: Visit, caller: SignedIn) -> Result<Response, Error> {
    visit.page(&page(&visit, &caller, None, Wrong::default()).await?)
}

/// Changes the name.
pub async fn save(visit: Visit, caller: SignedIn, Sent(form): Sent<ProfileForm>) -> Result<Response, Error> {
    let saved = async {
        let name =
            DisplayName::try_from(form.name.clone()).map_err(|problem| Error::invalid("/name", problem))?;
        let write = visit.app.write(&caller.actor).await?;
        let user = users::lock(&write, caller.by.id).await?;
        users::update(&write, user, Some(name), Change::Keep).await?;
        write.commit().await?;
        Ok(visit.done(PROFILE, &Flash::new("profile-saved")))
    };
    match saved.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &page(&visit, &caller, Some(form.name), wrong).await?)
        }
    }
}

/// The form of the username.
pub async fn show_username(visit: Visit, caller: SignedIn) -> Result<Response, Error> {
    let account = caller.by.account(visit.app.db.read()).await?;
    let username = account.user.username.unwrap_or_default();
    visit.page(&UsernamePage { username, wrong: Wrong::default() })
}

/// Changes the username; an empty one takes it away.
pub async fn save_username(
    visit: Visit,
    SignedIn { by, actor }: SignedIn,
    Sent(form): Sent<UsernameForm>,
) -> Result<Response, Error> {
    let saved = async {
        let username = match form.username.trim() {
            "" => Change::TakeAway,
            text => Change::To(
                Username::try_from(text.to_owned())
                    .map_err(|problem| Error::invalid("/username", problem))?,
            ),
        };
        let write = visit.app.write(&actor).await?;
        let user = users::lock(&write, by.id).await?;
        users::update(&write, user, None, username).await?;
        write.commit().await?;
        Ok(visit.done(PROFILE, &Flash::new("profile-saved")))
    };
    match saved.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("username_taken", "username")])?;
            visit.refused(&error, &UsernamePage { username: form.username, wrong })
        }
    }
}

/// Sends the mail that proves the address once more.
pub async fn resend(
    visit: Visit,
    SignedIn { by, actor }: SignedIn,
    answering: Answering,
) -> Result<Response, Error> {
    visit.app.needs_mail()?;
    let address = email::normalise(&by.email);
    let write = visit.app.write(&actor).await?;
    mail::enqueue_for_owner(&write, &address, Mail::VerifyEmail).await?;
    let flash = Flash::new("profile-mail-sent").with("email", &email::shown(&by.email));
    answering.commit(write, visit.done(PROFILE, &flash)).await
}

async fn page(
    visit: &Visit,
    caller: &SignedIn,
    typed: Option<String>,
    wrong: Wrong,
) -> Result<ProfilePage, Error> {
    let user = caller.by.account(visit.app.db.read()).await?.user;
    Ok(ProfilePage {
        id: user.id,
        name: typed.unwrap_or(user.name),
        username: user.username,
        email: email::shown(&user.email).into_owned(),
        verified: user.email_verified_at.is_some(),
        can_send: visit.app.needs_mail().is_ok(),
        since: user.created_at,
        wrong,
    })
}
