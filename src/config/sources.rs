//! What was written for each setting, and where.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::SETTINGS;

pub(super) const DEFAULT: &str = "default";

/// A setting's value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    One(String),
    List(Vec<String>),
    Map(BTreeMap<String, String>),
}

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub struct Sourced {
    pub value: Written,
    /// `default`, `oskar.toml line 3`, `OSKAR_LISTEN`, `--listen`, …
    pub origin: String,
}

/// All settings by key, and what is to be said of how they were written.
#[derive(Debug, Default)]
pub struct Sources {
    pub values: BTreeMap<String, Sourced>,
    pub problems: Vec<String>,
    /// What does not prevent the start, but should be known.
    pub warnings: Vec<String>,
    /// Variables that a platform has injected.
    pub ignored: Vec<String>,
}

impl Sources {
    /// Whether a setting was written anywhere.
    pub fn written(&self, key: &str) -> bool {
        self.values.get(key).is_some_and(|sourced| sourced.origin != DEFAULT)
    }

    /// Takes a value that was written. An empty one is a mistake, or a variable that was left out by a script would
    /// mean the default; only a list says "none" by being empty.
    pub(super) fn put(&mut self, key: &str, value: Written, origin: String) {
        let problem = match &value {
            Written::One(text) if text.trim().is_empty() => "is empty: remove it, or give it a value",
            Written::List(list) if list.iter().any(|text| text.trim().is_empty()) => "has an empty entry",
            _ => {
                self.values.insert(key.to_owned(), Sourced { value, origin });
                return;
            }
        };
        self.problems.push(format!("`{key}` {problem} ({origin})"));
    }

    /// Takes a value that was written under a setting's older name.
    pub(super) fn put_renamed(&mut self, older: &str, key: &str, value: Written, origin: String) {
        let earlier = self.values.get(key).map_or(DEFAULT, |sourced| sourced.origin.as_str());
        let both_in_environment = earlier.starts_with("OSKAR_") && origin.starts_with("OSKAR_");
        let both_in_file = earlier.contains(" line ") && origin.contains(" line ");
        if both_in_environment || both_in_file {
            return self.problems.push(format!("`{key}` is given twice: by {earlier} and by {origin}"));
        }
        self.warnings.push(format!("`{older}` is called `{key}` now ({origin})"));
        self.put(key, value, origin);
    }

    /// The numbers of the sections of that name.
    pub fn numbers(&self, section: &str) -> BTreeSet<u8> {
        let names = self.values.keys().filter_map(|key| key.strip_prefix(section)?.strip_prefix('.'));
        names.filter_map(|rest| rest.split('.').next()?.parse().ok()).collect()
    }
}

/// A known name as it would be written where the other one stands, for comparison.
pub(super) fn numbered_like(known: &str, given: &str, separator: &str) -> String {
    let number = given.split(separator).find(|part| part.parse::<u8>().is_ok());
    known.replace('#', number.unwrap_or("0"))
}

pub(super) fn is_section(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

pub(super) fn suggestion(given: &str, known: impl Iterator<Item = String>) -> String {
    known
        .map(|known| (strsim::jaro_winkler(given, &known), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, nearest)| format!(" Did you mean `{nearest}`?"))
        .unwrap_or_default()
}
