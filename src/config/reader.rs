//! From texts to typed settings.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::str::FromStr;

use axum::http::HeaderName;
use chrono::TimeDelta;
use tracing_subscriber::EnvFilter;

use super::sources::{Sources, Written};
use crate::permission::{Catalogue, Role};
use crate::text::json::misfit;

/// Gives the texts their types and collects what does not fit.
pub struct Reader<'a> {
    sources: &'a Sources,
    pub problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, problems: sources.problems.clone() }
    }

    pub fn problem(&mut self, key: &str, what: &str) {
        let origin = self.sources.values.get(key).map_or("default", |sourced| sourced.origin.as_str());
        self.problems.push(format!("`{key}` {what} ({origin})"));
    }

    /// Whether the setting was written anywhere; an empty list that was written says "none".
    pub fn written(&self, key: &str) -> bool {
        self.sources.written(key)
    }

    /// Whether something was told of that setting already: what follows from it need not be told too.
    pub fn is_told(&self, key: &str) -> bool {
        let beginning = format!("`{key}` ");
        self.problems.iter().any(|problem| problem.starts_with(&beginning))
    }

    /// Whether the setting has exactly that word.
    pub fn says(&self, key: &str, word: &str) -> bool {
        self.text(key) == word
    }

    pub fn numbers(&self, section: &str) -> BTreeSet<u8> {
        self.sources.numbers(section)
    }

    pub fn text(&self, key: &str) -> &'a str {
        match self.sources.values.get(key).map(|sourced| &sourced.value) {
            Some(Written::One(text)) => text.trim(),
            _ => "",
        }
    }

    pub fn list(&self, key: &str) -> Vec<String> {
        match self.sources.values.get(key).map(|sourced| &sourced.value) {
            Some(Written::List(list)) => list.clone(),
            _ => Vec::new(),
        }
    }

    /// Names of headers, one by one: a `*` means nothing where credentials are sent (Fetch standard).
    pub fn header_names(&mut self, key: &str) -> Vec<HeaderName> {
        let mut names = Vec::new();
        for text in self.list(key) {
            match text.parse() {
                Ok(name) if text != "*" => names.push(name),
                _ => self
                    .problem(key, &format!("has `{text}`, which is no name of a header such as X-Trace-Id")),
            }
        }
        names
    }

    pub fn one<T: FromStr<Err: std::fmt::Display>>(&mut self, key: &str, fallback: T) -> T {
        match self.text(key).parse::<T>() {
            Ok(value) => value,
            Err(error) => {
                let told = misfit(&error.to_string());
                self.problem(key, &format!("is `{}`: {told}", self.text(key)));
                fallback
            }
        }
    }

    /// An address with a port. Names are not looked up: they may stand for several addresses.
    pub fn socket(&mut self, key: &str, fallback: SocketAddr) -> SocketAddr {
        self.text(key).parse().unwrap_or_else(|_| {
            let problem = format!(
                "is `{}`, not an address with a port such as 127.0.0.1:8675, 0.0.0.0:80 or [::]:80",
                self.text(key)
            );
            self.problem(key, &problem);
            fallback
        })
    }

    /// A filter of log lines, in the words of `tracing_subscriber`.
    pub fn log_level(&mut self, key: &str) -> String {
        let filter = self.text(key).to_owned();
        if EnvFilter::try_new(&filter).is_err() {
            self.problem(key, &format!("is `{filter}`, no filter such as info, or warn,oskar=debug"));
        }
        filter
    }

    pub fn within<T: FromStr<Err: std::fmt::Display> + PartialOrd + std::fmt::Display + Copy>(
        &mut self,
        key: &str,
        least: T,
        most: T,
    ) -> T {
        let value = self.one(key, least);
        if value < least || value > most {
            self.problem(key, &format!("is {value}: it goes from {least} to {most}"));
        }
        value
    }

    pub fn duration(&mut self, key: &str) -> TimeDelta {
        let parsed = humantime::parse_duration(self.text(key)).map(TimeDelta::from_std);
        match parsed {
            Ok(Ok(given)) if (TimeDelta::seconds(1)..=TimeDelta::days(3650)).contains(&given) => given,
            Ok(_) => {
                self.problem(key, "goes from one second to ten years");
                TimeDelta::seconds(1)
            }
            Err(_) => {
                let told = format!(
                    "is `{}`, no duration such as 15m, 24h or 30d: a number and its unit",
                    self.text(key)
                );
                self.problem(key, &told);
                TimeDelta::seconds(1)
            }
        }
    }

    /// `None` for `0`.
    pub fn duration_or_none(&mut self, key: &str) -> Option<TimeDelta> {
        if self.text(key) == "0" { None } else { Some(self.duration(key)) }
    }

    pub fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> T {
        let given = self.text(key);
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == given) {
            return *choice;
        }
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        self.problem(key, &format!("is `{given}`, not one of {}", names.join(", ")));
        choices[0].1
    }

    pub fn permissions(&mut self) -> Catalogue {
        let written: BTreeMap<String, String> =
            match self.sources.values.get("permissions").map(|sourced| &sourced.value) {
                Some(Written::Map(map)) => map.clone(),
                _ => BTreeMap::new(),
            };
        let mut product = Vec::new();
        for (name, role) in written {
            match role.parse::<Role>() {
                Ok(role) => product.push((name, role)),
                Err(error) => self.problem("permissions", &format!("has {name}: {error}")),
            }
        }
        Catalogue::with_product(product).unwrap_or_else(|error| {
            self.problem("permissions", &format!("has a name that cannot be used: {error}"));
            Catalogue::default()
        })
    }
}
