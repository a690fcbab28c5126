//! Lists in pages: a number of rows behind a cursor, which is the id that the page before ended with.

use std::str::FromStr;

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{Array, ArrayBuilder};

use crate::error::Error;

/// How many rows [`whole`] reads at a time.
const AT_A_TIME: u64 = 1000;

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<Id> {
    pub limit: u64,
    /// The id that the page before ended with; none for the first page.
    pub after: Option<Id>,
}

impl<Id: Copy + ToString + Into<Value>> PageRequest<Id> {
    /// Narrows a selection to the page's rows and one more, by ascending ids.
    pub(super) fn oldest_first<S, C>(&self, select: S, id: C) -> S
    where
        S: QueryFilter + QueryOrder + QuerySelect,
        C: ColumnTrait,
    {
        let select = select.order_by_asc(id).limit(self.rows());
        match self.after {
            Some(after) => select.filter(id.gt(after)),
            None => select,
        }
    }

    /// The same by descending ids.
    pub(super) fn newest_first<S, C>(&self, select: S, id: C) -> S
    where
        S: QueryFilter + QueryOrder + QuerySelect,
        C: ColumnTrait,
    {
        let select = select.order_by_desc(id).limit(self.rows());
        match self.after {
            Some(after) => select.filter(id.lt(after)),
            None => select,
        }
    }

    /// The row too many tells whether there are more. Databases count to 2⁶³ − 1.
    fn rows(&self) -> u64 {
        self.limit.min(i64::MAX.unsigned_abs() - 1) + 1
    }

    /// The page, from the rows of such a selection.
    pub(super) fn page<Row>(&self, mut rows: Vec<Row>, id: impl Fn(&Row) -> Id) -> Page<Row> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|row| id(row).to_string()) } else { None };
        Page { data: rows, next_cursor }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    #[schema(schema_with = references::<T>)]
    pub data: Vec<T>,
    /// For the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The same page, each row shown so.
    pub(super) fn map<Shown>(self, show: impl FnMut(T) -> Shown) -> Page<Shown> {
        Page { data: self.data.into_iter().map(show).collect(), next_cursor: self.next_cursor }
    }
}

/// The items by reference: a client that is generated from the document has one type for them.
fn references<T: ToSchema>() -> Array {
    ArrayBuilder::new().items(Ref::from_schema_name(T::name())).build()
}

/// All of a list, page by page.
///
/// # Errors
/// Those of `list`.
pub async fn whole<Id: FromStr, T>(
    list: impl AsyncFn(PageRequest<Id>) -> Result<Page<T>, Error>,
) -> Result<Vec<T>, Error> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = list(PageRequest { limit: AT_A_TIME, after }).await?;
        all.extend(page.data);
        let Some(cursor) = page.next_cursor else { return Ok(all) };
        let cursor = cursor.parse().map_err(|_| Error::internal("a cursor that is no id of its list"))?;
        after = Some(cursor);
    }
}
