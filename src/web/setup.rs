//! The setup link: a form that makes the first administrator. Looking at it does not use it up.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::link::LinkForm;
use super::page::{GonePage, Sent, beside_its_field, page, page_of_error, proposed};
use crate::app::App;
use crate::auth::sign_in::{SessionTerms, SetUp, SignInState, by_setup_link};
use crate::auth::{Client, Keep};
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::account::users::NewUser;
use crate::domain::email::Email;
use crate::domain::key::osmedeus_key::OsmedeusKey;
use crate::domain::onboarding::setup;
use crate::domain::values::display_name::DisplayName;
use crate::error::Error;
use crate::http::filters;
use crate::program::command;
use crate::text::email::shown;

/// What was typed, so that nothing needs to be typed twice; and what is wrong with it.
#[derive(Default, Template)]
#[template(path = "pages/setup.html")]
struct SetupPage {
    link: String,
    email: String,
    organisation: String,
    email_problem: Option<String>,
    organisation_problem: Option<String>,
    password_problem: Option<String>,
}

impl SetupPage {
    fn problems(&self) -> bool {
        self.email_problem.is_some() || self.organisation_problem.is_some() || self.password_problem.is_some()
    }
}

#[derive(Template)]
#[template(path = "pages/setup_done.html")]
struct DonePage<'a> {
    email: &'a str,
    organisation: &'a str,
    slug: &'a str,
    url: &'a str,
    docs: bool,
    osmedeus_key: Option<&'a str>,
    create_key: String,
}

fn gone() -> GonePage {
    let setup = command("setup --link");
    GonePage {
        hint: format!("It has been used or is older than 30 minutes. Run `{setup}` for a new one.").into(),
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SetupForm {
    #[serde(flatten)]
    link: LinkForm,
    #[serde(default)]
    email: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    password: String,
}

/// The form, or a word about a link that does not work any more.
pub async fn show(State(app): State<App>, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&app, form.secret()).await? {
        Some(link) => {
            page(&app, StatusCode::OK, &SetupPage { link: link.reveal().to_owned(), ..SetupPage::default() })
        }
        None => page_of_error(&app, &Error::LinkInvalid, &gone()),
    }
}

/// Makes the first administrator and signs them in.
pub async fn create(
    State(app): State<App>,
    client: Client,
    Sent(form): Sent<SetupForm>,
) -> Result<Response, Error> {
    let Some(link) = working(&app, form.link.secret()).await? else {
        return page_of_error(&app, &Error::LinkInvalid, &gone());
    };
    let context = app.password_context(&form.email).and([form.organisation.as_str()]);
    let judged = async { app.hasher.accept("/password", &proposed(form.password)?, &context).await };
    let (email, organisation, password) = (
        Email::try_from(form.email.trim().to_owned()),
        DisplayName::try_from(form.organisation.clone()),
        beside_its_field(judged.await)?,
    );
    let (email, organisation, password) = match (email, organisation, password) {
        (Ok(email), Ok(organisation), Ok(password)) => (email, organisation, password),
        (email, organisation, password) => {
            let again = SetupPage {
                link: link.reveal().to_owned(),
                email: form.email,
                organisation: form.organisation,
                email_problem: email.err().map(str::to_owned),
                organisation_problem: organisation.err(),
                password_problem: password.err(),
            };
            return page_of_error(&app, &Error::Invalid { errors: Vec::new() }, &again);
        }
    };
    let password_hash = app.hasher.hash(&password).await?;
    let new = NewUser {
        email,
        username: None,
        name: None,
        password_hash: Some(password_hash),
        operator: true,
        email_verified: true,
    };
    let terms = SessionTerms::of_page(Keep::Session);
    let SetUp { sign_in: SignInState::Started(started), organisation, key } =
        match by_setup_link(&app, &client, &link, new, &organisation, terms).await {
            Ok(made) => made,
            Err(Error::LinkInvalid) => return page_of_error(&app, &Error::LinkInvalid, &gone()),
            Err(Error::EmailTaken) => {
                let again = SetupPage {
                    link: link.reveal().to_owned(),
                    email: form.email,
                    organisation: form.organisation,
                    email_problem: Some("an account with this address exists already".to_owned()),
                    ..SetupPage::default()
                };
                return page_of_error(&app, &Error::EmailTaken, &again);
            }
            Err(error) => return Err(error),
        };
    key.iter().for_each(OsmedeusKey::note);
    let done = DonePage {
        email: &shown(&started.open.user.email),
        organisation: &organisation.name,
        slug: &organisation.slug,
        url: &app.config.public_url,
        docs: app.config.docs,
        osmedeus_key: key.as_ref().map(|key| key.secret.reveal()),
        create_key: command("key create"),
    };
    Ok((started.cookies(&app, &client), page(&app, StatusCode::CREATED, &done)?).into_response())
}

async fn working(app: &App, link: &str) -> Result<Option<Secret>, Error> {
    let Some(link) = Secret::parse(link).filter(|link| link.kind() == SecretKind::Setup) else {
        return Ok(None);
    };
    let works = setup::link_works(app.db.read(), &app.keyring, &link, app.now()).await?;
    Ok(works.then_some(link))
}
