//! The audit log of an organisation.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::input::{Params, present};
use super::page::Part;
use crate::app::App;
use crate::auth::OrganisationAccess;

use crate::error::{Error, FieldCode, both};
use crate::text::rfc3339;
use crate::views::events::{Event, EventFilter};
use crate::views::{self, Page};

const TAG: &str = "Audit log";

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only this action, such as `key.created`.
    #[param(nullable = false, example = "key.created")]
    #[serde(default, deserialize_with = "present")]
    action: Option<String>,
    /// Only this user or key, by id.
    #[param(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    actor: Option<String>,
    /// Not before, RFC 3339. The `+` of an offset may be unencoded.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    from: Option<String>,
    /// Before, RFC 3339. The `+` of an offset may be unencoded.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    to: Option<String>,
}

impl Filter {
    /// What the query asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a time is none.
    pub(super) fn parse(self) -> Result<EventFilter, Error> {
        let (from, to) = both(time("from", self.from.as_deref()), time("to", self.to.as_deref()))?;
        Ok(EventFilter { action: self.action, actor: self.actor, from, to })
    }
}

fn time(name: &str, text: Option<&str>) -> Result<Option<DateTime<Utc>>, Error> {
    let parse = |text: &str| {
        rfc3339::parse_in_query(text)
            .map_err(|problem| Error::wrong(format!("/{name}"), FieldCode::InvalidFormat, problem))
    };
    text.map(parse).transpose()
}

/// Read the audit log
///
/// Newest first.
#[utoipa::path(get, path = "/api/orgs/{org}/events", operation_id = "list_events", tag = TAG,
    params(Filter, Part),
    responses((status = 200, description = "The events.", body = Page<Event>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    Params(filter): Params<Filter>,
    Params(part): Params<Part>,
) -> Result<Json<Page<Event>>, Error> {
    let (request, filter) = both(part.request(), filter.parse())?;
    let page =
        views::events::of_organisation(app.db.read(), access.organisation.id, &filter, &request).await?;
    Ok(Json(page))
}
