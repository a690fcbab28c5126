//! Why something was done, in the words of the person or program that did it.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::text::visible::misplaced;

const LONGEST: usize = 255;

/// 1 to 255 characters, without what could forge a line or turn the direction of writing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, min_length = 1, max_length = 255, example = "found in a public repository",
    pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u206f\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]*$"
)]
pub struct RevocationReason(String);

impl RevocationReason {
    /// As it was given.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl TryFrom<String> for RevocationReason {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let befores = std::iter::once(None).chain(text.chars().map(Some));
        if !(1..=LONGEST).contains(&text.chars().count()) {
            Err("a reason has 1 to 255 characters".to_owned())
        } else if let Some(odd) = befores.zip(text.chars()).find_map(|(before, char)| misplaced(before, char))
        {
            Err(format!("a reason {odd}"))
        } else {
            Ok(Self(text))
        }
    }
}

impl std::str::FromStr for RevocationReason {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.to_owned().try_into()
    }
}
