//! The link to join an organisation: one for people with and without an account.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::link::LinkForm;
use super::page::{GonePage, NoticePage, Sent, page, page_of_error, proposed, too_many};
use crate::app::App;
use crate::auth::sign_in::{Invited, NewMember, SessionTerms, SignInState, Started};
use crate::auth::{Client, Keep, optional_user};
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::onboarding::invitations;
use crate::domain::onboarding::joining::Names;
use crate::domain::session::sign_in as accounts;
use crate::domain::values::display_name::DisplayName;
use crate::error::Error;
use crate::http::filters;
use crate::id::UserId;
use crate::password::PresentedPassword;
use crate::text::email::shown;

const GONE: GonePage = GonePage { hint: Cow::Borrowed("Ask the person who invited you for a new one.") };

/// How the visitor stands to the invited address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visitor {
    SignedIn,
    HasAccount,
    /// With an account whose address was never proven, and whether it has a password.
    Unconfirmed {
        has_password: bool,
    },
    New,
}

#[derive(Template)]
#[template(path = "pages/invite.html")]
struct InvitePage<'a> {
    link: &'a str,
    organisation: &'a str,
    role: &'a str,
    email: Cow<'a, str>,
    visitor: Visitor,
    /// The problem is the new password's, not the one of the account's password.
    new_problem: bool,
    /// The account's password was set for its owner, who has to choose another one.
    change_required: bool,
    name: String,
    problem: Option<String>,
}

impl InvitePage<'_> {
    fn is_signed_in(&self) -> bool {
        self.visitor == Visitor::SignedIn
    }

    fn has_account(&self) -> bool {
        self.visitor == Visitor::HasAccount
    }

    /// Whether there is an account whose address was never proven.
    fn is_unconfirmed(&self) -> bool {
        matches!(self.visitor, Visitor::Unconfirmed { .. })
    }

    /// Whether such an account has a password by which it can be kept.
    fn can_be_kept(&self) -> bool {
        self.visitor == Visitor::Unconfirmed { has_password: true }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct InviteForm {
    #[serde(flatten)]
    link: LinkForm,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
    /// There if the box is ticked.
    remember: Option<String>,
}

impl InviteForm {
    fn keep(&self) -> Keep {
        if self.remember.is_some() { Keep::Session } else { Keep::UntilClosed }
    }
}

struct Found {
    link: Secret,
    invited: Invited,
    visitor: Visitor,
    /// The user who is signed in.
    user: Option<UserId>,
}

impl Found {
    fn page(&self, app: &App) -> Result<Response, Error> {
        page(app, StatusCode::OK, &self.form(String::new(), None, false, false))
    }

    fn page_again(
        &self,
        app: &App,
        form: InviteForm,
        error: &Error,
        problem: String,
    ) -> Result<Response, Error> {
        let new = !form.new_password.is_empty();
        let change_required = matches!(error, Error::PasswordChangeRequired) || new;
        page_of_error(app, error, &self.form(form.name, Some(problem), change_required, new))
    }

    fn form(
        &self,
        name: String,
        problem: Option<String>,
        change_required: bool,
        new_problem: bool,
    ) -> InvitePage<'_> {
        InvitePage {
            link: self.link.reveal(),
            change_required: change_required && !matches!(self.visitor, Visitor::Unconfirmed { .. }),
            organisation: &self.invited.organisation.name,
            role: self.invited.invitation.role.as_str(),
            email: shown(&self.invited.invitation.email),
            visitor: self.visitor,
            new_problem,
            name,
            problem,
        }
    }
}

/// The invitation, or the page to show instead: it is gone, or is for another user than the one who is signed in.
async fn find(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
    link: &str,
) -> Result<Result<Found, Response>, Error> {
    let gone = || Ok(Err(page_of_error(app, &Error::LinkInvalid, &GONE)?));
    let Some(link) = Secret::parse(link).filter(|link| link.kind() == SecretKind::Invitation) else {
        return gone();
    };
    let invited = match Invited::by_link(app, link.reveal()).await {
        Err(Error::LinkInvalid) => return gone(),
        invited => invited?,
    };
    let invitation = &invited.invitation;
    let by = optional_user(app, client, headers).await?;
    // A second press of the button finds it accepted, by the one who presses.
    let mine = by.as_ref().is_some_and(|by| invitation.accepted_by == Some(by.id));
    if !invitation.is_open(app.now()) && !mine {
        return gone();
    }
    if invitation.accepted_at.is_none()
        && !invitations::is_confirmed(app.db.read(), &app.config.permissions, invitation).await?
    {
        let (heading, text) = ("Not confirmed any more", Error::InvitationUnconfirmed.to_string());
        return Ok(Err(page_of_error(
            app,
            &Error::InvitationUnconfirmed,
            &NoticePage { heading, text, done: false },
        )?));
    }
    if let Some(by) = by {
        let account = by.account(app.db.read()).await?.user;
        if account.email_normalised != invitation.email_normalised {
            let text = format!(
                "You are signed in as {}, but this invitation is for {}. Sign out first, or open it in another browser. It stays good.",
                shown(&account.email),
                shown(&invitation.email)
            );
            let notice = NoticePage { heading: "For another address", text, done: false };
            return Ok(Err(page_of_error(app, &Error::InvitationForAnother, &notice)?));
        }
        return Ok(Ok(Found { link, invited, visitor: Visitor::SignedIn, user: Some(by.id) }));
    }
    let account = accounts::find_with_password(app.db.read(), &invitation.email).await?;
    let visitor = match account {
        Some(account) if account.user.email_verified_at.is_some() => Visitor::HasAccount,
        Some(account) => Visitor::Unconfirmed { has_password: account.has_password() },
        None => Visitor::New,
    };
    Ok(Ok(Found { link, invited, visitor, user: None }))
}

/// Who invites to what, and what is needed to join.
pub async fn show(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Sent(form): Sent<LinkForm>,
) -> Result<Response, Error> {
    match find(&app, &client, &headers, form.secret()).await? {
        Ok(found) => found.page(&app),
        Err(instead) => Ok(instead),
    }
}

/// Joins, and signs in a person who was not.
pub async fn accept(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Sent(form): Sent<InviteForm>,
) -> Result<Response, Error> {
    let found = match find(&app, &client, &headers, form.link.secret()).await? {
        Ok(found) => found,
        Err(instead) => return Ok(instead),
    };
    let actor = client.anonymous();
    let joined = match found.user {
        Some(user) => match found.invited.join(&app, &actor, user).await {
            Ok((_, write)) => write.commit().await.map(|()| None),
            Err(error) => Err(error),
        },
        None => sign_in(&app, &client, &found.invited, &form).await.map(Some),
    };
    let started = match joined {
        Ok(started) => started,
        Err(Error::LinkInvalid) => return page_of_error(&app, &Error::LinkInvalid, &GONE),
        Err(Error::TooManyAttempts { retry_after }) => return too_many(&app, retry_after),
        Err(error @ (Error::Internal(_) | Error::StorageUnavailable(_) | Error::Busy)) => return Err(error),
        Err(error) => {
            let problem = match &error {
                Error::WeakPassword(refusal) => refusal.advice(),
                Error::PasswordChangeRequired => {
                    "This password was set for you. Choose one of your own as well.".to_owned()
                }
                Error::AccountUnconfirmed => {
                    "This is not the password of the account. Try again, or choose a new password.".to_owned()
                }
                other => other.to_string(),
            };
            return found.page_again(&app, form, &error, problem);
        }
    };
    let Invited { invitation, organisation } = &found.invited;
    let text = format!("You are {} of {} now, and signed in here.", invitation.role, organisation.name);
    let done = page(&app, StatusCode::OK, &NoticePage { heading: "Welcome", text, done: true })?;
    Ok((started.map(|started| started.cookies(&app, &client)), done).into_response())
}

async fn sign_in(app: &App, client: &Client, invited: &Invited, form: &InviteForm) -> Result<Started, Error> {
    let password = match form.password.as_str() {
        // The form of an account that is to be taken over has the new one alone.
        "" if !form.new_password.is_empty() => None,
        text => {
            let password = PresentedPassword::try_from(text.to_owned());
            Some(password.map_err(|problem| Error::invalid("/password", problem))?)
        }
    };
    let new_password = match form.new_password.as_str() {
        "" => None,
        text => Some(proposed(text.to_owned())?),
    };
    let name = match form.name.trim() {
        "" => None,
        name => Some(name.parse::<DisplayName>().map_err(|problem| Error::invalid("/name", problem))?),
    };
    let names = Names { name, username: None };
    let new = NewMember { password, new_password: new_password.as_ref(), names };
    let (actor, terms) = (client.anonymous(), SessionTerms::of_page(form.keep()));
    let (_, SignInState::Started(started), write) = invited.sign_in(app, client, &actor, new, terms).await?;
    write.commit().await?;
    Ok(started)
}
