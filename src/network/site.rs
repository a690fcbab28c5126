//! Which hosts browsers take for one site: those of one registrable domain, by the Public Suffix List.

use std::net::IpAddr;

/// Whether the public may register names below this domain, as below `co.uk`. Domains that the list does not know, such
/// as `localhost`, count by their last label.
pub fn is_public_suffix(domain: &str) -> bool {
    psl::suffix_str(domain) == Some(domain)
}

/// Whether a page of one origin sends cookies with `SameSite=Lax` along when it calls the other (RFC 6265bis
/// section 5.2). Origins are written as browsers write them, such as `https://app.example.com`.
pub fn is_same_site(one: &str, other: &str) -> bool {
    match (site(one), site(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// Scheme and registrable domain; the host itself where there is none.
fn site(origin: &str) -> Option<(&str, &str)> {
    let (scheme, authority) = origin.split_once("://")?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    if host.is_empty() || host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        return Some((scheme, host)).filter(|_| !host.is_empty());
    }
    Some((scheme, psl::domain_str(host).unwrap_or(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_a_public_suffix_are_for_sale() {
        for suffix in ["com", "co.uk", "github.io", "localhost", "example"] {
            assert!(is_public_suffix(suffix), "{suffix}");
        }
        for domain in ["example.com", "auth.example.com", "example.co.uk", "me.github.io", "corp.internal"] {
            assert!(!is_public_suffix(domain), "{domain}");
        }
    }

    #[test]
    fn a_site_is_a_scheme_and_a_registrable_domain() {
        let auth = "https://auth.example.com";
        for same in ["https://auth.example.com", "https://app.example.com:8443", "https://example.com"] {
            assert!(is_same_site(auth, same), "{same}");
        }
        for other in ["http://app.example.com", "https://example.org", "https://com", "null", "", "https://"]
        {
            assert!(!is_same_site(auth, other), "{other}");
        }
        assert!(!is_same_site("https://a.github.io", "https://b.github.io"));
        assert!(!is_same_site("https://a.co.uk", "https://b.co.uk"));
        assert!(is_same_site("http://localhost:3000", "http://localhost:8675"));
        assert!(is_same_site("http://127.0.0.1:3000", "http://127.0.0.1:8675"));
        assert!(
            !is_same_site("http://127.0.0.1", "http://127.1.0.1")
                && !is_same_site("http://[::1]", "http://[::2]")
        );
        assert!(is_same_site("http://[::1]:1", "http://[::1]:2"));
        assert!(!is_same_site("", "") && !is_same_site("null", "null"));
    }
}
