//! Names of people, organisations and keys, as people read them.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::linkable::is_link;

const LONGEST: usize = 200;

/// A name: any letters, no control characters (which could forge log lines), something to see. It is no address:
/// mails to strangers say it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, min_length = 1, max_length = 200, example = "Acme",
    pattern = r"^(?!.*(://|\b[Ww][Ww][Ww]\.|[@\ufe6b\uff20]))[^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000][^\u0000-\u001f\u007f-\u009f]*$"
)]
pub struct DisplayName(String);

impl DisplayName {
    /// The name, without white space around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Part of an address made into a name.
    pub fn from_local_part(email: &super::email::Email) -> Self {
        let part = email.local_part();
        // Of `www.acme@mail.example`.
        if is_link(part) { Self(part.replace('.', " ").trim().to_owned()) } else { Self(part.to_owned()) }
    }
}

impl TryFrom<String> for DisplayName {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            Err("a name needs a character that can be seen")
        } else if text.chars().count() > LONGEST {
            Err("a name has 200 characters at most")
        } else if text.chars().any(char::is_control) {
            Err("a name has no control characters")
        } else if is_link(trimmed) {
            Err("a name is no address: it has no scheme such as `https:`, no `www.` and no `@`")
        } else {
            Ok(Self(trimmed.to_owned()))
        }
    }
}

impl std::str::FromStr for DisplayName {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}
