//! Lists of events on pages: what is asked of them, and their rows.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use chrono::{Days, NaiveDate};
use form_urlencoded::{Serializer, parse};

use super::device::device;
use super::event_words::{actor, actor_kind, sentence};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::event::EventKind;
use crate::http::event_query::EventQuery;
use crate::language::Words;
use crate::views::event_names::EventNames;
use crate::views::events::Event;
use crate::web::list::Asked;

/// Where a day begins.
const MIDNIGHT: &str = "T00:00:00Z";
/// What tells a page of a list apart, and not the list.
const PART: [&str; 3] = ["limit", "order", "cursor"];

/// What a form asks of a list of events. Days stand for times, and fields that were left empty ask for nothing.
pub struct EventsAsked {
    pub asked: Asked<EventQuery>,
    pub filters: Filters,
    /// Whether the page is the first one of its list.
    pub first: bool,
}

/// The filters as the form shows them.
#[derive(Default)]
pub struct Filters {
    pub kind: String,
    pub actor: String,
    pub target: String,
    pub from: String,
    pub to: String,
    /// The same as a query.
    pub query: String,
}

impl<S: Sync> FromRequestParts<S> for EventsAsked {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let asked: Vec<(String, String)> = parse(query.as_bytes())
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.to_string(), time(&name, value.trim())))
            .collect();
        let first =
            asked.iter().all(|(name, value)| name != "cursor" && (name != "order" || value == "newest"));
        let filters = Filters::of(&asked);
        let query = Serializer::new(String::new()).extend_pairs(&asked).finish();
        parts.uri = Uri::try_from(format!("{}?{query}", parts.uri.path())).map_err(Error::internal)?;
        let asked = Asked::from_request_parts(parts, state).await?;
        Ok(Self { asked, filters, first })
    }
}

/// A day as the time at which it begins or, of the last day, ends.
fn time(name: &str, value: &str) -> String {
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok();
    let begins = match name {
        "from" => day,
        "to" => day.and_then(|day| day.checked_add_days(Days::new(1))),
        _ => None,
    };
    begins.map_or_else(|| value.to_owned(), |day| format!("{day}{MIDNIGHT}"))
}

impl Filters {
    fn of(asked: &[(String, String)]) -> Self {
        let given = |name: &str| {
            let found = asked.iter().find(|(given, _)| given == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let day = |name: &str| {
            let given = given(name);
            given.strip_suffix(MIDNIGHT).and_then(|day| day.parse::<NaiveDate>().ok())
        };
        let shown = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let filters = asked.iter().filter(|(name, _)| !PART.contains(&name.as_str()) && name != "format");
        Self {
            kind: given("type"),
            actor: given("actor"),
            target: given("target"),
            from: shown(day("from")),
            to: shown(day("to").and_then(|day| day.checked_sub_days(Days::new(1)))),
            query: Serializer::new(String::new()).extend_pairs(filters).finish(),
        }
    }

    /// Whether there are any.
    pub fn is_any(&self) -> bool {
        !self.query.is_empty()
    }

    /// What is added to the address of an export.
    pub fn added(&self) -> String {
        if self.is_any() { format!("&{}", self.query) } else { String::new() }
    }

    /// The types that can be chosen of an organisation's log.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> + use<> {
        EventKind::ALL.iter().filter(|kind| kind.concerns_organisations()).map(|kind| kind.as_str())
    }
}

/// An event as a list shows it.
pub struct EventRow {
    pub id: String,
    /// The page of the event, if it has one.
    pub link: Option<String>,
    pub at: Timestamp,
    pub kind: String,
    pub sentence: String,
    pub actor: String,
    pub actor_kind: &'static str,
    pub ip: Option<String>,
    pub device: Option<String>,
}

impl EventRow {
    /// Of an event. Those of a log have pages below `pages`.
    pub fn of(words: &Words, event: &Event, names: &EventNames, pages: Option<&str>) -> Self {
        let request = event.request.as_ref();
        let user_agent = request.and_then(|request| request.user_agent.as_deref());
        Self {
            id: event.id.to_string(),
            link: pages.map(|pages| format!("{pages}/{}", event.id)),
            at: event.created_at,
            kind: event.kind.clone(),
            sentence: sentence(words, event, names),
            actor: actor(words, &event.actor),
            actor_kind: actor_kind(event.actor.kind),
            ip: request.and_then(|request| request.ip.clone()),
            device: user_agent.map(|text| device(words, Some(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_times_and_are_shown_as_days_again() {
        assert_eq!(time("from", "2026-03-01"), "2026-03-01T00:00:00Z");
        assert_eq!(time("to", "2026-02-28"), "2026-03-01T00:00:00Z");
        assert_eq!(time("to", "2026-03-01T12:00:00Z"), "2026-03-01T12:00:00Z");
        assert_eq!(time("actor", "2026-03-01"), "2026-03-01");
        let asked = [("to".to_owned(), time("to", "2026-02-28"))];
        assert_eq!(Filters::of(&asked).to, "2026-02-28");
    }
}
