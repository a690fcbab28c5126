//! Values as exports of databases and other systems write them: more ways than ours for the same.

use chrono::{DateTime, NaiveDateTime};
use oskar::clock::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A time: RFC 3339, the same without an offset (UTC), or milliseconds since 1970 as a number or a text.
#[derive(Clone, Copy)]
pub struct Moment(pub Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Milliseconds(i64),
            Text(String),
        }
        let time = match Written::deserialize(deserializer).map_err(|_| "no time") {
            Ok(Written::Milliseconds(number)) => DateTime::from_timestamp_millis(number),
            Ok(Written::Text(text)) => match text.parse() {
                Ok(number) => DateTime::from_timestamp_millis(number),
                Err(_) => of_text(&text),
            },
            Err(_) => None,
        };
        time.and_then(to_microseconds)
            .map(Self)
            .ok_or_else(|| D::Error::custom("this is not a time: RFC 3339, or milliseconds since 1970"))
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
