//! How long sessions live, and their cookies: by what names, and which hosts get them.

use std::net::IpAddr;

use axum::http::Uri;
use chrono::TimeDelta;

use super::compat::Compat;
use super::reader::Reader;
use crate::network::site::is_public_suffix;

/// The settings of `[sessions]`.
#[derive(Clone, Debug)]
pub struct Sessions {
    pub idle: TimeDelta,
    pub absolute: TimeDelta,
    /// How old a user's proof of who they are may be for sensitive requests; zero: as old as the session.
    pub fresh_within: TimeDelta,
    pub cookies: Cookies,
}

impl Sessions {
    pub(super) fn read(read: &mut Reader<'_>, public_url: &str, compat: &Compat) -> Self {
        Self {
            idle: read.duration("sessions.idle"),
            absolute: read.duration("sessions.absolute"),
            fresh_within: read.duration_or_none("sessions.fresh_within").unwrap_or_default(),
            cookies: cookies(read, public_url, compat),
        }
    }
}

/// By what names and for which hosts cookies are set.
#[derive(Clone, Debug)]
pub struct Cookies {
    /// The session cookie's name with its prefix, if it has one. `__Host-` binds a cookie to one host and to https, `__Secure-` to
    /// https alone (RFC 6265bis section 4.1.3).
    pub session: String,
    /// The device cookie's name with its prefix.
    pub device: String,
    /// All hosts of this domain get them; without it, only the host of `public_url`.
    pub domain: Option<String>,
    /// Only by https.
    pub secure: bool,
}

/// The longest name; with prefix and value it stays far below what browsers keep.
const LONGEST_NAME: usize = 64;

/// The session cookie's name where clients of Assimetria OS are served as its document has it: to the letter, so
/// without a prefix. Browsers then take one by this name from plain http and from other hosts of the same domain, too.
const OF_ASSIMETRIA: &str = "assimetria_jwt";

fn cookies(read: &mut Reader<'_>, public_url: &str, compat: &Compat) -> Cookies {
    let secure = public_url.starts_with("https://");
    let name = read.text("sessions.cookie_name");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_plain) {
        read.problem(
            "sessions.cookie_name",
            "is no name of up to 64 letters, digits, `_` and `-`, such as `acme_session`",
        );
    } else if name.starts_with("__") {
        read.problem("sessions.cookie_name", "begins with `__`: the prefix that fits is added to it");
    }
    let domain = domain(read, public_url, secure);
    let prefix = match (secure, &domain) {
        (false, _) => "",
        (true, None) => "__Host-",
        (true, Some(_)) => "__Secure-",
    };
    let stem = name.strip_suffix("_session").unwrap_or(name);
    let device = format!("{prefix}{stem}_device");
    let session = if compat.assimetria.documented().is_some() {
        if read.written("sessions.cookie_name") {
            let problem =
                format!("and `compat.assimetria`, whose cookie is `{OF_ASSIMETRIA}`, exclude each other");
            read.problem("sessions.cookie_name", &problem);
        }
        OF_ASSIMETRIA.to_owned()
    } else {
        format!("{prefix}{name}")
    };
    Cookies { session, device, domain, secure }
}

fn domain(read: &mut Reader<'_>, public_url: &str, secure: bool) -> Option<String> {
    const KEY: &str = "sessions.cookie_domain";
    let written = read.text(KEY);
    if written.is_empty() {
        return None;
    }
    // RFC 6265 section 5.2.3: a leading dot says nothing.
    let domain = written.strip_prefix('.').unwrap_or(written).to_ascii_lowercase();
    let url: Option<Uri> = public_url.parse().ok();
    let host = url.as_ref().and_then(Uri::host).unwrap_or_default().to_ascii_lowercase();
    let is_parent = host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if host.parse::<IpAddr>().is_ok() || host.starts_with('[') {
        read.problem(KEY, "needs a name in `public_url`, not an address: addresses have no domain");
    } else if !is_parent {
        read.problem(
            KEY,
            &format!("is `{written}`, which is neither the host of `public_url` nor a parent of it"),
        );
    } else if is_public_suffix(&domain) {
        read.problem(
            KEY,
            &format!("is `{written}`, a public suffix: everybody with a name below it would get the cookies"),
        );
    } else if !secure {
        read.problem(KEY, "needs an https `public_url`: the cookies are `__Secure-`");
    }
    Some(domain)
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Environment, Sources};

    fn load(url: &str, domain: &str, name: &str) -> Result<Config, String> {
        let variables = [
            ("OSKAR_PUBLIC_URL", url),
            ("OSKAR_SESSIONS__COOKIE_DOMAIN", domain),
            ("OSKAR_SESSIONS__COOKIE_NAME", name),
        ];
        let given = variables.into_iter().filter(|(_, value)| !value.is_empty());
        let sources = Sources::gather(None, &Environment::of(given), &[]);
        Config::from_sources(&sources).map_err(|error| error.to_string())
    }

    #[test]
    fn the_prefix_is_the_strictest_that_fits() {
        let names = |url, domain, name| {
            let cookies = load(url, domain, name).unwrap().sessions.cookies;
            (cookies.session, cookies.device, cookies.domain)
        };
        let of = |session: &str, device: &str, domain: Option<&str>| {
            (session.to_owned(), device.to_owned(), domain.map(str::to_owned))
        };
        let (plain, https) = ("http://localhost:8675", "https://auth.example.com");
        assert_eq!(names(plain, "", "oskar_session"), of("oskar_session", "oskar_device", None));
        assert_eq!(
            names(https, "", "oskar_session"),
            of("__Host-oskar_session", "__Host-oskar_device", None)
        );
        for domain in ["example.com", ".example.com", "EXAMPLE.com"] {
            let expected = of("__Secure-acme", "__Secure-acme_device", Some("example.com"));
            assert_eq!(names(https, domain, "acme"), expected);
        }
        let own = of("__Secure-a", "__Secure-a_device", Some("auth.example.com"));
        assert_eq!(names(https, "auth.example.com", "a"), own);
    }

    #[test]
    fn a_domain_that_others_can_have_a_name_in_is_refused() {
        for (url, domain, told) in [
            ("https://auth.example.com", "com", "public suffix"),
            ("https://auth.example.co.uk", "co.uk", "public suffix"),
            ("https://me.github.io", "github.io", "public suffix"),
            ("https://auth.example.com", "example.org", "nor a parent"),
            ("https://auth.example.com", "ample.com", "nor a parent"),
            ("https://auth.example.com", "api.auth.example.com", "nor a parent"),
            ("https://auth.example.com", "*.example.com", "nor a parent"),
            ("https://auth.example.com", ".", "nor a parent"),
            ("https://auth.example.com", "example.com:443", "nor a parent"),
            ("https://localhost", "localhost", "public suffix"),
            ("https://192.0.2.1", "192.0.2.1", "addresses have no domain"),
            ("https://[2001:db8::1]", "[2001:db8::1]", "addresses have no domain"),
            ("http://auth.example.com", "example.com", "needs an https"),
        ] {
            let refused = load(url, domain, "oskar_session").unwrap_err();
            assert!(
                refused.contains("`sessions.cookie_domain`") && refused.contains(told),
                "{domain}: {refused}"
            );
        }
    }

    #[test]
    fn a_name_that_breaks_the_header_is_refused() {
        for name in ["a b", "a;b", "a=b", "ä", "__Host-oskar", "__secure-x", &"x".repeat(65)] {
            let refused = load("https://auth.example.com", "", name).unwrap_err();
            assert!(refused.contains("`sessions.cookie_name`"), "{name}: {refused}");
        }
    }
}
