//! Sign in, by e-mail address or username and password.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::onward::Onward;
use crate::app::App;
use crate::auth::Keep;
use crate::auth::sign_in::{PasswordSignIn, SessionTerms, SignInState, by_password};
use crate::config::Registration;
use crate::error::Error;
use crate::http::{AGAIN, filters};
use crate::password::{PresentedPassword, ProposedPassword};
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;
use crate::web::visit::signed_in;

/// What the form asks for besides the usual, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Usual,
    /// An admin has ended the session in the organisation that the visitor wants to see.
    Again,
    /// The address may be unproven, and a mail can be sent again.
    MayBeUnproven,
    /// The password was set for its owner, who has to choose another one.
    ChangeRequired,
}

#[derive(Template)]
#[template(path = "pages/front/sign_in.html")]
struct SignInPage {
    onward: Onward,
    name: String,
    remember: bool,
    case: Case,
    may_sign_up: bool,
    wrong: Wrong,
}

impl SignInPage {
    fn new(app: &App, onward: Onward, name: String) -> Self {
        let may_sign_up = matches!(app.config.registration, Registration::Open | Registration::Domain);
        Self { onward, name, remember: true, case: Case::Usual, may_sign_up, wrong: Wrong::default() }
    }

    fn again(&self) -> bool {
        self.case == Case::Again
    }

    fn may_be_unproven(&self) -> bool {
        self.case == Case::MayBeUnproven
    }

    fn change_required(&self) -> bool {
        self.case == Case::ChangeRequired
    }

    /// A visitor whose name is known types the password next.
    fn focus_on_password(&self) -> &'static str {
        if self.name.is_empty() { "" } else { "autofocus" }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
    /// There if the box is ticked.
    remember: Option<String>,
}

impl SignInForm {
    fn passwords(&mut self) -> Result<(PresentedPassword, Option<ProposedPassword>), Error> {
        let password = PresentedPassword::try_from(std::mem::take(&mut self.password))
            .map_err(|problem| Error::invalid("/password", problem))?;
        let new_password = match self.new_password.as_str() {
            "" => None,
            text => Some(
                ProposedPassword::try_from(text.to_owned())
                    .map_err(|problem| Error::invalid("/new_password", problem))?,
            ),
        };
        Ok((password, new_password))
    }
}

/// The form. Who is signed in already goes on at once.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    onward: Onward,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let again = address
        .query()
        .is_some_and(|query| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == AGAIN));
    if !again && signed_in(&app, &visit.client, &headers).await?.is_some() {
        return Ok(visit.lead_to(onward.location()));
    }
    let name = visit.told("email").unwrap_or_default().to_owned();
    let case = if again { Case::Again } else { Case::Usual };
    let page = SignInPage { case, ..SignInPage::new(&app, onward, name) };
    Ok(page.onward.let_forms_lead_there(visit.page(&page)?))
}

/// Starts the session, in the place of the one that the browser had.
pub async fn sign_in(
    visit: Visit,
    onward: Onward,
    Sent(mut form): Sent<SignInForm>,
) -> Result<Response, Error> {
    let keep = if form.remember.is_some() { Keep::Session } else { Keep::UntilClosed };
    let proven = async {
        let (password, new_password) = form.passwords()?;
        let given = PasswordSignIn {
            name: &form.name,
            password: &password,
            new_password: new_password.as_ref(),
            organisation: None,
        };
        by_password(&visit.app, &visit.client, given, SessionTerms::of_page(keep)).await
    };
    match proven.await {
        Ok(SignInState::Started(started)) => {
            let cookies = started.cookies(&visit.app, &visit.client);
            Ok((cookies, visit.lead_to(onward.location())).into_response())
        }
        Err(error) => refused(&visit, onward, form, error),
    }
}

/// The form again. Unknown users and wrong passwords are told in the same words.
fn refused(visit: &Visit, onward: Onward, form: SignInForm, error: Error) -> Result<Response, Error> {
    let app = &visit.app;
    let case = match &error {
        Error::InvalidLogin if app.config.verify_email_required => Case::MayBeUnproven,
        Error::PasswordChangeRequired => Case::ChangeRequired,
        _ if !form.new_password.is_empty() => Case::ChangeRequired,
        _ => Case::Usual,
    };
    let (wrong, error) = if matches!(error, Error::InvalidLogin) {
        (Wrong::whole_form(visit.words().say("sign-in-wrong", &[])), error)
    } else {
        Wrong::of(visit, error, &[])?
    };
    let remember = form.remember.is_some();
    let page = SignInPage { remember, case, wrong, ..SignInPage::new(app, onward, form.name) };
    Ok(page.onward.let_forms_lead_there(visit.refused(&error, &page)?))
}
