//! Lists in pages: what a query asks for (`?limit=&order=&cursor=` and the list's own filters), and the answer, with the
//! address of the next page in its body and in a header.

use std::fmt::Display;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::openapi::Ref;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use super::input::{parse_query, present};
use crate::app::App;
use crate::crypto::cursor;
use crate::error::{Error, FieldCode, both};
use crate::views::{ListOrder, Page as Rows, PageRequest, Place};

const DEFAULT: u64 = 50;
const MOST: u64 = 100;
/// What all lists are asked by; other names are a list's own.
const PART: [&str; 3] = ["limit", "order", "cursor"];

/// Which part of a list, and in which order.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// How many at most, 1 to 100.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, nullable = false, example = 50)]
    #[serde(default, deserialize_with = "present")]
    limit: Option<String>,
    /// In which order: the newest first, or the oldest.
    #[param(schema_with = orders)]
    #[serde(default, deserialize_with = "present")]
    order: Option<ListOrder>,
    /// Where the page before ended: its `next_cursor`, as it is, with the same filters and the same order. Any other text
    /// is refused.
    #[param(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    cursor: Option<String>,
}

impl Part {
    fn most(&self) -> Result<u64, Error> {
        match self.limit.as_deref().map(whole_number) {
            None => Ok(DEFAULT),
            Some(Some(limit)) if (1..=MOST).contains(&limit) => Ok(limit),
            Some(limit) => {
                let code = if limit.is_some() { FieldCode::OutOfRange } else { FieldCode::WrongType };
                Err(Error::wrong("/limit", code, "this is a number from 1 to 100"))
            }
        }
    }
}

fn orders() -> Object {
    let mut schema = one_of(ListOrder::ALL.map(ListOrder::as_str));
    schema.default = Some(ListOrder::default().as_str().into());
    schema
}

/// The schema of a parameter that is one of these words, and no other.
pub fn one_of<const N: usize>(words: [&'static str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

/// A list without filters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

impl IntoParams for NoFilter {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}

/// What is asked of a list.
pub struct Asked<Filter = NoFilter> {
    part: Part,
    pub filter: Filter,
    /// The filters as they were given, by name.
    filters: Vec<(String, String)>,
    path: String,
}

impl<Filter: DeserializeOwned + IntoParams, S: Sync> FromRequestParts<S> for Asked<Filter> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned();
        let (part, mut filters): (Vec<_>, Vec<_>) =
            query.partition(|(name, _)| PART.contains(&name.as_str()));
        let (filter, part) = match (parse_query(&written(&filters)), parse_query::<Part>(&written(&part))) {
            // It does not come to `of`, which looks at the limit.
            (Err(wrong), Ok(part)) => both(Err(wrong), part.most().map(|_| part)),
            (filter, part) => both(filter, part),
        }?;
        filters.sort();
        Ok(Self { part, filter, filters, path: parts.uri.path().to_owned() })
    }
}

fn written(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl<Filter> Asked<Filter> {
    /// A filter as it was given; an empty text if it was not.
    pub fn given(&self, name: &str) -> &str {
        self.filters.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// Whether the list is narrowed down at all.
    pub fn is_narrowed(&self) -> bool {
        !self.filters.is_empty()
    }

    /// What is asked for, of the list of that name, which is that organisation's or that user's.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the limit is out of bounds, or the cursor is none of this list.
    pub fn of<P: Place>(
        &self,
        app: &App,
        name: &str,
        owner: impl Display + Copy,
    ) -> Result<List<'_, P>, Error> {
        let order = self.part.order.unwrap_or_default();
        let context = (name, owner.to_string(), order.as_str(), &self.filters);
        let context = serde_json::to_vec(&context).map_err(Error::internal)?;
        let place = |text: &str| {
            let place = cursor::verify(&app.keyring, &context, text);
            place.and_then(|place| P::from_bytes(&place)).ok_or_else(|| {
                Error::wrong(
                    "/cursor",
                    FieldCode::InvalidFormat,
                    "this is no `next_cursor` of this list in this order and with these filters",
                )
            })
        };
        let (limit, after) = both(self.part.most(), self.part.cursor.as_deref().map(place).transpose())?;
        let request = PageRequest { limit, order, after };
        Ok(List { request, app: app.clone(), context, filters: &self.filters, path: &self.path })
    }
}

/// A list, and which page of it is asked for.
pub struct List<'a, P> {
    pub request: PageRequest<P>,
    app: App,
    /// What its cursors are bound to.
    context: Vec<u8>,
    filters: &'a [(String, String)],
    path: &'a str,
}

impl<P> List<'_, P> {
    /// The answer with that page.
    pub fn answer<T>(&self, page: Rows<T>) -> Listed<T> {
        let next_cursor = page.next.map(|place| cursor::sign(&self.app.keyring, &self.context, &place));
        let link = next_cursor.as_ref().and_then(|cursor| {
            // Without scheme and host (RFC 8288 section 3.1): they are those that the client asked by, whatever proxies are
            // between.
            HeaderValue::try_from(format!("<{}>; rel=\"next\"", self.address_after(cursor))).ok()
        });
        Listed { page: Page { data: page.data, next_cursor }, link }
    }
}

impl<P> List<'_, P> {
    /// The rows of that page, and the address of the next one.
    pub fn rows<T>(&self, page: Rows<T>) -> (Vec<T>, Option<String>) {
        let next = page
            .next
            .map(|place| self.address_after(&cursor::sign(&self.app.keyring, &self.context, &place)));
        (page.data, next)
    }

    /// Path and query of the page after that cursor.
    fn address_after(&self, cursor: &str) -> String {
        let (limit, order) = (self.request.limit.to_string(), self.request.order.as_str());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.filters)
            .extend_pairs([("limit", limit.as_str()), ("order", order), ("cursor", cursor)])
            .finish();
        format!("{}?{query}", self.path)
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    #[schema(schema_with = references::<T>)]
    pub data: Vec<T>,
    /// For the next page; null at the end. What it says is not for clients to read: it may change its form at any time.
    pub next_cursor: Option<String>,
}

/// The items by reference: a client that is generated from the document has one type for them.
fn references<T: ToSchema>() -> Array {
    ArrayBuilder::new().items(Ref::from_schema_name(T::name())).build()
}

/// A page and the address of the next one.
pub struct Listed<T> {
    page: Page<T>,
    link: Option<HeaderValue>,
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        let headers: HeaderMap = self.link.map(|link| (LINK, link)).into_iter().collect();
        (headers, Json(self.page)).into_response()
    }
}

/// A whole number of a query, also as JSON may write it: `5.0` and `1e1` are integers (JSON Schema 2020-12, 6.1.1). A `+`
/// before it is a space by the time it comes here.
fn whole_number(text: &str) -> Option<u64> {
    let digits = text.trim_start_matches(' ');
    if let Ok(number) = digits.parse() {
        return Some(number);
    }
    let number: f64 = digits.parse().ok()?;
    let small = (0.0..=f64::from(u32::MAX)).contains(&number) && number.fract() == 0.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and small")]
    small.then_some(number as u64)
}
