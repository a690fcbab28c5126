//! From texts to typed settings.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::str::FromStr;

use chrono::TimeDelta;
use ipnet::IpNet;

use super::sources::{Sources, Written};
use crate::permission::{Catalogue, Role};

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

    /// Networks; an address alone is a network of one.
    pub fn networks(&mut self, key: &str) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for text in self.list(key) {
            match text.parse().or_else(|_| text.parse().map(|address: IpAddr| address.to_canonical().into()))
            {
                Ok(network) => networks.push(network),
                Err(_) => self.problem(key, &format!("has `{text}`, which is no network such as 10.0.0.0/8")),
            }
        }
        networks
    }

    pub fn one<T: FromStr<Err: std::fmt::Display>>(&mut self, key: &str, fallback: T) -> T {
        match self.text(key).parse() {
            Ok(value) => value,
            Err(error) => {
                self.problem(key, &format!("is `{}`: {error}", self.text(key)));
                fallback
            }
        }
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
        let parsed = humantime::parse_duration(self.text(key)).map_err(|error| error.to_string());
        match parsed.and_then(|given| TimeDelta::from_std(given).map_err(|error| error.to_string())) {
            Ok(given) if (TimeDelta::seconds(1)..=TimeDelta::days(3650)).contains(&given) => given,
            Ok(_) => {
                self.problem(key, "goes from one second to ten years");
                TimeDelta::seconds(1)
            }
            Err(error) => {
                self.problem(key, &format!("is no duration such as 15m, 24h or 30d: {error}"));
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
