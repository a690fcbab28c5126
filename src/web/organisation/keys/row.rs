//! An API key as pages show it: what it is called, what it may do, and how it is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::clock::Timestamp;
use crate::entity::api_key::Environment;
use crate::http::filters::{day_in, relative};
use crate::language::{ToVariable, Words};
use crate::views::keys::{Key, KeyState};

/// See the module.
pub struct KeyRow {
    pub key: Key,
    pub badges: Vec<Badge>,
    /// What the key was narrowed to, a resource at a time.
    pub narrowed: Option<String>,
    pub stale: bool,
    /// Whether it was used just now.
    pub fresh: bool,
    /// In how long it ends, if that is soon.
    pub soon: Option<String>,
}

/// A word for how a key is, and its colour.
pub struct Badge {
    pub kind: &'static str,
    pub text: String,
}

impl KeyRow {
    /// How that key is shown in a language at a time.
    pub fn new(words: &Words, key: Key, now: Timestamp) -> Self {
        let stale = key.is_stale(now);
        let fresh = key.last_used_at.is_some_and(|used| now - used < TimeDelta::minutes(1));
        let end = key.expires_at.filter(|_| key.expires_soon(now));
        let soon = end.map(|end| relative(words, now, end));
        let badges = badges(words, &key, now);
        let narrowed = key.permissions.as_ref().map(|permissions| by_resource(words, permissions));
        Self { key, badges, narrowed, stale, fresh, soon }
    }

    /// Whether it is a test key.
    pub fn is_test(&self) -> bool {
        self.key.environment == Environment::Test
    }

    /// Whether it can be used.
    pub fn is_alive(&self) -> bool {
        matches!(self.key.state, KeyState::Active)
    }

    /// Whether it was revoked.
    pub fn is_revoked(&self) -> bool {
        matches!(self.key.state, KeyState::Revoked)
    }

    /// Whether it is unused so far.
    pub fn is_unused(&self) -> bool {
        self.key.last_used_at.is_none()
    }
}

fn badges(words: &Words, key: &Key, now: Timestamp) -> Vec<Badge> {
    let badge = |kind, name: &str, when: Option<String>| {
        let when = when.unwrap_or_default();
        Badge { kind, text: words.say(name, &[("when", when.variable())]) }
    };
    let day = |time: Option<Timestamp>| time.map(|time| day_in(words, time));
    match key.state {
        KeyState::Revoked => return vec![badge("plain", "keys-badge-revoked", day(key.revoked_at))],
        KeyState::Expired => return vec![badge("plain", "keys-badge-expired", day(key.expires_at))],
        KeyState::Active => {}
    }
    let mut badges = Vec::new();
    if key.expires_soon(now) {
        let when = key.expires_at.map(|end| relative(words, now, end));
        badges.push(badge("warning", "keys-badge-expires", when));
    }
    if key.is_stale(now) {
        badges.push(badge("warning", "keys-badge-stale", None));
    }
    if key.old_secret_expires_at.is_some() {
        badges.push(badge("info", "keys-badge-rotating", None));
    }
    if badges.is_empty() {
        badges.push(badge("success", "keys-badge-active", None));
    }
    badges
}

/// Such as "tasks: read, write · org: read".
fn by_resource(words: &Words, permissions: &BTreeSet<String>) -> String {
    let mut resources = BTreeMap::<_, Vec<_>>::new();
    for permission in permissions {
        let (resource, action) = permission.split_once(':').unwrap_or((permission, ""));
        resources.entry(resource).or_default().push(action);
    }
    let told: Vec<_> =
        resources.iter().map(|(resource, actions)| format!("{resource}: {}", actions.join(", "))).collect();
    if told.is_empty() { words.say("keys-nothing", &[]) } else { told.join(" · ") }
}
