//! What the form of a new API key asks for, and keeps when it comes back.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::key::keys::NewKey;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::labels::NewLabels;
use crate::entity::api_key::Environment;
use crate::error::{Error, FieldCode, both};
use crate::permission::{Catalogue, Role};
use crate::views::keys::Key;

/// How long a key is to live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expiry {
    #[serde(rename = "30")]
    Month,
    #[default]
    #[serde(rename = "90")]
    Quarter,
    #[serde(rename = "365")]
    Year,
    #[serde(rename = "date")]
    Date,
    #[serde(rename = "never")]
    Never,
}

/// Whether a key may do all that its role has, or a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    #[default]
    All,
    Some,
}

/// See the module. Links fill it in by their query.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    pub name: String,
    pub environment: Environment,
    pub role: Role,
    pub extent: Extent,
    pub permissions: BTreeSet<String>,
    pub expires: Expiry,
    /// The last day, if that is chosen.
    pub expires_on: String,
}

impl Default for KeyForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            environment: Environment::Live,
            role: Role::Viewer,
            extent: Extent::default(),
            permissions: BTreeSet::new(),
            expires: Expiry::default(),
            expires_on: String::new(),
        }
    }
}

impl KeyForm {
    /// What a link to the form has filled in. If a part of it cannot be read, the form is empty.
    pub fn of_address(address: &str) -> Self {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        serde_html_form::from_str(query).unwrap_or_default()
    }

    /// For a key that may do what that one may.
    pub fn like(key: &Key) -> Self {
        Self {
            name: key.name.clone(),
            environment: key.environment,
            role: key.role,
            extent: if key.permissions.is_some() { Extent::Some } else { Extent::All },
            permissions: key.permissions.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The form as the query of a link to it.
    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }

    /// What it asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn read(&self, now: Timestamp) -> Result<NewKey, Error> {
        let name =
            DisplayName::try_from(self.name.clone()).map_err(|problem| Error::invalid("/name", problem));
        let narrowed = (self.extent == Extent::Some).then(|| self.permissions.clone());
        let permissions = match narrowed {
            Some(none) if none.is_empty() => {
                Err(Error::wrong("/permissions", FieldCode::TooFew, "tick what the key may do"))
            }
            other => Ok(other),
        };
        let ((name, permissions), expires_at) = both(both(name, permissions), self.end(now))?;
        let labels = NewLabels::default();
        Ok(NewKey { name, environment: self.environment, role: self.role, permissions, expires_at, labels })
    }

    fn end(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let days = match self.expires {
            Expiry::Month => 30,
            Expiry::Quarter => 90,
            Expiry::Year => 365,
            Expiry::Never => return Ok(None),
            Expiry::Date => {
                // The key works on that day, too.
                let last = NaiveDate::parse_from_str(&self.expires_on, "%Y-%m-%d").ok();
                let end = last.and_then(|day| day.checked_add_days(Days::new(1)));
                let wrong = || {
                    Error::wrong("/expires_at", FieldCode::InvalidFormat, "write a day such as 2030-01-31")
                };
                return end.map(|day| Some(day.and_time(NaiveTime::MIN).and_utc())).ok_or_else(wrong);
            }
        };
        Ok(Some(now + TimeDelta::days(days)))
    }

    /// What is ticked and a key with that role cannot have.
    pub fn beyond_role(&self, catalogue: &Catalogue) -> Vec<String> {
        let held = catalogue.of_key(self.role, None);
        let beyond = |name: &&String| catalogue.find(name).is_none_or(|entry| !held.permits(entry));
        let ticked = self.permissions.iter().filter(|_| self.extent == Extent::Some);
        ticked.filter(beyond).cloned().collect()
    }
}
