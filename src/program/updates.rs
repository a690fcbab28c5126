//! News of releases and advisories: the feed's format, and what of it is about this version.
//!
//! ```json
//! {
//!   "latest": { "version": "1.4.2", "url": "https://example.com/releases/1.4.2" },
//!   "advisories": [{
//!     "id": "OSKAR-2026-0001", "title": "What is wrong", "severity": "high",
//!     "affected": [">=1.2.0, <1.4.1"], "url": "https://example.com/advisories/1"
//!   }]
//! }
//! ```
//!
//! Both members may be missing, and unknown ones are none of our business. Versions and ranges are those of Cargo
//! (semver.org); an advisory is about a version that is in any of its ranges. The feed is a foreign text: what
//! of it cannot be read is left out, and all of it is bounded.

use std::sync::{Arc, PoisonError, RwLock};

use semver::{Prerelease, Version, VersionReq};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;

/// The largest feed, in bytes.
pub const LARGEST: usize = 256 * 1024;
const MOST_ADVISORIES: usize = 50;
const MOST_RANGES: usize = 50;
const LONGEST_ID: usize = 64;
const LONGEST_TITLE: usize = 200;
const LONGEST_URL: usize = 500;

/// A release that is newer than this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PendingUpdate {
    #[schema(example = "0.2.0")]
    pub version: String,
    /// Where to read about it.
    #[schema(example = "https://example.com/releases/0.2.0")]
    pub url: Option<String>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdvisorySeverity)]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
    #[default]
    #[serde(other)]
    Unknown,
}

/// A known weakness of this version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Advisory {
    #[schema(example = "OSKAR-2026-0001")]
    pub id: String,
    #[schema(example = "What is wrong")]
    pub title: String,
    pub severity: Severity,
    #[schema(example = "https://example.com/advisories/1")]
    pub url: Option<String>,
}

/// What a feed says about this version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    pub update: Option<PendingUpdate>,
    pub advisories: Vec<Advisory>,
    pub checked_at: Timestamp,
}

#[derive(Deserialize)]
struct Feed {
    latest: Option<Release>,
    #[serde(default, deserialize_with = "those_that_can_be_read")]
    advisories: Vec<Report>,
}

#[derive(Deserialize)]
struct Release {
    version: Version,
    url: Option<String>,
}

#[derive(Deserialize)]
struct Report {
    id: String,
    title: String,
    #[serde(default)]
    severity: Severity,
    affected: Vec<VersionReq>,
    url: Option<String>,
}

/// One that is written wrong must not hide the others.
fn those_that_can_be_read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Report>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(deserializer)?;
    let count = all.len();
    let read: Vec<_> = all.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect();
    if read.len() < count {
        // Once: a feed may have thousands of them.
        tracing::warn!(count = count - read.len(), "left out advisories that cannot be read");
    }
    Ok(read)
}

/// What a feed says about a version.
///
/// # Errors
/// A text for the log, if it is no feed.
pub fn read(feed: &str, running: &Version, now: Timestamp) -> Result<News, String> {
    let feed: Feed = serde_json::from_str(feed.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("it is no feed: {}", crate::text::json::told(&error)))?;
    let newer = |release: &Release| {
        // A pre-release is only offered to an installation that runs a pre-release.
        let wanted = release.version.pre.is_empty() || !running.pre.is_empty();
        wanted && release.version.cmp_precedence(running).is_gt()
    };
    let update = feed.latest.filter(newer).map(|release| PendingUpdate {
        version: plain(&release.version.to_string(), LONGEST_ID),
        url: link(release.url),
    });
    let about_us = feed.advisories.into_iter().filter(|report| is_affected(&report.affected, running));
    let advisories = about_us.take(MOST_ADVISORIES).map(|report| Advisory {
        id: plain(&report.id, LONGEST_ID),
        title: plain(&report.title, LONGEST_TITLE),
        severity: report.severity,
        url: link(report.url),
    });
    Ok(News { update, advisories: advisories.collect(), checked_at: now })
}

fn is_affected(ranges: &[VersionReq], running: &Version) -> bool {
    // A range names pre-releases only if it says so; a weakness has them all the same.
    let released = Version { pre: Prerelease::EMPTY, ..running.clone() };
    ranges.iter().take(MOST_RANGES).any(|range| range.matches(running) || range.matches(&released))
}

/// Without what could forge lines, and not too long.
fn plain(text: &str, longest: usize) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(longest).collect()
}

/// Only what leads to a page: not `javascript:` and the like.
fn link(url: Option<String>) -> Option<String> {
    url.filter(|url| {
        let leads = url.starts_with("https://") || url.starts_with("http://");
        leads && url.len() <= LONGEST_URL && url.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

/// The version that runs.
///
/// # Panics
/// Never: Cargo has read the same text.
#[expect(clippy::expect_used, reason = "Cargo has read the same text")]
pub fn running() -> Version {
    env!("CARGO_PKG_VERSION").parse().expect("a version")
}

/// The newest news, in memory.
#[derive(Debug, Default)]
pub struct Updates(RwLock<Option<Arc<News>>>);

impl Updates {
    pub fn put(&self, news: News) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(news));
    }

    /// None before the first feed was read.
    pub fn latest(&self) -> Option<Arc<News>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn news(feed: &Value, running: &str) -> News {
        read(&feed.to_string(), &running.parse().unwrap(), Timestamp::default()).unwrap()
    }

    fn update(latest: &str, running: &str) -> Option<String> {
        news(&json!({ "latest": { "version": latest } }), running).update.map(|update| update.version)
    }

    #[test]
    fn newer_is_by_semantic_version() {
        for (latest, running, pending) in [
            ("0.2.0", "0.1.0", true),
            ("0.10.0", "0.9.0", true),
            ("1.0.0", "1.0.0-rc.1", true),
            ("1.0.0-rc.2", "1.0.0-rc.1", true),
            ("1.0.0-rc.1", "0.9.0", false),
            ("0.1.0", "0.1.0", false),
            ("0.1.0+build.2", "0.1.0", false),
            ("0.0.9", "0.1.0", false),
        ] {
            assert_eq!(update(latest, running).is_some(), pending, "{latest} after {running}");
        }
    }

    #[test]
    fn advisories_are_those_of_the_version_that_runs() {
        let feed = json!({ "advisories": [
            { "id": "A", "title": "a", "severity": "high", "affected": [">=0.1.0, <0.1.3"] },
            { "id": "B", "title": "b", "severity": "terrible", "affected": ["<0.1.0", "=0.2.0"] },
            { "id": "C", "title": "c", "affected": [] },
            { "id": "D", "title": "d", "affected": ["*"] },
        ]});
        let ids = |running: &str| -> String {
            news(&feed, running).advisories.iter().map(|a| a.id.as_str()).collect()
        };
        assert_eq!(ids("0.1.0"), "AD");
        assert_eq!(ids("0.1.2-rc.1"), "AD", "pre-releases have the weakness too");
        assert_eq!(ids("0.1.3"), "D");
        assert_eq!(ids("0.2.0"), "BD");
        let found = news(&feed, "0.2.0").advisories;
        assert_eq!((found[0].severity, found[1].severity), (Severity::Unknown, Severity::Unknown));
    }

    #[test]
    fn what_cannot_be_read_hides_nothing_else() {
        let feed = json!({ "more": 1, "latest": null, "advisories": [
            "x",
            { "id": 1, "title": "a", "affected": ["*"] },
            { "id": "B", "title": "b", "affected": ["not a range"] },
            { "id": "C", "title": "c", "affected": ["*"], "severity": "low", "more": 1 },
        ]});
        let found = news(&feed, "0.1.0");
        assert_eq!((found.advisories.len(), found.advisories[0].id.as_str()), (1, "C"));
        for bad in ["", "x", "[]", "1", r#"{"latest":{"version":"one"}}"#, r#"{"advisories":{}}"#] {
            assert!(read(bad, &running(), Timestamp::default()).is_err(), "{bad}");
        }
        assert_eq!(news(&json!({}), "0.1.0"), News::default());
    }

    #[test]
    fn everything_is_bounded_and_only_links_are_links() {
        let one = json!({ "id": "i".repeat(999), "title": format!("a\nb\u{1b}{}", "t".repeat(999)), "affected": ["*"] });
        let mut feed = json!({ "advisories": vec![one; 200] });
        feed["latest"] = json!({ "version": "9.0.0", "url": "javascript:alert(1)" });
        let found = news(&feed, "0.1.0");
        assert_eq!(found.advisories.len(), MOST_ADVISORIES);
        assert_eq!(
            (found.advisories[0].id.len(), found.advisories[0].title.len()),
            (LONGEST_ID, LONGEST_TITLE)
        );
        assert!(found.advisories[0].title.starts_with("a b t"));
        assert_eq!(found.update.unwrap().url, None);
        let kept = |url: &str| link(Some(url.to_owned())).is_some();
        assert!(kept("https://example.com/x?y#z") && kept("http://example.com"));
        let long = format!("https://{}", "x".repeat(LONGEST_URL));
        for bad in
            ["", "javascript:1", "data:text/html,x", "//example.com", "https://a b", "https://a\nb", &long]
        {
            assert!(!kept(bad), "{bad}");
        }
    }
}
