//! One API key.

use askama::Template;
use axum::response::Response;

use super::key_form::KeyForm;
use super::keys_of;
use super::row::KeyRow;
use crate::auth::OrganisationAccess;
use crate::error::Error;
use crate::http::filters;
use crate::http::input::PathId;
use crate::id::ApiKeyId;
use crate::permission::Permission;
use crate::views::event_names::EventNames;
use crate::views::events::EventFilter;
use crate::views::{self, ListOrder, PageRequest};
use crate::web::event_list::EventRow;
use crate::web::visit::Visit;

/// How many of its events are shown.
const EVENTS: u64 = 10;

#[derive(Template)]
#[template(path = "pages/keys/show.html")]
struct KeyPage<'a> {
    path: String,
    /// The organisation's audit log.
    audit: String,
    row: KeyRow,
    manages: bool,
    /// None for those who may not read the log.
    events: Option<Vec<EventRow>>,
    public_url: &'a str,
}

impl KeyPage<'_> {
    /// The key's own page.
    fn url(&self) -> String {
        format!("{}/{}", self.path, self.row.key.id)
    }

    /// The way to a new key that may do the same.
    fn successor(&self) -> String {
        format!("{}/new?{}", self.path, KeyForm::like(&self.row.key).query())
    }

    /// Who revoked it, if the log is shown and remembers.
    fn revoked_by(&self) -> Option<&str> {
        let revoked = |event: &&EventRow| event.kind == "key.revoked";
        self.events.iter().flatten().find(revoked).map(|event| event.actor.as_str())
    }
}

/// What there is to know of it.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<Response, Error> {
    let (organisation, now, db) = (access.organisation.id, visit.app.now(), visit.app.db.read());
    let key = views::keys::find(db, organisation, id, now).await?;
    let may_read = access.grants.permits_built_in(Permission::EventsRead);
    let events = if may_read { Some(events_of(&visit, &access, id).await?) } else { None };
    visit.page(&KeyPage {
        path: keys_of(&access),
        audit: format!("/orgs/{}/audit?target={id}", access.organisation.slug),
        row: KeyRow::new(visit.words(), key, now),
        manages: access.grants.permits_built_in(Permission::KeysManage),
        events,
        public_url: &visit.app.config.public_url,
    })
}

async fn events_of(
    visit: &Visit,
    access: &OrganisationAccess,
    id: ApiKeyId,
) -> Result<Vec<EventRow>, Error> {
    let (organisation, db) = (&access.organisation, visit.app.db.read());
    let filter = EventFilter { target: Some(id.to_string()), ..EventFilter::default() };
    let request = PageRequest { limit: EVENTS, order: ListOrder::Newest, after: None };
    let events = views::events::of_organisation(db, organisation.id, &filter, &request).await?.data;
    let names = EventNames::in_organisation(db, organisation.id, &organisation.name, &events).await?;
    let pages = format!("/orgs/{}/audit", organisation.slug);
    Ok(events.iter().map(|event| EventRow::of(visit.words(), event, &names, Some(&pages))).collect())
}
