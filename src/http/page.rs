//! Lists in pages: `?limit=&cursor=` in, `{data, next_cursor}` out.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{Array, ArrayBuilder};
use utoipa::{IntoParams, ToSchema};

use super::input::present;
use crate::error::Error;

const DEFAULT: u64 = 50;
const MOST: u64 = 100;

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// How many at most, 1 to 100.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100, nullable = false, example = 50)]
    #[serde(default, deserialize_with = "present")]
    limit: Option<String>,
    /// Where the page before ended: its `next_cursor`.
    #[param(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    cursor: Option<String>,
}

impl Part {
    /// The number of rows.
    pub fn limit(&self) -> Result<u64, Error> {
        match self.limit.as_deref().map(whole_number) {
            None => Ok(DEFAULT),
            Some(Some(limit)) if (1..=MOST).contains(&limit) => Ok(limit),
            Some(_) => Err(Error::invalid("/limit", "this is a number from 1 to 100")),
        }
    }

    /// The id that the page before ended with.
    pub fn after<Id: FromStr>(&self) -> Result<Option<Id>, Error> {
        let parse = |text: &str| {
            text.parse().map_err(|_| Error::invalid("/cursor", "this is no `next_cursor` of this list"))
        };
        self.cursor.as_deref().map(parse).transpose()
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

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    #[schema(schema_with = references::<T>)]
    pub data: Vec<T>,
    /// For the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// The items by reference: a client that is generated from the document has one type for them.
fn references<T: ToSchema>() -> Array {
    ArrayBuilder::new().items(Ref::from_schema_name(T::name())).build()
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows: the one too many tells that there are more.
    pub fn new<Row>(
        mut rows: Vec<Row>,
        limit: u64,
        id: impl Fn(&Row) -> String,
        show: impl FnMut(Row) -> T,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(id) } else { None };
        Self { data: rows.into_iter().map(show).collect(), next_cursor }
    }
}
