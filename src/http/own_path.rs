//! Where forms and sign-ins may lead back to.

/// A path of this server with its query, as `next=` tells it; `None` for everything that a browser could take for the
/// address of another server.
pub fn own_path(next: &str) -> Option<&str> {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    // Browsers read `\` as `/`, and leave tabs and line feeds out (WHATWG URL, "basic URL parser").
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_path && is_plain).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_own_paths_are_led_to() {
        for good in ["/", "/orgs/acme/keys?state=active&q=a%20b", "/a//b", "/@evil", "/%2f%2fevil"] {
            assert_eq!(own_path(good), Some(good));
        }
        for bad in [
            "",
            "//evil",
            "/\\evil",
            "\\\\evil",
            "https://evil",
            "/\t/evil",
            "/a\nb",
            " /a",
            "evil",
            "/ü",
            "javascript:1",
        ] {
            assert_eq!(own_path(bad), None, "{bad}");
        }
    }
}
