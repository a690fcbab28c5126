//! Times that people and programs write: RFC 3339, and words for what is missing.

use chrono::format::ParseError;
use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveTime, Timelike as _, Utc};
use serde::{Deserialize, Deserializer};

const NO_TIME: &str = "this is no time such as 2026-12-01T00:00:00Z";
const NO_OFFSET: &str = "this time does not say its offset from UTC: add `Z` for UTC, or an offset, such as 2026-12-01T00:00:00Z or 2026-12-01T00:00:00+02:00";
const NO_CLOCK: &str =
    "this is a date without a time: write both, and the offset from UTC, such as 2026-12-01T00:00:00Z";
const SECOND: u32 = 1_000_000_000;

/// Reads a time: with `T`, `t` or a space, `Z`, `z` or an offset (`-00:00` too), any number of digits behind the point.
/// A leap second, `23:59:60` UTC, is the second after it, as clocks on POSIX systems have it.
///
/// # Errors
/// What is missing, with an example.
pub fn parse(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let read: Result<DateTime<FixedOffset>, ParseError> =
        DateTime::parse_from_rfc3339(text).or_else(|_| text.parse());
    let Ok(read) = read else { return Err(missing(text)) };
    let time = without_leap(read.to_utc()).ok_or(NO_TIME)?;
    if (0..=9999).contains(&time.year()) { Ok(time) } else { Err("a year goes from 0000 to 9999") }
}

fn without_leap(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match time.nanosecond().checked_sub(SECOND) {
        None => Some(time),
        Some(rest) if (time.hour(), time.minute()) == (23, 59) => {
            DateTime::from_timestamp(time.timestamp() + 1, rest)
        }
        Some(_) => None,
    }
}

fn missing(text: &str) -> &'static str {
    let Some((date, rest)) = text.trim().split_at_checked(10) else { return NO_TIME };
    if date.parse::<NaiveDate>().is_err() {
        return NO_TIME;
    }
    match rest.strip_prefix(['T', 't', ' ']).map(str::parse::<NaiveTime>) {
        Some(Ok(_)) => NO_OFFSET,
        None if rest.is_empty() => NO_CLOCK,
        _ => NO_TIME,
    }
}

/// Reads a time of a query, where an unencoded `+` means a space: before an offset it can only have been a `+`.
///
/// # Errors
/// As [`parse`].
pub fn parse_in_query(text: &str) -> Result<DateTime<Utc>, &'static str> {
    parse(text).or_else(|problem| match text.rsplit_once(' ') {
        Some((time, offset)) if time.len() > 10 => parse(&format!("{time}+{offset}")).map_err(|_| problem),
        _ => Err(problem),
    })
}

/// A member that may be missing or null.
///
/// # Errors
/// As [`parse`].
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse(&text).map_err(serde::de::Error::custom)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_time_is_read() {
        let shown = |text: &str| parse(text).map(|time| time.to_rfc3339());
        for (text, time) in [
            ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00+00:00"),
            ("2026-12-01t00:00:00z", "2026-12-01T00:00:00+00:00"),
            ("2026-12-01 00:00:00Z", "2026-12-01T00:00:00+00:00"),
            ("2026-12-01T00:00:00+02:00", "2026-11-30T22:00:00+00:00"),
            ("2026-12-01T00:00:00-00:00", "2026-12-01T00:00:00+00:00"),
            ("2026-12-01T00:00:00.5Z", "2026-12-01T00:00:00.500+00:00"),
            ("2026-12-01T00:00:00.12345678901234567890Z", "2026-12-01T00:00:00.123456789+00:00"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
            ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00+00:00"),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(time), "{text}");
        }
        for (text, told) in [
            ("2026-12-01", NO_CLOCK),
            ("2026-12-01T00:00:00", NO_OFFSET),
            ("2026-12-01 00:00", NO_OFFSET),
            ("2026-12-01T00:00:00.5", NO_OFFSET),
            ("2026-02-30T00:00:00Z", NO_TIME),
            ("2026-12-01T12:34:60Z", NO_TIME),
            ("2026-12-01T24:00:00Z", NO_TIME),
            ("", NO_TIME),
            ("tomorrow", NO_TIME),
            ("1796083200", NO_TIME),
            ("２０２６-12-01", NO_TIME),
        ] {
            assert_eq!(shown(text), Err(told), "{text}");
        }
    }

    #[test]
    fn a_plus_of_a_query_may_be_a_space() {
        let plus = parse("2026-12-01T00:00:00+02:00");
        assert_eq!(parse_in_query("2026-12-01T00:00:00 02:00"), plus);
        assert_eq!(parse_in_query("2026-12-01 00:00:00 02:00"), plus);
        assert_eq!(parse_in_query("2026-12-01 00:00:00"), Err(NO_OFFSET));
    }
}
