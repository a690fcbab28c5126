//! Where news of releases and advisories come from.

use std::path::PathBuf;

use axum::http::Uri;

use super::is_loopback_name;
use super::reader::Reader;

/// The setting `update_feed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateFeed {
    Url(String),
    File(PathBuf),
}

impl UpdateFeed {
    /// Without TLS an attacker on the network could hide an advisory, or send operators to a release of their own.
    pub(super) fn unsafe_for_production(&self) -> Option<&'static str> {
        let Self::Url(url) = self else { return None };
        let local = url.parse::<Uri>().is_ok_and(|url| url.host().is_some_and(is_loopback_name));
        let refused = !url.starts_with("https://") && !local;
        refused.then_some("is not https: an attacker on the network could change it. Use https")
    }
}

pub fn read(read: &mut Reader<'_>) -> Option<UpdateFeed> {
    let text = read.text("update_feed");
    let feed = match text.split_once("://") {
        _ if text.is_empty() => return None,
        None => UpdateFeed::File(text.into()),
        Some(("file", path)) => UpdateFeed::File(path.into()),
        Some(("http" | "https", _)) if text.parse::<Uri>().is_ok_and(|url| url.host().is_some()) => {
            UpdateFeed::Url(text.to_owned())
        }
        Some(_) => {
            read.problem("update_feed", "is neither an https address nor a file");
            return None;
        }
    };
    Some(feed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment, Sources};

    fn load(feed: &str, env: &str) -> Result<Option<UpdateFeed>, String> {
        let url = ("OSKAR_PUBLIC_URL", "https://auth.example");
        let given = [
            ("OSKAR_MAIL__SMTP_URL", "none"),
            ("OSKAR_REGISTRATION", "closed"),
            ("OSKAR_TRUSTED_PROXIES", "10.0.0.0/8"),
        ];
        let variables = [&[("OSKAR_UPDATE_FEED", feed), ("OSKAR_ENV", env), url][..], &given].concat();
        let variables = variables.into_iter().filter(|(_, value)| !value.is_empty());
        let sources = Sources::gather(None, &Environment::of(variables), &[]);
        Config::from_sources(&sources).map(|config| config.update_feed).map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_an_address_or_a_file() {
        let url = |text: &str| Ok(Some(UpdateFeed::Url(text.to_owned())));
        let file = |text: &str| Ok(Some(UpdateFeed::File(text.into())));
        assert_eq!(load("", "production"), Ok(None));
        assert_eq!(load("https://a.example/x.json", "production"), url("https://a.example/x.json"));
        assert_eq!(load("http://127.0.0.1:80/x.json", "production"), url("http://127.0.0.1:80/x.json"));
        assert_eq!(load("http://a.example/x.json", "development"), url("http://a.example/x.json"));
        assert_eq!(load("/etc/oskar/feed.json", "production"), file("/etc/oskar/feed.json"));
        assert_eq!(load("file:///etc/oskar/feed.json", "production"), file("/etc/oskar/feed.json"));
        assert!(load("http://a.example/x.json", "production").unwrap_err().contains("not https"));
        for bad in ["ftp://a.example/x.json", "https://", "http:///x"] {
            assert!(load(bad, "development").unwrap_err().contains("update_feed"), "{bad}");
        }
    }
}
