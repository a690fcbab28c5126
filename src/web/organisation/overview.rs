//! The overview of an organisation: what is to do, how much there is, what happened last.

use askama::Template;
use axum::response::Response;
use chrono::TimeDelta;

use super::chart::Chart;
use super::checklist::{Checklist, Dismissed, sends_mail};
use crate::auth::OrganisationAccess;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::http::filters;
use crate::id::AuditEventId;
use crate::permission::Permission;
use crate::views::event_names::EventNames;
use crate::views::events::{self, EventFilter};
use crate::views::overview::{self, KeyAt};
use crate::views::{ListOrder, PageRequest};
use crate::web::event_words::sentence;
use crate::web::visit::Visit;

/// How many events are shown.
const EVENTS: u64 = 10;
/// How many days the chart has.
const DAYS: u16 = 30;
/// How soon a key expires that a notice warns of, and the most notices.
const SOON: TimeDelta = TimeDelta::days(7);
const MOST_NOTICES: u64 = 3;

#[derive(Template)]
#[template(path = "pages/organisation/overview.html")]
struct OverviewPage {
    org: String,
    name: String,
    checklist: Option<Checklist>,
    members: u64,
    keys: Option<KeyCounts>,
    invitations: Option<InvitationCounts>,
    log: Option<Log>,
}

/// For those who see keys.
struct KeyCounts {
    active: u64,
    /// The one that expires soonest.
    soonest: Option<KeyAt>,
    /// Those that expire soon.
    soon: Vec<KeyAt>,
}

/// For those who invite.
struct InvitationCounts {
    open: u64,
    /// The name of the text that says why these mails did not go out, if they did not.
    unsent: Option<&'static str>,
    has_mailbox: bool,
}

/// For those who read the audit log.
struct Log {
    events: Vec<Line>,
    chart: Chart,
}

/// An event in words.
struct Line {
    id: AuditEventId,
    text: String,
    at: Timestamp,
}

/// The page.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    Dismissed(dismissed): Dismissed,
) -> Result<Response, Error> {
    let may = |permission| access.grants.permits_built_in(permission);
    let checklist = if dismissed { None } else { Checklist::of(&visit.app, &access).await? };
    let members = overview::active_members(visit.app.db.read(), access.organisation.id).await?;
    let keys = if may(Permission::KeysRead) { Some(KeyCounts::of(&visit, &access).await?) } else { None };
    let invitations = if may(Permission::InvitationsManage) {
        Some(InvitationCounts::of(&visit, &access).await?)
    } else {
        None
    };
    let log = if may(Permission::EventsRead) { Some(Log::of(&visit, &access).await?) } else { None };
    let (org, name) = (format!("/orgs/{}", access.organisation.slug), access.organisation.name.clone());
    visit.page(&OverviewPage { org, name, checklist, members, keys, invitations, log })
}

impl KeyCounts {
    async fn of(visit: &Visit, access: &OrganisationAccess) -> Result<Self, Error> {
        let (db, organisation, now) = (visit.app.db.read(), access.organisation.id, visit.app.now());
        let active = overview::active_keys(db, organisation, now).await?;
        let soon = overview::expiring_keys(db, organisation, now, MOST_NOTICES).await?;
        let soonest = soon.first().cloned();
        Ok(Self { active, soonest, soon: soon.into_iter().filter(|key| key.at < now + SOON).collect() })
    }
}

impl InvitationCounts {
    async fn of(visit: &Visit, access: &OrganisationAccess) -> Result<Self, Error> {
        let app = &visit.app;
        let open = overview::open_invitations(app.db.read(), access.organisation.id, app.now()).await?;
        let unsent = match (app.needs_mail(), sends_mail(app)) {
            (Err(_), _) => Some("overview-no-mail"),
            (Ok(()), false) if open > 0 => Some("overview-mail-captured"),
            _ => None,
        };
        Ok(Self { open, unsent, has_mailbox: app.config.has_mailbox() })
    }
}

impl Log {
    async fn of(visit: &Visit, access: &OrganisationAccess) -> Result<Self, Error> {
        let (db, organisation) = (visit.app.db.read(), access.organisation.id);
        let newest = PageRequest { limit: EVENTS, order: ListOrder::Newest, after: None };
        let page = events::of_organisation(db, organisation, &EventFilter::default(), &newest).await?;
        let name = &access.organisation.name;
        let names = EventNames::in_organisation(db, organisation, name, &page.data).await?;
        let line = |event: &events::Event| Line {
            id: event.id,
            text: sentence(visit.words(), event, &names),
            at: event.created_at,
        };
        let days = overview::sign_ins(db, organisation, DAYS, visit.app.now()).await?;
        Ok(Self { events: page.data.iter().map(line).collect(), chart: Chart::new(&days) })
    }
}
