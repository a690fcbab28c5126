//! The setup link: a form that makes the first administrator. Looking at it does not use it up.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::form::{Sent, Wrong};
use super::front::Notice;
use super::link::LinkForm;
use super::visit::Visit;
use crate::app::App;
use crate::auth::Keep;
use crate::auth::sign_in::{SessionTerms, SetUp, SignInState, by_setup_link};
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::account::users::NewUser;
use crate::domain::email::Email;
use crate::domain::key::osmedeus_key::OsmedeusKey;
use crate::domain::onboarding::setup;
use crate::domain::values::display_name::DisplayName;
use crate::error::{Error, both};
use crate::http::{Answering, filters};
use crate::language::ToVariable as _;
use crate::password::ProposedPassword;
use crate::program::command;
use crate::text::email::shown;

/// What was typed, so that nothing needs to be typed twice; and what is wrong with it.
#[derive(Default, Template)]
#[template(path = "pages/front/setup.html")]
struct SetupPage {
    link: String,
    email: String,
    organisation: String,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "pages/front/first_key.html")]
struct FirstKeyPage<'a> {
    email: &'a str,
    organisation: &'a str,
    slug: &'a str,
    organisation_id: String,
    url: &'a str,
    key: &'a str,
    osmedeus_key: Option<&'a str>,
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
pub async fn show(visit: Visit, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match working(&visit.app, form.secret()).await? {
        Some(link) => visit.page(&SetupPage { link: link.reveal().to_owned(), ..SetupPage::default() }),
        None => gone(&visit),
    }
}

/// Makes the first administrator and their first key, and signs them in.
pub async fn create(
    visit: Visit,
    answering: Answering,
    Sent(mut form): Sent<SetupForm>,
) -> Result<Response, Error> {
    let (app, client) = (&visit.app, &visit.client);
    let Some(link) = working(app, form.link.secret()).await? else { return gone(&visit) };
    let anonymous = client.anonymous();
    let made = async {
        let (new, organisation) = administrator(app, &mut form).await?;
        let terms = SessionTerms::of_page(Keep::Session);
        by_setup_link(app, client, &anonymous, &link, new, &organisation, terms).await
    };
    match made.await {
        Ok((made, write)) => {
            let answer = done(&visit, &made)?;
            let answer = answering.about(made.user()).commit(write, answer).await?;
            made.key.iter().for_each(OsmedeusKey::note);
            Ok(answer)
        }
        Err(Error::LinkInvalid) => gone(&visit),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("email_taken", "email")])?;
            let SetupForm { email, organisation, .. } = form;
            visit.refused(&error, &SetupPage { link: link.reveal().to_owned(), email, organisation, wrong })
        }
    }
}

/// The administrator, and the name of their organisation.
async fn administrator(app: &App, form: &mut SetupForm) -> Result<(NewUser, DisplayName), Error> {
    let context = app.password_context(&form.email).and([form.organisation.as_str()]);
    let email = Email::try_from(form.email.trim().to_owned());
    let email = email.map_err(|problem| Error::invalid("/email", problem));
    let organisation = DisplayName::try_from(form.organisation.clone());
    let organisation = organisation.map_err(|problem| Error::invalid("/organisation", problem));
    let password = ProposedPassword::try_from(std::mem::take(&mut form.password));
    let password = password.map_err(|problem| Error::invalid("/password", problem));
    let ((email, organisation), password) = both(both(email, organisation), password)?;
    let password = app.hasher.accept("/password", &password, &context).await?;
    let password_hash = Some(app.hasher.hash(&password).await?);
    let new =
        NewUser { email, username: None, name: None, password_hash, operator: true, email_verified: true };
    Ok((new, organisation))
}

/// The key is shown this one time.
fn done(visit: &Visit, made: &SetUp) -> Result<Response, Error> {
    let SetUp { sign_in: SignInState::Started(started), organisation, first_key, key } = made;
    let page = FirstKeyPage {
        email: &shown(&started.open.user.email),
        organisation: &organisation.name,
        slug: &organisation.slug,
        organisation_id: organisation.id.to_string(),
        url: &visit.app.config.public_url,
        key: first_key.reveal(),
        osmedeus_key: key.as_ref().map(|key| key.secret.reveal()),
    };
    let cookies = started.cookies(&visit.app, &visit.client);
    Ok((cookies, visit.page_with(StatusCode::CREATED, &page)?).into_response())
}

fn gone(visit: &Visit) -> Result<Response, Error> {
    let again = command("setup --link");
    let say = |name: &str| visit.words().say(name, &[("command", again.variable())]);
    Notice::new(say("setup-gone-title"), say("setup-gone-text")).refuse(visit, &Error::LinkInvalid)
}

async fn working(app: &App, link: &str) -> Result<Option<Secret>, Error> {
    let Some(link) = Secret::parse(link).filter(|link| link.kind() == SecretKind::Setup) else {
        return Ok(None);
    };
    let works = setup::link_works(app.db.read(), &app.keyring, &link, app.now()).await?;
    Ok(works.then_some(link))
}
