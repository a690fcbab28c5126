//! One event, with all that it tells.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;

use crate::auth::OrganisationAccess;
use crate::error::Error;
use crate::http::filters;
use crate::http::input::PathId;
use crate::id::AuditEventId;
use crate::language::Words;
use crate::views;
use crate::views::event_names::EventNames;
use crate::views::events::Event;
use crate::web::event_list::EventRow;
use crate::web::event_words::{member, shown, target};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/audit/event.html")]
struct EventPage {
    path: String,
    row: EventRow,
    actor_id: Option<String>,
    /// Name and id of what it was done to.
    target: Option<(String, String)>,
    request_id: Option<String>,
    user_agent: Option<String>,
    changes: Vec<Change>,
    details: Vec<(String, String)>,
    json: String,
}

/// What a member was before, and is after.
struct Change {
    name: String,
    before: String,
    after: String,
}

/// The page.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<AuditEventId>,
) -> Result<Response, Error> {
    let organisation = &access.organisation;
    let db = visit.app.db.read();
    let event = views::events::one_of_organisation(db, organisation.id, id).await?;
    let events = std::slice::from_ref(&event);
    let names = EventNames::in_organisation(db, organisation.id, &organisation.name, events).await?;
    let words = visit.words();
    let (changes, details) = members(words, &event);
    let request = event.request.as_ref();
    visit.page(&EventPage {
        path: super::path(&access),
        row: EventRow::of(words, &event, &names, None),
        actor_id: event.actor.id.clone(),
        target: event.target.as_ref().map(|of| (target(words, &event, &names), of.id.clone())),
        request_id: request.and_then(|request| request.id.clone()),
        user_agent: request.and_then(|request| request.user_agent.clone()),
        changes,
        details,
        json: serde_json::to_string_pretty(&event).map_err(Error::internal)?,
    })
}

/// What changed, and what else there is to tell.
fn members(words: &Words, event: &Event) -> (Vec<Change>, Vec<(String, String)>) {
    let object = &event.data.object;
    let previous = event.data.previous.as_ref();
    let names: BTreeSet<&String> = previous.into_iter().flat_map(|previous| previous.keys()).collect();
    let text = |name: &str, value: Option<&serde_json::Value>| {
        value.map(|value| shown(words, name, value)).unwrap_or_default()
    };
    let changes = names.iter().map(|name| Change {
        name: member(words, name),
        before: text(name, previous.and_then(|previous| previous.get(*name))),
        after: text(name, object.get(*name)),
    });
    let details = object.iter().filter(|(name, value)| !names.contains(name) && !value.is_null());
    let details = details.map(|(name, value)| (member(words, name), text(name, Some(value))));
    (changes.collect(), details.collect())
}
