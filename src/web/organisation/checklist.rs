//! The first steps of an installation and an organisation: they tick themselves when the server sees them happen.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::app::App;
use crate::auth::OrganisationAccess;
use crate::config::{MailTransport, is_loopback_name};
use crate::error::Error;
use crate::http::{A_YEAR, filters, set_cookie};
use crate::permission::Permission;
use crate::views::overview::{self, KeyAt};
use crate::web::query::Query;
use crate::web::visit::Visit;

/// How long an overview asks whether the first call has come.
const ASKED_FOR: TimeDelta = TimeDelta::minutes(10);
/// The cookie of a browser that does not want to see it any more. Its path is the organisation's, so each has its own.
const COOKIE: &str = "oskar_steps_done";

/// See the module.
pub struct Checklist {
    pub steps: [Step; 5],
    /// The key that was used last, for the sentence "Got it".
    pub first_call: Option<KeyAt>,
    /// Until when the page asks for it.
    pub until: Option<i64>,
}

/// One step. `name` picks its texts: `step-<name>`.
pub struct Step {
    pub name: &'static str,
    pub done: bool,
    /// Where it is done, if that is a page.
    pub link: Option<String>,
}

impl Checklist {
    /// The list for members who manage keys and invitations; none once all steps are done.
    pub async fn of(app: &App, access: &OrganisationAccess) -> Result<Option<Self>, Error> {
        let may = |permission| access.grants.permits_built_in(permission);
        if ![Permission::KeysManage, Permission::InvitationsManage].into_iter().all(may) {
            return Ok(None);
        }
        let (db, organisation) = (app.db.read(), access.organisation.id);
        let first_call = overview::last_used_key(db, organisation).await?;
        let has_company = overview::has_company(db, organisation).await?;
        let page = |page: &str| Some(format!("/orgs/{}/{page}", access.organisation.slug));
        let step = |name, done, link: Option<String>| Step { name, done, link: link.filter(|_| !done) };
        let steps = [
            step("administrator", true, None),
            step("first-call", first_call.is_some(), page("keys")),
            step("invite", has_company, page("invitations/new")),
            step("mail", sends_mail(app), None),
            step("public-url", has_public_url(app), None),
        ];
        let until = first_call.is_none().then(|| (app.now() + ASKED_FOR).timestamp());
        Ok(Some(Self { steps, first_call, until }).filter(|list| list.done() < list.steps.len()))
    }

    /// How many are done.
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done).count()
    }

    /// The first one that is not done, if there is a page for it.
    pub fn next(&self) -> Option<&Step> {
        self.steps.iter().find(|step| !step.done && step.link.is_some())
    }

    /// Whether the page looks out for the first call.
    pub fn waits(&self) -> bool {
        self.first_call.is_none()
    }
}

/// Whether mails leave this machine.
pub fn sends_mail(app: &App) -> bool {
    matches!(app.config.mail.transport, MailTransport::Smtp(_))
}

fn has_public_url(app: &App) -> bool {
    let url = app.config.public_url.parse::<Uri>();
    url.is_ok_and(|url| url.host().is_some_and(|host| !is_loopback_name(host)))
}

/// The list alone, for the overview that waits for the first call.
#[derive(Template)]
#[template(path = "pages/organisation/checklist.html")]
struct ChecklistPart {
    org: String,
    checklist: Option<Checklist>,
}

/// The time, in seconds since 1970, until which a page asks.
#[derive(Default, Deserialize)]
pub struct AskedUntil {
    #[serde(default)]
    until: i64,
}

/// Shows the list once a step was done or nothing is waited for any more. Scripts ask for it; a browser that comes by itself
/// finds it in the overview.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    Query(AskedUntil { until }): Query<AskedUntil>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let org = format!("/orgs/{}", access.organisation.slug);
    if !headers.contains_key("hx-request") {
        return Ok(visit.lead_to(&org));
    }
    let mut checklist = Checklist::of(&visit.app, &access).await?;
    if checklist.as_ref().is_some_and(Checklist::waits) {
        if visit.app.now().timestamp() < until {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        checklist = checklist.map(|list| Checklist { until: None, ..list });
    }
    visit.page(&ChecklistPart { org, checklist })
}

/// Whether the browser does not want to see it.
pub struct Dismissed(pub bool);

impl<S: Sync> FromRequestParts<S> for Dismissed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(Self(CookieJar::from_headers(&parts.headers).get(COOKIE).is_some()))
    }
}

/// Hides it in this browser.
pub async fn dismiss(visit: Visit, access: OrganisationAccess) -> Result<Response, Error> {
    let path = format!("/orgs/{}", access.organisation.slug);
    let mut response = visit.lead_to(&path);
    set_cookie(&visit.app, &mut response, COOKIE, "1", &path, A_YEAR);
    Ok(response)
}
