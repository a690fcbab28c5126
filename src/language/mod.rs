//! The texts of pages: one file per language, in the format of Project Fluent. A language is added by a file, a variant of
//! [`Language`] and its line in [`Language::file`].

mod accept;
mod variable;

use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

pub use variable::{Named, ToVariable, Variable};

/// A language that pages are shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// As `lang` and `Accept-Language` have it (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What its speakers call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::English => include_str!("en.ftl"),
            Self::German => include_str!("de.ftl"),
        }
    }

    /// The language of that tag.
    pub fn by_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The one that an `Accept-Language` header asks for most (RFC 9110 section 12.5.4); English if it asks for none of ours.
    pub fn accepted(header: &str) -> Self {
        accept::preferred(header, Self::ALL, Self::tag).unwrap_or_default()
    }
}

type Texts = FluentBundle<FluentResource>;

/// The texts of all languages, read once.
pub struct Languages(Vec<(Language, Arc<Texts>)>);

impl Languages {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong with a file.
    pub fn read() -> Result<Self, String> {
        let read = |language: Language| Ok((language, Arc::new(texts(language)?)));
        Language::ALL.into_iter().map(read).collect::<Result<_, String>>().map(Self)
    }

    /// The words of a language.
    pub fn words(&self, language: Language) -> Words {
        let texts = self.0.iter().find(|(of, _)| *of == language).map(|(_, texts)| texts.clone());
        Words { language, texts }
    }
}

fn texts(language: Language) -> Result<Texts, String> {
    let tag = language.tag();
    let wrong = |what: &dyn std::fmt::Debug| format!("src/language/{tag}.ftl: {what:?}");
    let resource =
        FluentResource::try_new(language.file().to_owned()).map_err(|(_, errors)| wrong(&errors))?;
    let identifier = tag.parse().map_err(|error| wrong(&error))?;
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Names of the other direction are isolated one by one: see `Variable`.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| wrong(&errors))?;
    Ok(bundle)
}

/// The words of one language. Cloning is cheap.
#[derive(Clone)]
pub struct Words {
    pub language: Language,
    texts: Option<Arc<Texts>>,
}

impl Words {
    /// The text of that name. A text that is missing is told by its name, which a test looks for.
    pub fn say(&self, name: &str, variables: &[Named<'_>]) -> String {
        self.find(name, variables).unwrap_or_else(|| name.to_owned())
    }

    /// The text of that name, if there is one.
    pub fn find(&self, name: &str, variables: &[Named<'_>]) -> Option<String> {
        let texts = self.texts.as_ref()?;
        let pattern = texts.get_message(name)?.value()?;
        let arguments: FluentArgs<'_> =
            variables.iter().map(|(name, variable)| (*name, variable.value())).collect();
        let mut errors = Vec::new();
        let text = texts.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(name, ?errors, language = self.language.tag(), "a text lacks a variable");
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_read_and_fill_in_variables() {
        let languages = Languages::read().unwrap();
        for language in Language::ALL {
            let words = languages.words(language);
            assert_ne!(words.say("sign-in-title", &[]), "sign-in-title");
            let text = words.say("ago-minutes", &[("count", 5_u32.variable())]);
            assert!(text.contains('5'), "{text}");
        }
    }

    #[test]
    fn a_name_of_the_other_direction_is_isolated() {
        let text = |name: &str| {
            let variables = [("name", name.variable())];
            Languages::read().unwrap().words(Language::English).say("signed-in-as", &variables)
        };
        assert!(text("Ana").ends_with("Ana"));
        assert!(text("\u{5d3}\u{5d5}\u{5d3}").ends_with("\u{2068}\u{5d3}\u{5d5}\u{5d3}\u{2069}"));
    }
}
