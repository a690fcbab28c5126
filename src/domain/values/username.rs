//! Usernames: a second name to sign in with. They have no `@`, so they are never taken for an address.

use serde::Deserialize;
use utoipa::ToSchema;

/// 3 to 64 letters, digits, dots, underscores and hyphens, beginning and ending with a letter or digit.
/// Case does not count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, min_length = 3, max_length = 64, example = "ana",
    pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}[A-Za-z0-9]$"
)]
pub struct Username(String);

impl Username {
    /// In lower case, as it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Username {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let outer = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let valid = (3..=64).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
            && outer(bytes.first())
            && outer(bytes.last());
        if valid {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(
                "a username has 3 to 64 letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit",
            )
        }
    }
}

impl std::str::FromStr for Username {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}
