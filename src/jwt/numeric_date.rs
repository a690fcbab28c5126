//! Times in tokens.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A NumericDate: any JSON number of seconds since 1970 (RFC 7519 section 2), so also `1.7e9` and `1700000000.5`. What is
/// behind the point is dropped: clocks differ by more. The times in our own tokens are always whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumericDate(i64);

impl NumericDate {
    /// Since 1970; what is farther away than an `i64` reaches is the farthest there is.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

struct Seconds;

impl Visitor<'_> for Seconds {
    type Value = NumericDate;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a number of seconds")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<NumericDate, E> {
        Ok(NumericDate(seconds))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<NumericDate, E> {
        Ok(NumericDate(i64::try_from(seconds).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<NumericDate, E> {
        if !seconds.is_finite() {
            return Err(E::invalid_value(Unexpected::Float(seconds), &self));
        }
        #[expect(clippy::cast_possible_truncation, reason = "such a conversion ends at the farthest `i64`")]
        let whole = seconds.floor() as i64;
        Ok(NumericDate(whole))
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_a_time_and_nothing_else_is() {
        for (text, seconds) in [
            ("1700000000", 1_700_000_000),
            ("1.7e9", 1_700_000_000),
            ("1700000000.0", 1_700_000_000),
            ("1700000000.9", 1_700_000_000),
            ("-0.5", -1),
            ("18446744073709551615", i64::MAX),
            ("1e300", i64::MAX),
            ("-1e300", i64::MIN),
        ] {
            assert_eq!(serde_json::from_str::<NumericDate>(text).unwrap().seconds(), seconds, "{text}");
        }
        for bad in ["\"1700000000\"", "true", "[1]", "{}", "1e999", "null"] {
            assert!(serde_json::from_str::<NumericDate>(bad).is_err(), "{bad}");
        }
    }
}
