//! The ids that an integrator's own system has: Oskar keeps them and never looks into them.

use serde::Deserialize;
use utoipa::ToSchema;

const LONGEST: usize = 255;

/// 1 to 255 characters without control characters and without white space around them; compared as they are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, min_length = 1, max_length = 255, example = "customer-4711",
    pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$"
)]
pub struct ExternalId(String);

impl ExternalId {
    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ExternalId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if !(1..=LONGEST).contains(&text.chars().count()) {
            Err("an external id has 1 to 255 characters")
        } else if text.chars().any(char::is_control) || text.trim() != text {
            Err("an external id has no control characters, and no white space around it")
        } else {
            Ok(Self(text))
        }
    }
}

impl std::str::FromStr for ExternalId {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}
