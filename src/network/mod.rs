//! Whom an address counts for.

pub mod fetch;
pub mod gateways;
pub mod site;

use std::net::IpAddr;

/// What one customer of a provider has: an IPv4 address, or the /64 that an IPv6 address is in.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() >> 64 << 64).into()),
        ip @ IpAddr::V4(_) => ip,
    }
}

/// The network around an address, as people write it: the /24 of an IPv4 address, the /64 of an IPv6 address.
pub fn neighbourhood(address: IpAddr) -> String {
    match subnet(address) {
        ip @ IpAddr::V4(_) => format!("{ip}/24"),
        ip @ IpAddr::V6(_) => format!("{ip}/64"),
    }
}

/// What an owner's programs are usually in together: the /24 of an IPv4 address, the /64 of an IPv6 address.
pub fn subnet(address: IpAddr) -> IpAddr {
    match network(address) {
        IpAddr::V4(ip) => IpAddr::V4((ip.to_bits() & !0xff).into()),
        ip @ IpAddr::V6(_) => ip,
    }
}

/// Whether an address is this machine's or a private network's, so that it is no client of the internet: loopback,
/// RFC 1918, shared (RFC 6598), link-local, and unique local (RFC 4193) addresses.
pub fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let shared = ip.to_bits() >> 22 == 0x6440_0000 >> 22;
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_customer_has_a_64() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.7"), "203.0.113.7");
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.7");
    }

    #[test]
    fn neighbours_share_a_24_or_a_64() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.255"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    }

    #[test]
    fn a_subnet_is_a_24_or_a_64() {
        let of = |text: &str| subnet(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.7"), "203.0.113.0");
        assert_eq!(of("::ffff:203.0.113.255"), "203.0.113.0");
    }

    #[test]
    fn local_addresses_are_nobody_s_on_the_internet() {
        let of = |text: &str| is_local(text.parse().unwrap());
        for local in [
            "127.0.0.1",
            "::1",
            "10.9.8.7",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(of(local), "{local}");
        }
        for public in ["203.0.113.7", "172.32.0.1", "100.128.0.1", "100.63.255.255", "2001:db8::1", "8.8.8.8"]
        {
            assert!(!of(public), "{public}");
        }
    }
}
