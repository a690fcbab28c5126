//! Whose request it is when it came by way of proxies.
//!
//! Every hop may write `X-Forwarded-For`, the client first: only what our own proxies have added, at its right end,
//! can be trusted.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::network::{is_local, network};

/// The client's address, once `trusted_proxies` has been taken into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub IpAddr);

impl Address {
    /// The first hop, from the right, that is not one of our proxies. What cannot be read ends the walk at the
    /// proxy that passed it on, so that a client cannot choose its own address by writing nonsense.
    pub fn resolve(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let is_ours = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
        let mut client = peer.to_canonical();
        // Several lines of one header are one list (RFC 9110 section 5.3).
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        for hop in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
            if !is_ours(client) {
                break;
            }
            let Some(next) = std::str::from_utf8(hop).ok().and_then(|hop| parse(hop.trim())) else { break };
            client = next;
        }
        Self(client)
    }

    /// Whom it counts for.
    pub fn network(self) -> IpAddr {
        network(self.0)
    }
}

/// The header by which a proxy seems to tell whose request it passes on, although its word does not count: because it
/// is not in `trusted_proxies`, or because only `X-Forwarded-For` is read. All of its clients share one address then.
///
/// Only of peers on this machine and in private networks: what others write in such headers is their own affair.
pub fn unheard(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<&'static str> {
    if !is_local(peer) {
        return None;
    }
    let is_ours = trusted.iter().any(|network| network.contains(&peer.to_canonical()));
    if headers.contains_key("x-forwarded-for") {
        (!is_ours).then_some("X-Forwarded-For")
    } else {
        headers.contains_key("forwarded").then_some("Forwarded")
    }
}

/// An address, with or without brackets and port. Zone ids mean something on one machine only.
fn parse(hop: &str) -> Option<IpAddr> {
    if hop.contains('%') {
        return None;
    }
    let bare =
        hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|bare| bare.contains(':'));
    let address = bare.unwrap_or(hop).parse();
    let address = address.or_else(|_| hop.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", axum::http::HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let trusted: Vec<_> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        Address::resolve(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn the_right_most_hop_that_is_not_ours_is_the_client() {
        let ours = ["10.0.0.0/8", "fd00::/8"];
        assert_eq!(resolve("10.0.0.1", &["198.51.100.9"], &ours), "198.51.100.9");
        assert_eq!(resolve("10.0.0.1", &["1.1.1.1, 198.51.100.9,10.0.0.2"], &ours), "198.51.100.9");
        assert_eq!(resolve("10.0.0.1", &["1.1.1.1", "198.51.100.9"], &ours), "198.51.100.9", "two lines");
        assert_eq!(resolve("::ffff:10.0.0.1", &["2001:DB8::0:1"], &ours), "2001:db8::1");
        assert_eq!(resolve("fd00::1", &["[2001:db8::2]:443"], &ours), "2001:db8::2");
        assert_eq!(resolve("fd00::1", &["::ffff:1.2.3.4"], &ours), "1.2.3.4");
        assert_eq!(resolve("10.0.0.1", &["1.2.3.4:5678"], &ours), "1.2.3.4");
        assert_eq!(resolve("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &ours), "10.0.0.3", "all of them ours");
        assert_eq!(resolve("10.0.0.1", &[], &ours), "10.0.0.1");
    }

    #[test]
    fn nobody_else_is_believed_and_nonsense_counts_for_the_proxy_that_passed_it_on() {
        assert_eq!(resolve("203.0.113.7", &["1.2.3.4"], &[]), "203.0.113.7");
        assert_eq!(resolve("203.0.113.7", &["1.2.3.4"], &["10.0.0.0/8"]), "203.0.113.7");
        for junk in [
            "",
            " ",
            "unknown",
            "_hidden",
            "fe80::1%eth0",
            "fe80::1%1",
            "[fe80::1%1]:80",
            "[1.2.3.4]",
            "1.2.3",
            "é",
        ] {
            assert_eq!(
                resolve("10.0.0.1", &[&format!("1.2.3.4, {junk}")], &["10.0.0.0/8"]),
                "10.0.0.1",
                "{junk}"
            );
        }
    }
}
