//! Lists of events on pages: what is asked of them, and their rows.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{Datelike as _, NaiveDate, TimeDelta};
use form_urlencoded::{Serializer, parse};

use super::device::device;
use super::event_words::{actor, actor_kind, sentence};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::event::EventKind;
use crate::http::event_query::EventQuery;
use crate::language::Words;
use crate::text::rfc3339;
use crate::views::event_names::EventNames;
use crate::views::events::Event;
use crate::web::list::{Asked, with_query};

/// The last year that RFC 3339 can write.
const LAST_YEAR: i32 = 9999;
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
        parts.uri = with_query(&parts.uri, &query)?;
        let asked = Asked::from_request_parts(parts, state).await?;
        Ok(Self { asked, filters, first })
    }
}

/// A day as the time at which it begins or, of the last day, ends.
fn time(name: &str, value: &str) -> String {
    let Ok(day) = NaiveDate::parse_from_str(value, "%Y-%m-%d") else { return value.to_owned() };
    let next = day.succ_opt().filter(|next| next.year() <= LAST_YEAR);
    match (name, next) {
        ("from", _) => format!("{day}T00:00:00Z"),
        ("to", Some(next)) => format!("{next}T00:00:00Z"),
        ("to", None) => format!("{day}T23:59:59.999Z"),
        _ => value.to_owned(),
    }
}

impl Filters {
    fn of(asked: &[(String, String)]) -> Self {
        let given = |name: &str| {
            let found = asked.iter().find(|(given, _)| given == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let time = |name: &str| rfc3339::parse_in_query(&given(name)).ok();
        let shown =
            |time: Option<Timestamp>| time.map(|time| time.date_naive().to_string()).unwrap_or_default();
        // A time within a day, which a link may ask for, is shown as its day.
        let last = time("to").and_then(|to| to.checked_sub_signed(TimeDelta::milliseconds(1)));
        let filters = asked.iter().filter(|(name, _)| !PART.contains(&name.as_str()) && name != "format");
        Self {
            kind: given("type"),
            actor: given("actor"),
            target: given("target"),
            from: shown(time("from")),
            to: shown(last),
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
        assert_eq!(time("to", "9999-12-31"), "9999-12-31T23:59:59.999Z");
        let shown = |name: &str, value: &str| {
            let filters = Filters::of(&[(name.to_owned(), time(name, value))]);
            filters.from + &filters.to
        };
        for day in ["2026-02-28", "9999-12-31"] {
            assert_eq!((shown("from", day), shown("to", day)), (day.to_owned(), day.to_owned()));
        }
        assert_eq!(shown("to", "2026-03-01T12:00:00Z"), "2026-03-01");
        assert_eq!(shown("from", "nonsense"), "");
    }
}
