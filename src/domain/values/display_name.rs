//! Names of people, organisations and keys, as people read them.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::text::linkable::is_link;
use crate::text::visible::{cleaned, is_seen, misplaced};

/// In characters, which are Unicode code points, as JSON Schema counts them; neither bytes nor units of UTF-16.
const LONGEST: usize = 200;

/// A name: any script, with something to see, and without what could forge a line or turn the direction of writing. It is
/// no address: mails to strangers say it. The length is in characters (Unicode code points).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, min_length = 1, max_length = 200, example = "Acme",
    pattern = r"^(?!.*(://|\b[Ww][Ww][Ww]\.|[@\ufe6b\uff20]))[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u206f\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]*[^\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff][^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u206f\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]*$"
)]
pub struct DisplayName(String);

impl DisplayName {
    /// The name, without white space around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that its giver cannot correct now: an issuer's claim, or one that was stored under older rules. What has no
    /// place in a name is left out, and so is what is too long; `None` if that leaves no name.
    pub fn from_others(text: &str) -> Option<Self> {
        cleaned(text).trim().chars().take(LONGEST).collect::<String>().try_into().ok()
    }

    /// Part of an address made into a name.
    pub fn from_local_part(email: &crate::domain::email::Email) -> Self {
        let part = email.local_part();
        // Of `www.acme@mail.example`.
        if is_link(part) { Self(part.replace('.', " ").trim().to_owned()) } else { Self(part.to_owned()) }
    }
}

impl TryFrom<String> for DisplayName {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let trimmed = text.trim();
        let befores = std::iter::once(None).chain(trimmed.chars().map(Some));
        let odd = befores.zip(trimmed.chars()).find_map(|(before, char)| misplaced(before, char));
        if text.chars().count() > LONGEST {
            Err("a name has 200 characters at most".to_owned())
        } else if let Some(odd) = odd {
            Err(format!("a name {odd}"))
        } else if !trimmed.chars().any(is_seen) {
            Err("a name needs a character that can be seen".to_owned())
        } else if is_link(trimmed) {
            Err("a name is no address: it has no scheme such as `https:`, no `www.` and no `@`".to_owned())
        } else {
            Ok(Self(trimmed.to_owned()))
        }
    }
}

impl std::str::FromStr for DisplayName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}
