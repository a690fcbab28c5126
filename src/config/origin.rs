//! Origins (RFC 6454): scheme, host and port, in the one form in which browsers send them.

use url::Url;

const EXAMPLE: &str = "is not an origin such as https://app.example.com, without a path";

/// The origin as a browser writes it: lower case, a host of other alphabets as `xn--…`, no default port.
pub fn normalise(text: &str) -> Result<String, &'static str> {
    if text.contains('*') {
        return Err("has a wildcard: name each origin");
    }
    let lower = text.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return Err("must begin with https:// or http://");
    };
    // A browser would read on.
    let odd = |char: char| char.is_whitespace() || char.is_control() || char == '\\';
    if rest.starts_with('/') || rest.contains(odd) {
        return Err(EXAMPLE);
    }
    let url = Url::parse(text).map_err(|_| EXAMPLE)?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && !text.contains('@')
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    let host = url.host_str().unwrap_or_default();
    if !bare || host.is_empty() || host.ends_with('.') {
        return Err(EXAMPLE);
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, origin) in [
            ("https://app.example.com", "https://app.example.com"),
            ("HTTPS://App.Example.COM/", "https://app.example.com"),
            ("https://app.example.com:443", "https://app.example.com"),
            ("http://app.example.com:80", "http://app.example.com"),
            ("https://app.example.com:8443", "https://app.example.com:8443"),
            ("http://app.example.com:443", "http://app.example.com:443"),
            ("https://müller.example", "https://xn--mller-kva.example"),
            ("http://[::0:1]:80", "http://[::1]"),
            ("http://localhost:5173", "http://localhost:5173"),
        ] {
            assert_eq!(normalise(text).as_deref(), Ok(origin), "{text}");
        }
        for bad in [
            "",
            "null",
            "app.example.com",
            "https:app.example.com",
            "https://",
            "https:///x",
            "https://a.example/path",
            "https://a.example//",
            "https://a.example?x",
            "https://a.example?",
            "https://a.example#x",
            "https://u@a.example",
            "https://@a.example",
            "https://u:p@a.example",
            "https://*.a.example",
            "*",
            "https://a.example.",
            "https://a.exa mple",
            "https:\\\\a.example",
            "https://a.example\n",
            "ftp://a.example",
            "https://a.example:99999",
            "https://a.example,https://b.example",
        ] {
            assert!(normalise(bad).is_err(), "{bad}");
        }
    }
}
