//! What a server was started with, for the audit log.

use std::collections::BTreeMap;

use super::settings::Setting;
use super::sources::{Sources, Written};

/// Nodes of one installation differ in these, so that they say nothing of a change.
const OF_A_NODE: [&str; 2] = ["listen", "data_dir"];

/// A setting that was given, as one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    pub value: String,
    /// Must not be written down as it is.
    pub secret: bool,
}

impl Sources {
    /// The settings that have another value than their default, by key.
    pub fn in_use(&self) -> BTreeMap<String, InUse> {
        let mut given = BTreeMap::new();
        for (key, sourced) in &self.values {
            let Some(setting) = Setting::find(key).filter(|setting| !OF_A_NODE.contains(&setting.key)) else {
                continue;
            };
            let value = match &sourced.value {
                Written::One(text) => text.clone(),
                Written::List(list) => list.join(","),
                Written::Map(map) => {
                    map.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
                }
            };
            if value != setting.default {
                given.insert(key.clone(), InUse { value, secret: setting.secret });
            }
        }
        given
    }
}
