//! Lists in pages: a number of rows behind the place that the page before ended at.
//!
//! A page goes on by the row's own place and not by a number of rows, so that rows which come or go in between neither
//! repeat others nor leave them out.

use sea_orm::sea_query::Order as Direction;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Value};
use serde::Deserialize;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::Error;
use crate::id::{ApiKeyId, AuditEventId, InvitationId, OrganisationId, SessionId, UserId};

/// How many rows [`whole`] reads at a time.
const AT_A_TIME: u64 = 1000;
/// How many rows a search reads at a time if its first read, of as many as are wanted, was not enough: the database only narrows
/// a search down.
const SEARCHED_AT_A_TIME: u64 = 500;

/// In which order a list comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    #[default]
    Newest,
    Oldest,
}

impl ListOrder {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Newest, Self::Oldest];

    /// As it is written in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
        }
    }

    const fn direction(self) -> Direction {
        match self {
            Self::Newest => Direction::Desc,
            Self::Oldest => Direction::Asc,
        }
    }
}

/// Where a row stands in its list.
pub trait Place: Clone {
    /// As a cursor carries it.
    fn to_bytes(&self) -> Vec<u8>;

    /// Reads it back.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

macro_rules! places {
    ($($id:ident),*) => {$(
        impl Place for $id {
            fn to_bytes(&self) -> Vec<u8> {
                self.0.as_bytes().to_vec()
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }
    )*};
}

places!(ApiKeyId, AuditEventId, InvitationId, OrganisationId, SessionId, UserId);

impl Place for String {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_utf8(bytes.to_vec()).ok()
    }
}

/// Of rows that have no id that was made with them: when they were made, and what tells those of one moment apart.
impl<Id: Place> Place for (Timestamp, Id) {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.0.timestamp_micros().to_be_bytes().to_vec();
        bytes.extend(self.1.to_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (time, id) = bytes.split_first_chunk()?;
        Some((Timestamp::from_timestamp_micros(i64::from_be_bytes(*time))?, Id::from_bytes(id)?))
    }
}

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<P> {
    pub limit: u64,
    pub order: ListOrder,
    /// The place that the page before ended at; none for the first page.
    pub after: Option<P>,
}

impl<Id: Place + Into<Value>> PageRequest<Id> {
    /// Narrows a selection to the page's rows and one more, in the order of their ids.
    pub(super) fn by_id<S, C>(&self, select: S, id: C) -> S
    where
        S: QueryFilter + QueryOrder + QuerySelect,
        C: ColumnTrait,
    {
        let select = select.order_by(id, self.order.direction()).limit(self.rows());
        match (&self.after, self.order) {
            (None, _) => select,
            (Some(after), ListOrder::Newest) => select.filter(id.lt(after.clone())),
            (Some(after), ListOrder::Oldest) => select.filter(id.gt(after.clone())),
        }
    }
}

impl<Id: Place + Into<Value>> PageRequest<(Timestamp, Id)> {
    /// The same in the order of a time, and of an id among those of one moment.
    pub(super) fn by_time<S, T, C>(&self, select: S, time: T, id: C) -> S
    where
        S: QueryFilter + QueryOrder + QuerySelect,
        T: ColumnTrait,
        C: ColumnTrait,
    {
        let direction = self.order.direction();
        let select = select.order_by(time, direction.clone()).order_by(id, direction).limit(self.rows());
        let Some((at, after)) = self.after.clone() else { return select };
        // The first half alone tells an index where to begin.
        let (not_before, beyond) = match self.order {
            ListOrder::Newest => (time.lte(at), [time.lt(at), id.lt(after)]),
            ListOrder::Oldest => (time.gte(at), [time.gt(at), id.gt(after)]),
        };
        let beyond = beyond.into_iter().fold(Condition::any(), Condition::add);
        select.filter(Condition::all().add(not_before).add(beyond))
    }
}

impl<P: Place> PageRequest<P> {
    /// The row too many tells whether there are more. Databases count to 2⁶³ − 1.
    fn rows(&self) -> u64 {
        self.limit.min(i64::MAX.unsigned_abs() - 1) + 1
    }

    /// The page, from the rows of such a selection.
    pub(super) fn page<Row>(&self, mut rows: Vec<Row>, place: impl Fn(&Row) -> P) -> Page<Row> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| place(row).to_bytes()) } else { None };
        Page { data: rows, next }
    }

    /// Begins to gather the page; `searching`: of rows that the database cannot tell from others for certain.
    pub(super) fn gather<Row>(&self, searching: bool) -> Gathered<P, Row> {
        // With the row that tells whether there are more.
        let limit = if searching { self.limit.saturating_add(1) } else { self.limit };
        let next = Some(Self { limit, ..self.clone() });
        Gathered { wanted: self.clone(), searching, next, rows: Vec::new() }
    }
}

/// A page that is read in parts until it is full.
pub(super) struct Gathered<P, Row> {
    wanted: PageRequest<P>,
    searching: bool,
    next: Option<PageRequest<P>>,
    rows: Vec<Row>,
}

impl<P: Place, Row> Gathered<P, Row> {
    /// What to read, if it is not full yet and there is more.
    pub(super) fn asks(&mut self) -> Option<PageRequest<P>> {
        let full = u64::try_from(self.rows.len()).is_ok_and(|rows| rows > self.wanted.limit);
        if full { None } else { self.next.clone() }
    }

    /// What was read, of which some rows are kept.
    pub(super) fn add(&mut self, rows: Vec<Row>, keep: impl Fn(&Row) -> bool, place: impl Fn(&Row) -> P) {
        let Some(asked) = self.next.take() else { return };
        if !self.searching {
            self.rows = rows;
            return;
        }
        let read = asked.page(rows, place);
        let after = read.next.as_deref().and_then(P::from_bytes);
        self.next = after.map(|after| PageRequest { after: Some(after), limit: SEARCHED_AT_A_TIME, ..asked });
        self.rows.extend(read.data.into_iter().filter(keep));
    }

    /// The page.
    pub(super) fn page(self, place: impl Fn(&Row) -> P) -> Page<Row> {
        self.wanted.page(self.rows, place)
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// The place that it ended at, if there is more behind it.
    pub next: Option<Vec<u8>>,
}

impl<T> Page<T> {
    /// The same page, each row shown so.
    pub(super) fn map<Shown>(self, show: impl FnMut(T) -> Shown) -> Page<Shown> {
        Page { data: self.data.into_iter().map(show).collect(), next: self.next }
    }
}

/// All of a list, page by page.
///
/// # Errors
/// Those of `list`.
pub async fn whole<P: Place, T>(
    order: ListOrder,
    list: impl AsyncFn(PageRequest<P>) -> Result<Page<T>, Error>,
) -> Result<Vec<T>, Error> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = list(PageRequest { limit: AT_A_TIME, order, after }).await?;
        all.extend(page.data);
        let Some(place) = page.next else { return Ok(all) };
        let place =
            P::from_bytes(&place).ok_or_else(|| Error::internal("a place that is none of its list"))?;
        after = Some(place);
    }
}
