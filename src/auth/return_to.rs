//! Where people go after they have signed in: back to the product that sent them, or on to a page of ours.
//!
//! The address comes from outside, so it could lead users who trust this server to a site that only looks like theirs
//! (CWE-601). What is not allowed is ignored and never an error: the user goes on to where they would go without it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Position, Url};

use crate::config::{Config, Product};

/// The page where people sign in.
pub const SIGN_IN: &str = "/sign-in";
/// The longest address, in bytes; it has to fit into a header twice.
const LONGEST: usize = 4096;
/// All but what RFC 3986 section 2.3 leaves as it is.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An address that people may be sent to, as browsers write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo {
    location: String,
    /// The origin; `None` for a page of ours.
    origin: Option<String>,
}

impl ReturnTo {
    /// Judges a `return_to`: a path of ours, or an address with the origin of `public_url`, of `product_url`, or one of
    /// `allowed_origins`.
    pub fn parse(config: &Config, given: &str) -> Option<Self> {
        if given.starts_with('/') {
            return Self::own(config, given);
        }
        let lower = given.get(..8).unwrap_or(given).to_ascii_lowercase();
        let is_web = lower.starts_with("https://") || lower.starts_with("http://");
        if !is_web || is_odd(given) {
            return None;
        }
        let url = Url::parse(given).ok()?;
        let origin = url.origin().ascii_serialization();
        if !url.username().is_empty() || url.password().is_some() || is_authority_odd(given) {
            return None;
        }
        if origin == config.public_url {
            return path(&url);
        }
        let is_listed = config.allowed_origins.contains(&origin);
        let to = Self { location: url.into(), origin: Some(origin) };
        (is_listed || to.is_of(&config.product)).then_some(to)
    }

    /// Judges a `next`: a path of ours.
    pub fn own(config: &Config, given: &str) -> Option<Self> {
        if !given.starts_with('/') || given.starts_with("//") || is_odd(given) {
            return None;
        }
        let base = Url::parse(&config.public_url).ok()?;
        let url = base.join(given).ok()?;
        if url.origin() == base.origin() { path(&url) } else { None }
    }

    /// What a `Location` or a link leads to: a path for a page of ours, else the whole address. All ASCII.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Whether it is a page of ours.
    pub fn is_own(&self) -> bool {
        self.origin.is_none()
    }

    /// Whether it is where the product is.
    pub fn is_of(&self, product: &Product) -> bool {
        self.origin.is_some() && product.url.as_deref().and_then(origin_of) == self.origin
    }

    /// Whether the browser sends the session's cookie to that page. If not, its gateway would refuse the browser again, without
    /// end.
    pub fn receives_cookies(&self, config: &Config) -> bool {
        let Some(origin) = self.origin.as_deref() else { return true };
        let (Ok(site), Ok(ours)) = (Url::parse(origin), Url::parse(&config.public_url)) else { return false };
        let cookies = &config.sessions.cookies;
        let host = site.host_str().unwrap_or_default();
        let is_in = |domain: &str| {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let is_reached = Some(host) == ours.host_str() || cookies.domain.as_deref().is_some_and(is_in);
        is_reached && (site.scheme() == "https" || !cookies.secure)
    }

    /// The host, with its port if that does not go without saying; none for a page of ours.
    pub fn host(&self) -> Option<String> {
        let (_, host) = self.origin.as_deref()?.split_once("://")?;
        Some(host.to_owned())
    }

    /// Percent-encoded, for a cookie or a query.
    pub fn encoded(&self) -> String {
        utf8_percent_encode(&self.location, IN_QUERY).to_string()
    }

    /// The origin that `form-action` must allow besides `'self'` on a page whose form redirects there: browsers apply it to
    /// redirects, too. `None` for a page of ours.
    pub fn form_action(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// A page of ours that goes on to this address: the path with `return_to`.
    pub fn through(&self, page: &str) -> String {
        format!("{page}?return_to={}", self.encoded())
    }
}

/// The path of an address of ours.
fn path(url: &Url) -> Option<ReturnTo> {
    let path = &url[Position::BeforePath..];
    // `/.//evil.example` is the path `//evil.example`, which would be another host once the origin is left out.
    let is_path = path.starts_with('/') && !path.starts_with("//");
    is_path.then(|| ReturnTo { location: path.to_owned(), origin: None })
}

/// Whether browsers and other programs could read it in different ways. Browsers drop tabs and line breaks, trim spaces and take `\`
/// for `/`.
fn is_odd(given: &str) -> bool {
    let is_trimmed = given.trim() != given;
    given.len() > LONGEST
        || is_trimmed
        || given.chars().any(|char| char.is_control() || char == '\\' || is_unseen(char))
}

/// Characters that are invisible, or that turn the direction of the text behind them.
fn is_unseen(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether the part in front of the host hides something, such as an empty user name, or there is no host.
fn is_authority_odd(given: &str) -> bool {
    let rest = given.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.is_empty() || authority.contains('@')
}

fn origin_of(address: &str) -> Option<String> {
    Some(Url::parse(address).ok()?.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    const OURS: &str = "https://auth.example.com";

    fn config() -> Config {
        load(&[
            ("OSKAR_PUBLIC_URL", OURS),
            ("OSKAR_PRODUCT_URL", "https://www.example.com/start"),
            ("OSKAR_ALLOWED_ORIGINS", "https://app.example.com,http://localhost:5173,https://müller.example"),
        ])
        .unwrap()
    }

    #[test]
    fn people_go_back_to_where_they_came_from() {
        let config = config();
        for (given, location, origin) in [
            ("/", "/", None),
            (
                "/orgs/acme/keys?mode=test&state=active#top",
                "/orgs/acme/keys?mode=test&state=active#top",
                None,
            ),
            ("/a b/ü?q=ü", "/a%20b/%C3%BC?q=%C3%BC", None),
            ("/a/../b", "/b", None),
            ("/x?to=//evil.example", "/x?to=//evil.example", None),
            ("https://auth.example.com/account?x", "/account?x", None),
            ("HTTPS://AUTH.example.com:443", "/", None),
            ("https://app.example.com", "https://app.example.com/", Some("https://app.example.com")),
            (
                "https://APP.example.com:443/tasks/1%2F2?q=%20%26&r=a+b#x",
                "https://app.example.com/tasks/1%2F2?q=%20%26&r=a+b#x",
                Some("https://app.example.com"),
            ),
            ("https://app.example.com//x", "https://app.example.com//x", Some("https://app.example.com")),
            ("https://app。example.com/", "https://app.example.com/", Some("https://app.example.com")),
            (
                "https://www.example.com/other",
                "https://www.example.com/other",
                Some("https://www.example.com"),
            ),
            ("http://localhost:5173/?a", "http://localhost:5173/?a", Some("http://localhost:5173")),
            (
                "https://müller.example/ü",
                "https://xn--mller-kva.example/%C3%BC",
                Some("https://xn--mller-kva.example"),
            ),
        ] {
            let judged = ReturnTo::parse(&config, given).unwrap_or_else(|| panic!("{given}"));
            assert_eq!((judged.location(), judged.form_action()), (location, origin), "{given}");
            assert_eq!(ReturnTo::own(&config, given).is_some(), given.starts_with('/'), "{given}");
        }
    }

    #[test]
    fn nobody_is_led_astray() {
        let config = config();
        for given in [
            "",
            "account",
            "./account",
            "?x",
            "#x",
            " /account",
            "/account ",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            "/\0",
            "/..//evil.example",
            "/.//evil.example",
            "/%2e//evil.example",
            "/x/..//evil.example",
            "/\u{202e}moc",
            "https:evil.example",
            "https:/evil.example",
            "https:///evil.example",
            "https:\\\\evil.example",
            "http://app.example.com/",
            "https://app.example.com:8443/",
            "https://app.example.com./",
            "https://app.example.com.evil.example/",
            "https://evil.example/https://app.example.com",
            "https://evil.example?https://app.example.com",
            "https://evil.example#https://app.example.com",
            "https://evil.example\\@app.example.com/",
            "https://app.example.com@evil.example/",
            "https://app.example.com:x@evil.example/",
            "https://me@app.example.com/",
            "https://me:secret@app.example.com/",
            "https://@app.example.com/",
            "https:app.example.com/",
            "https:/app.example.com/",
            "https:///app.example.com/",
            "https://app.exam\tple.com/",
            "https://app.example.com/\r\nset-cookie: a=b",
            "https://app.example.com\\x",
            " https://app.example.com/",
            "https://example.com/",
            "https://xapp.example.com/",
            "https://аpp.example.com/",
            "https://app.example.com%2eevil.example/",
            "https://app.example.com%00.evil.example/",
            "https://localhost:5173/",
            "http://localhost/",
            "https://auth.example.com//evil.example",
            "https://auth.example.com/..//evil.example",
            "javascript:alert(1)",
            "JavaScript://app.example.com/%0aalert(1)",
            "data:text/html,x",
            "blob:https://app.example.com/x",
            "ftp://app.example.com/",
            "ws://app.example.com/",
            "null",
            &format!("/{}", "x".repeat(LONGEST)),
        ] {
            assert_eq!(ReturnTo::parse(&config, given), None, "{given}");
            assert_eq!(ReturnTo::own(&config, given), None, "{given}");
        }
        assert_eq!(ReturnTo::own(&config, "https://app.example.com/"), None, "`next` is a path");
    }

    /// A browser that follows such a path stays here, also with odd text behind the first slash.
    #[test]
    fn no_path_leads_to_another_host() {
        let (config, ours) = (config(), Url::parse(OURS).unwrap());
        let parts = [
            "/",
            "\\",
            "..",
            ".",
            "%2e",
            "%2f",
            "%5c",
            "%09",
            "\t",
            "@",
            ":",
            "?",
            "#",
            "evil.example",
            "。",
        ];
        let mut texts = vec![String::from("/")];
        for _ in 0..4 {
            for text in std::mem::take(&mut texts) {
                if let Some(judged) = ReturnTo::parse(&config, &text) {
                    let followed = ours.join("/sign-in").unwrap().join(judged.location()).unwrap();
                    assert_eq!(followed.origin(), ours.origin(), "{text}");
                }
                texts.extend(parts.iter().map(|part| format!("{text}{part}")));
            }
        }
    }

    #[test]
    fn an_address_survives_a_query() {
        let judged = ReturnTo::parse(&config(), "https://app.example.com/x?a=1&b=%20#c").unwrap();
        let page = judged.through(SIGN_IN);
        assert_eq!(page, "/sign-in?return_to=https%3A%2F%2Fapp.example.com%2Fx%3Fa%3D1%26b%3D%2520%23c");
        let url = Url::parse(OURS).unwrap().join(&page).unwrap();
        let (_, value) = url.query_pairs().next().unwrap();
        assert_eq!(ReturnTo::parse(&config(), &value), Some(judged));
    }
}
