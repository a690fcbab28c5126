//! A body read as JSON, whatever it is to be, with the members that it has twice.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The value, and which of its members stand there more than once.
pub struct JsonBody {
    pub value: Value,
    pub twice: Vec<String>,
}

impl JsonBody {
    /// Reads a body.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn read(text: &[u8]) -> serde_json::Result<Self> {
        if !text.trim_ascii_start().starts_with(b"{") {
            return Ok(Self { value: serde_json::from_slice(text)?, twice: Vec::new() });
        }
        let mut reader = serde_json::Deserializer::from_slice(text);
        let body = reader.deserialize_map(Members)?;
        reader.end()?;
        Ok(body)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = JsonBody;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<JsonBody, A::Error> {
        let (mut value, mut twice) = (Map::new(), Vec::new());
        while let Some((name, member)) = members.next_entry::<String, Value>()? {
            if value.insert(name.clone(), member).is_some() && !twice.contains(&name) {
                twice.push(name);
            }
        }
        Ok(JsonBody { value: Value::Object(value), twice })
    }
}
