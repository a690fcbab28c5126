//! Which page of a list a query asks for: `?limit=&cursor=`.

use std::str::FromStr;

use serde::Deserialize;
use utoipa::IntoParams;

use super::input::present;
use crate::error::{Error, FieldCode, both};
use crate::views::PageRequest;

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
    /// What is asked for, of a list whose rows have such ids.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the limit is out of bounds, or the cursor is none of such a list.
    pub fn request<Id: FromStr>(&self) -> Result<PageRequest<Id>, Error> {
        let limit = match self.limit.as_deref().map(whole_number) {
            None => Ok(DEFAULT),
            Some(Some(limit)) if (1..=MOST).contains(&limit) => Ok(limit),
            Some(limit) => {
                let code = if limit.is_some() { FieldCode::OutOfRange } else { FieldCode::WrongType };
                Err(Error::wrong("/limit", code, "this is a number from 1 to 100"))
            }
        };
        let parse = |text: &str| {
            let message = "this is no `next_cursor` of this list";
            text.parse().map_err(|_| Error::wrong("/cursor", FieldCode::InvalidFormat, message))
        };
        let (limit, after) = both(limit, self.cursor.as_deref().map(parse).transpose())?;
        Ok(PageRequest { limit, after })
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
