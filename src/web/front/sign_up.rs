//! Make an account.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::check_mail::CHECK_MAIL;
use super::onward::Onward;
use crate::auth::Keep;
use crate::auth::sign_in::{NewAccount, Registered, SessionTerms, SignInState, register};
use crate::config::Registration;
use crate::domain::email::Email;
use crate::domain::values::display_name::DisplayName;
use crate::error::{Error, both};
use crate::http::{Answering, Flash, filters};
use crate::password::ProposedPassword;
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;
use crate::web::visit::signed_in;

#[derive(Default, Template)]
#[template(path = "pages/front/sign_up.html")]
struct SignUpPage {
    onward: Onward,
    /// Whether accounts are made by invitation alone.
    closed: bool,
    name: String,
    email: String,
    organisation: String,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignUpForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    organisation: String,
}

impl SignUpForm {
    fn account(&mut self) -> Result<NewAccount, Error> {
        let email = Email::try_from(self.email.trim().to_owned());
        let email = email.map_err(|problem| Error::invalid("/email", problem));
        let password = ProposedPassword::try_from(std::mem::take(&mut self.password));
        let password = password.map_err(|problem| Error::invalid("/password", problem));
        let names = both(named(&self.name, "/name"), named(&self.organisation, "/organisation"));
        let ((name, organisation), (email, password)) = both(names, both(email, password))?;
        Ok(NewAccount { email, password, name, username: None, organisation })
    }
}

/// A name, if one was typed.
fn named(text: &str, pointer: &str) -> Result<Option<DisplayName>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let name = DisplayName::try_from(text.to_owned());
    name.map(Some).map_err(|problem| Error::invalid(pointer, problem))
}

fn closed(visit: &Visit) -> bool {
    matches!(visit.app.config.registration, Registration::Invite | Registration::Closed)
}

/// The form, or how to get invited. Who is signed in already goes on at once.
pub async fn show(visit: Visit, onward: Onward, headers: HeaderMap) -> Result<Response, Error> {
    if signed_in(&visit.app, &visit.client, &headers).await?.is_some() {
        return Ok(visit.lead_to(onward.location()));
    }
    let page = SignUpPage { onward, closed: closed(&visit), ..SignUpPage::default() };
    Ok(page.onward.let_forms_lead_there(visit.page(&page)?))
}

/// Makes the account and signs it in, or asks for a proof of the address first. Then the answer is the same for an address
/// that has an account.
pub async fn sign_up(
    visit: Visit,
    onward: Onward,
    answering: Answering,
    Sent(mut form): Sent<SignUpForm>,
) -> Result<Response, Error> {
    let actor = visit.client.anonymous();
    let made = async {
        let account = form.account()?;
        let terms = SessionTerms::of_page(Keep::Session);
        let (registered, write) = register(&visit.app, &visit.client, &actor, account, terms).await?;
        match registered {
            Registered::SignedIn(state) => {
                let SignInState::Started(started) = *state;
                let cookies = started.cookies(&visit.app, &visit.client);
                let led = (cookies, visit.lead_to(onward.location())).into_response();
                answering.about(started.open.user.id).commit(write, led).await
            }
            Registered::ProofAwaited => {
                let flash = Flash::new("sign-up-sent").with("email", form.email.trim());
                answering.commit(write, visit.done(&onward.through(CHECK_MAIL), &flash)).await
            }
        }
    };
    match made.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let fields = [("email_taken", "email"), ("registration_closed", "email")];
            let (wrong, error) = Wrong::of(&visit, error, &fields)?;
            let SignUpForm { name, email, organisation, .. } = form;
            let page = SignUpPage { closed: closed(&visit), onward, name, email, organisation, wrong };
            Ok(page.onward.let_forms_lead_there(visit.refused(&error, &page)?))
        }
    }
}
