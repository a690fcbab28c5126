//! Slugs: an organisation's name in addresses.

use serde::Deserialize;
use utoipa::ToSchema;

const LONGEST: usize = 63;
/// Paths that the dashboard needs for itself.
const RESERVED: [&str; 1] = ["new"];

/// Lower-case letters and digits in groups joined by hyphens, 2 to 63 characters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, min_length = 2, max_length = 63, example = "acme",
    pattern = r"^(?!new$)[a-z0-9]+(-[a-z0-9]+)*$"
)]
pub struct Slug(String);

impl Slug {
    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug that looks like a name.
    pub fn from_name(name: &str) -> Self {
        let mut slug = slug::slugify(name);
        slug.truncate(LONGEST - 7);
        Self::try_from(slug.trim_matches('-').to_owned()).unwrap_or_else(|_| Self("org".to_owned()))
    }

    /// The same with something random behind, for when it is taken.
    #[must_use]
    pub fn with_suffix(&self) -> Self {
        let suffix = crate::crypto::secret::random_base62(6).to_ascii_lowercase();
        Self(format!("{}-{suffix}", self.0))
    }
}

impl TryFrom<String> for Slug {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let group = |group: &str| {
            !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if (2..=LONGEST).contains(&text.len())
            && text.split('-').all(group)
            && !RESERVED.contains(&text.as_str())
        {
            Ok(Self(text))
        } else {
            Err("a slug has 2 to 63 lower-case letters and digits, in groups joined by single hyphens")
        }
    }
}

impl std::str::FromStr for Slug {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_gives_a_slug() {
        for (name, slug) in [
            ("Acme Inc.", "acme-inc"),
            ("Ünïcode & Söhne", "unicode-sohne"),
            ("🦀", "crab"),
            ("!", "org"),
            ("new", "org"),
        ] {
            assert_eq!(Slug::from_name(name).as_str(), slug);
        }
        let long = Slug::from_name(&"ab ".repeat(100));
        assert!(Slug::try_from(long.as_str().to_owned()).is_ok());
        assert!(Slug::try_from(long.with_suffix().as_str().to_owned()).is_ok());
    }
}
