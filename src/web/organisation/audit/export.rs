//! The log as a file: read and sent a page at a time, so that its length costs no memory.

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use form_urlencoded::{Serializer, parse};
use futures_util::stream;

use super::csv;
use crate::app::App;
use crate::auth::{OrganisationAccess, StillAllowed};
use crate::error::{Error, both};
use crate::id::{AuditEventId, OrganisationId};
use crate::permission::Permission;
use crate::views::events::{Event, EventFilter, of_organisation};
use crate::views::{PageRequest, Place as _};
use crate::web::event_list::EventsAsked;
use crate::web::list::with_query;
use crate::web::visit::Visit;

/// How many events are read at a time.
const AT_A_TIME: u64 = 500;

/// In which form.
#[derive(Clone, Copy)]
pub enum Format {
    Csv,
    Ndjson,
}

impl<S: Sync> FromRequestParts<S> for Format {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let mut asked: Vec<_> = parse(query.as_bytes()).into_owned().collect();
        let format = asked.iter().position(|(name, _)| name == "format").map(|at| asked.remove(at).1);
        // What is left is the list's.
        let query = Serializer::new(String::new()).extend_pairs(&asked).finish();
        parts.uri = with_query(&parts.uri, &query)?;
        match format.as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("ndjson") => Ok(Self::Ndjson),
            _ => Err(Error::invalid("/format", "this is `csv` or `ndjson`")),
        }
    }
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    const fn media_type(self) -> HeaderValue {
        match self {
            Self::Csv => HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
            Self::Ndjson => HeaderValue::from_static("application/x-ndjson"),
        }
    }

    const fn beginning(self) -> &'static str {
        match self {
            Self::Csv => csv::HEADER,
            Self::Ndjson => "",
        }
    }

    fn line(self, event: &Event) -> String {
        match self {
            Self::Csv => csv::line(event),
            Self::Ndjson => serde_json::to_string(event).map(|line| line + "\n").unwrap_or_default(),
        }
    }
}

/// The file, narrowed down like the page.
pub async fn export(
    visit: Visit,
    access: OrganisationAccess,
    format: Format,
    EventsAsked { asked, .. }: EventsAsked,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let organisation = &access.organisation;
    let (list, filter) =
        both(asked.of::<AuditEventId>(&visit.app, "events", organisation.id), asked.filter.parse())?;
    let request = PageRequest { limit: AT_A_TIME, order: list.request.order, after: None };
    let day = visit.app.now().format("%Y-%m-%d");
    let name = format!("{}-audit-{day}.{}", organisation.slug, format.ending());
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let allowed = StillAllowed::new(visit.client, headers, &access, Permission::EventsRead);
    let log = Log { app: visit.app, organisation: organisation.id, filter, format, allowed };
    let body = Body::from_stream(pieces(log, request));
    let headers = [
        (header::CONTENT_TYPE, format.media_type()),
        (header::CONTENT_DISPOSITION, disposition.map_err(Error::internal)?),
    ];
    Ok((headers, body).into_response())
}

/// What is exported, and by whose right.
#[derive(Clone)]
struct Log {
    app: App,
    organisation: OrganisationId,
    filter: EventFilter,
    format: Format,
    allowed: StillAllowed,
}

/// The pieces of the file, each read when the one before was taken. A file takes as long as its reader wants, so each piece
/// but the first needs the right anew; without it the file breaks off.
fn pieces(
    log: Log,
    request: PageRequest<AuditEventId>,
) -> impl futures_util::Stream<Item = Result<Bytes, Error>> {
    let beginning = log.format.beginning().to_owned();
    stream::try_unfold((Some(request), beginning), move |(request, mut text)| {
        let log = log.clone();
        async move {
            let Some(request) = request else { return Ok::<_, Error>(None) };
            if request.after.is_some() {
                log.allowed.check(&log.app).await?;
            }
            let db = log.app.db.read();
            let page = of_organisation(db, log.organisation, &log.filter, &request).await?;
            text.extend(page.data.iter().map(|event| log.format.line(event)));
            let after = page.next.and_then(|place| AuditEventId::from_bytes(&place));
            let next = after.map(|after| PageRequest { after: Some(after), ..request });
            Ok(Some((Bytes::from(text), (next, String::new()))))
        }
    })
}
