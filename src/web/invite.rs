//! The link to join an organisation: one for people with and without an account.

use std::borrow::Cow;

use askama::Template;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::form::{Sent, Wrong};
use super::front::Notice;
use super::link::LinkForm;
use super::visit::Visit;
use crate::app::App;
use crate::auth::sign_in::{Invited, NewMember, SessionTerms, SignInState, Started};
use crate::auth::{Client, Keep, optional_user};
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::Write;
use crate::domain::journal::audit::Actor;
use crate::domain::onboarding::invitations;
use crate::domain::onboarding::joining::Names;
use crate::domain::session::sign_in as accounts;
use crate::domain::values::display_name::DisplayName;
use crate::error::Error;
use crate::http::{Answering, filters};
use crate::id::UserId;
use crate::language::ToVariable as _;
use crate::password::{PresentedPassword, ProposedPassword};
use crate::text::email::shown;

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
#[template(path = "pages/front/invite.html")]
struct InvitePage<'a> {
    link: &'a str,
    organisation: &'a str,
    role: &'a str,
    email: Cow<'a, str>,
    visitor: Visitor,
    /// The account's password was set for its owner, who has to choose another one.
    change_required: bool,
    typed: Typed,
    wrong: Wrong,
}

/// What comes back with the form.
struct Typed {
    name: String,
    remember: bool,
}

/// The visitor is signed in with another address.
#[derive(Template)]
#[template(path = "pages/front/other_address.html")]
struct OtherAddressPage<'a> {
    organisation: &'a str,
    mine: Cow<'a, str>,
    invited: Cow<'a, str>,
    /// Where to come back to once signed out.
    back: String,
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
    fn form(&self, typed: Typed, wrong: Wrong, change_required: bool) -> InvitePage<'_> {
        InvitePage {
            link: self.link.reveal(),
            change_required: change_required && !matches!(self.visitor, Visitor::Unconfirmed { .. }),
            organisation: &self.invited.organisation.name,
            role: self.invited.invitation.role.as_str(),
            email: shown(&self.invited.invitation.email),
            visitor: self.visitor,
            typed,
            wrong,
        }
    }
}

/// The invitation, or the page to show instead: it is gone, or is for another user than the one who is signed in.
async fn find(visit: &Visit, headers: &HeaderMap, link: &str) -> Result<Result<Found, Response>, Error> {
    let (app, db) = (&visit.app, visit.app.db.read());
    let Some(link) = Secret::parse(link).filter(|link| link.kind() == SecretKind::Invitation) else {
        return gone(visit, None).map(Err);
    };
    let invited = match Invited::by_link(app, link.reveal()).await {
        Err(Error::LinkInvalid) => return gone(visit, None).map(Err),
        invited => invited?,
    };
    let invitation = &invited.invitation;
    let by = optional_user(app, &visit.client, headers).await?;
    // A second press of the button finds it accepted, by the one who presses.
    let mine = by.as_ref().is_some_and(|by| invitation.accepted_by == Some(by.id));
    if !invitation.is_open(app.now()) && !mine {
        return gone(visit, Some(&invited)).map(Err);
    }
    if invitation.accepted_at.is_none()
        && !invitations::is_confirmed(db, &app.config.permissions, invitation).await?
    {
        let error = Error::InvitationUnconfirmed;
        return Notice::of_error(visit, "invite-unconfirmed-title", &error).refuse(visit, &error).map(Err);
    }
    if let Some(by) = by {
        let account = by.account(db).await?.user;
        if account.email_normalised != invitation.email_normalised {
            let page = OtherAddressPage {
                organisation: &invited.organisation.name,
                mine: shown(&account.email),
                invited: shown(&invitation.email),
                back: format!("/invite#{}", link.reveal()),
            };
            return visit.refused(&Error::InvitationForAnother, &page).map(Err);
        }
        return Ok(Ok(Found { link, invited, visitor: Visitor::SignedIn, user: Some(by.id) }));
    }
    let account = accounts::find_with_password(db, &invitation.email).await?;
    let visitor = match account {
        Some(account) if account.user.email_verified_at.is_some() => Visitor::HasAccount,
        Some(account) => Visitor::Unconfirmed { has_password: account.has_password() },
        None => Visitor::New,
    };
    Ok(Ok(Found { link, invited, visitor, user: None }))
}

/// Who holds the link may know what it was for.
fn gone(visit: &Visit, invited: Option<&Invited>) -> Result<Response, Error> {
    let notice = match invited {
        None => Notice::of(visit, "invite-gone-title", "invite-gone-text"),
        Some(invited) => {
            let variables = [("organisation", invited.organisation.name.variable())];
            let text = visit.words().say("invite-gone-from", &variables);
            Notice::new(visit.words().say("invite-gone-title", &[]), text)
        }
    };
    notice.then(visit, "back-to-sign-in", crate::http::SIGN_IN).refuse(visit, &Error::LinkInvalid)
}

/// Who invites to what, and what is needed to join.
pub async fn show(visit: Visit, headers: HeaderMap, Sent(form): Sent<LinkForm>) -> Result<Response, Error> {
    match find(&visit, &headers, form.secret()).await? {
        Ok(found) => {
            visit.page(&found.form(Typed { name: String::new(), remember: true }, Wrong::default(), false))
        }
        Err(instead) => Ok(instead),
    }
}

/// Joins, and signs in a person who was not.
pub async fn accept(
    visit: Visit,
    headers: HeaderMap,
    answering: Answering,
    Sent(form): Sent<InviteForm>,
) -> Result<Response, Error> {
    let (app, client) = (&visit.app, &visit.client);
    let found = match find(&visit, &headers, form.link.secret()).await? {
        Ok(found) => found,
        Err(instead) => return Ok(instead),
    };
    let actor = client.anonymous();
    let joined = if let Some(user) = found.user {
        found.invited.join(app, &actor, user).await.map(|(_, write)| (None, write))
    } else {
        let signed_in = sign_in(app, client, &actor, &found.invited, &form).await;
        signed_in.map(|(started, write)| (Some(started), write))
    };
    let (started, write) = match joined {
        Ok(joined) => joined,
        Err(Error::LinkInvalid) => return gone(&visit, Some(&found.invited)),
        Err(error) => return refused(&visit, &found, form, error),
    };
    let Invited { invitation, organisation } = &found.invited;
    let role = visit.words().say(&format!("role-{}", invitation.role.as_str()), &[]);
    let variables = [("organisation", organisation.name.variable()), ("role", role.variable())];
    let say = |name: &str| visit.words().say(name, &variables);
    let done = Notice::new(say("invite-done-title"), say("invite-done-text"));
    let done = done.then(&visit, "invite-done-on", format!("/orgs/{}", organisation.slug));
    let done = visit.page(&done)?;
    let answering = match started.as_ref().map(|started| started.open.user.id).or(found.user) {
        Some(user) => answering.about(user),
        None => answering,
    };
    let done = (started.map(|started| started.cookies(app, client)), done).into_response();
    answering.commit(write, done).await
}

/// The form again, with what is wrong.
fn refused(visit: &Visit, found: &Found, form: InviteForm, error: Error) -> Result<Response, Error> {
    let new = !form.new_password.is_empty();
    let change_required = matches!(error, Error::PasswordChangeRequired) || new;
    let wrong_password = match &error {
        Error::InvalidLogin => Some("invite-wrong-password"),
        Error::AccountUnconfirmed => Some("invite-not-its-password"),
        _ => None,
    };
    let (wrong, error) = match wrong_password {
        Some(text) => {
            let mut wrong = Wrong::default();
            wrong.put("password", &visit.words().say(text, &[]));
            (wrong, error)
        }
        None => Wrong::of(visit, error, &[])?,
    };
    let typed = Typed { remember: form.remember.is_some(), name: form.name };
    visit.refused(&error, &found.form(typed, wrong, change_required))
}

async fn sign_in<'a>(
    app: &'a App,
    client: &Client,
    actor: &'a Actor,
    invited: &Invited,
    form: &InviteForm,
) -> Result<(Started, Write<'a>), Error> {
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
        text => {
            let new = ProposedPassword::try_from(text.to_owned());
            Some(new.map_err(|problem| Error::invalid("/new_password", problem))?)
        }
    };
    let name = match form.name.trim() {
        "" => None,
        name => Some(name.parse::<DisplayName>().map_err(|problem| Error::invalid("/name", problem))?),
    };
    let names = Names { name, username: None };
    let new = NewMember { password, new_password: new_password.as_ref(), names };
    let terms = SessionTerms::of_page(form.keep());
    let (_, SignInState::Started(started), write) = invited.sign_in(app, client, actor, new, terms).await?;
    Ok((started, write))
}
