//! Values as exports of databases and other systems write them: more ways than ours for the same.

use chrono::{DateTime, NaiveDateTime};
use oskar::clock::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// What is less was no time of an account in milliseconds (that is 1973), and what is more is none in seconds.
const LEAST_MILLISECONDS: i64 = 100_000_000_000;

/// A time: RFC 3339, the same without an offset (UTC), or milliseconds or seconds since 1970 as a number or a text.
#[derive(Clone, Copy)]
pub struct Moment(pub Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Text(String),
        }
        let time = match Written::deserialize(deserializer).map_err(|_| "no time") {
            Ok(Written::Number(number)) => of_number(number),
            Ok(Written::Text(text)) => match text.parse() {
                Ok(number) => of_number(number),
                Err(_) => of_text(&text),
            },
            Err(_) => None,
        };
        time.and_then(to_microseconds).map(Self).ok_or_else(|| {
            D::Error::custom("this is not a time: RFC 3339, or milliseconds or seconds since 1970")
        })
    }
}

fn of_number(number: i64) -> Option<Timestamp> {
    if number < LEAST_MILLISECONDS {
        DateTime::from_timestamp_secs(number)
    } else {
        DateTime::from_timestamp_millis(number)
    }
}

fn of_text(text: &str) -> Option<Timestamp> {
    let text = text.replacen(' ', "T", 1);
    // PostgreSQL and SQLite may write an offset of whole hours without minutes.
    let short =
        text.len() > 19 && text.as_bytes().get(text.len() - 3).is_some_and(|byte| b"+-".contains(byte));
    let text = if short { format!("{text}:00") } else { text };
    let with_offset = DateTime::parse_from_rfc3339(&text).map(|time| time.to_utc()).ok();
    with_offset.or_else(|| {
        NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc()).ok()
    })
}

/// As much as is stored.
pub fn to_microseconds(time: Timestamp) -> Option<Timestamp> {
    DateTime::from_timestamp_micros(time.timestamp_micros())
}

/// Yes or no: `true`, `false`, or a number as databases without truth values have it.
#[derive(Clone, Copy, Default)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Truth(bool),
            Number(u8),
        }
        match Written::deserialize(deserializer) {
            Ok(Written::Truth(truth)) => Ok(Self(truth)),
            Ok(Written::Number(number @ (0 | 1))) => Ok(Self(number == 1)),
            _ => Err(D::Error::custom("this is neither true nor false")),
        }
    }
}

/// An id: a text, or a number.
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Text(String),
        }
        match Written::deserialize(deserializer) {
            Ok(Written::Number(number)) => Ok(Self(number.to_string())),
            Ok(Written::Text(text)) => Ok(Self(text)),
            Err(_) => Err(D::Error::custom("this is neither a text nor a whole number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_way_that_exports_have() {
        for (written, time) in [
            ("\"2025-01-02T03:04:05.678Z\"", "2025-01-02T03:04:05.678Z"),
            ("\"2025-01-02T03:04:05.6789999+02:00\"", "2025-01-02T01:04:05.678999Z"),
            ("\"2025-01-02 03:04:05.678+00\"", "2025-01-02T03:04:05.678Z"),
            ("\"2025-01-02T03:04:05-08\"", "2025-01-02T11:04:05Z"),
            ("\"2025-01-02 03:04:05\"", "2025-01-02T03:04:05Z"),
            ("\"2025-01-02T03:04:05.678\"", "2025-01-02T03:04:05.678Z"),
            ("1735787045678", "2025-01-02T03:04:05.678Z"),
            ("\"1735787045678\"", "2025-01-02T03:04:05.678Z"),
            ("1735787045", "2025-01-02T03:04:05Z"),
        ] {
            let read: Moment = serde_json::from_str(written).unwrap();
            assert_eq!(read.0, time.parse::<Timestamp>().unwrap(), "{written}");
        }
        for written in [
            "true",
            "null",
            "1.5",
            "\"\"",
            "\"é\"",
            "\"tomorrow\"",
            "\"2025-13-01T00:00:00Z\"",
            "9223372036854775807",
        ] {
            assert!(serde_json::from_str::<Moment>(written).is_err(), "{written}");
        }
    }

    #[test]
    fn truths_and_ids_may_be_numbers() {
        let flags = ["true", "1", "false", "0"].map(|text| serde_json::from_str::<Flag>(text).unwrap().0);
        assert_eq!(flags, [true, true, false, false]);
        assert!(["2", "\"true\"", "null"].iter().all(|text| serde_json::from_str::<Flag>(text).is_err()));
        let ids = ["7", "\"7\""].map(|text| serde_json::from_str::<Id>(text).unwrap().0);
        assert_eq!(ids, ["7", "7"]);
        assert!(["1.5", "true", "[]"].iter().all(|text| serde_json::from_str::<Id>(text).is_err()));
    }
}
