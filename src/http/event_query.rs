//! What logs of events can be narrowed down by, for the API and for pages.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::input::present;
use super::list_filters::filled;
use crate::error::{Error, FieldCode, both};
use crate::text::rfc3339;
use crate::views::events::EventFilter;

/// The longest name of an action or an actor that is looked for.
const LONGEST_NAME: usize = 255;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Only of this type, such as `key.created`.
    #[param(nullable = false, min_length = 1, max_length = 255, example = "key.created")]
    #[serde(default, rename = "type", deserialize_with = "present")]
    kind: Option<String>,
    /// Only this user or key, by id.
    #[param(nullable = false, min_length = 1, max_length = 255)]
    #[serde(default, deserialize_with = "present")]
    actor: Option<String>,
    /// Only what was done to this user, key, session …, by id.
    #[param(nullable = false, min_length = 1, max_length = 255)]
    #[serde(default, deserialize_with = "present")]
    target: Option<String>,
    /// Not before, RFC 3339. The `+` of an offset may be unencoded.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    from: Option<String>,
    /// Before, RFC 3339. The `+` of an offset may be unencoded.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    to: Option<String>,
}

impl EventQuery {
    /// What the query asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a time is none, or a name is empty.
    pub fn parse(&self) -> Result<EventFilter, Error> {
        let times = both(time("from", self.from.as_deref()), time("to", self.to.as_deref()));
        let named = |pointer, text: &Option<String>| {
            filled(pointer, text.as_deref(), LONGEST_NAME).map(|text| text.map(ToOwned::to_owned))
        };
        let who = both(named("/actor", &self.actor), named("/target", &self.target));
        let ((kind, (actor, target)), (from, to)) = both(both(named("/type", &self.kind), who), times)?;
        Ok(EventFilter { kind, actor, target, from, to })
    }
}

fn time(name: &str, text: Option<&str>) -> Result<Option<DateTime<Utc>>, Error> {
    let parse = |text: &str| {
        rfc3339::parse_in_query(text)
            .map_err(|problem| Error::wrong(format!("/{name}"), FieldCode::InvalidFormat, problem))
    };
    text.map(parse).transpose()
}
