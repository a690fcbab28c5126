//! Lists whose entries are compared with what others send. An entry that could never match is refused at the start, or
//! brought into the form in which it will match.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::origin;
use super::reader::Reader;
use crate::text::email::{Email, ascii_domain};

impl Reader<'_> {
    /// Domains of e-mail addresses.
    pub fn domains(&mut self, key: &str) -> Vec<String> {
        self.normalised(key, |text| match text.rsplit_once('@') {
            _ if text.contains('*') => Err("wildcards are not known; name each domain".to_owned()),
            Some((_, domain)) => Err(format!("write the domain alone: {domain}")),
            None => ascii_domain(text.strip_suffix('.').unwrap_or(text))
                .ok_or_else(|| "that is no domain such as example.com".to_owned()),
        })
    }

    /// E-mail addresses, as they are compared.
    pub fn emails(&mut self, key: &str) -> Vec<String> {
        self.normalised(key, |text| {
            text.parse::<Email>().map(|email| email.normalised()).map_err(str::to_owned)
        })
    }

    /// Origins, as browsers send them.
    pub fn origins(&mut self, key: &str) -> Vec<String> {
        self.normalised(key, |text| origin::normalise(text).map_err(|problem| format!("it {problem}")))
    }

    /// Networks; an address alone is a network of one.
    pub fn networks(&mut self, key: &str) -> Vec<IpNet> {
        self.normalised(key, network)
    }

    fn normalised<T>(&mut self, key: &str, normalise: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let mut all = Vec::new();
        for text in self.list(key) {
            match normalise(text.trim()) {
                Ok(normal) => all.push(normal),
                Err(problem) => self.problem(key, &format!("has `{text}`: {problem}")),
            }
        }
        all
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_canonical().into());
    }
    let network: IpNet = text.parse().map_err(|_| "that is no network such as 10.0.0.0/8".to_owned())?;
    if network.trunc() != network {
        let (whole, one) = (network.trunc(), network.addr());
        return Err(format!("write {whole} for the network, or {one} for the one address"));
    }
    Ok(canonical(network))
}

/// Clients are compared by IPv4 where they come by an IPv4 address written as IPv6 (`::ffff:10.0.0.0/104`).
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let inner = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(96));
    inner.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use crate::config::load;

    #[test]
    fn what_can_be_brought_into_form_is() {
        let config = load(&[
            ("OSKAR_REGISTRATION", "domain"),
            ("OSKAR_REGISTRATION_DOMAINS", "Acme.Example,müller.example,b.example."),
            ("OSKAR_ALLOWED_ORIGINS", "https://App.Example:443/,http://müller.example:80"),
            ("OSKAR_PUBLIC_URL", "https://Auth.Example:443/"),
            ("OSKAR_TRUSTED_PROXIES", "10.0.0.0/8,::ffff:192.168.0.0/112,::ffff:127.0.0.1,10.1.2.3"),
            ("OSKAR_ISSUERS__0__ISSUER", "https://login.example"),
            ("OSKAR_ISSUERS__0__AUDIENCE", "oskar"),
            ("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "MÜLLER.example"),
            ("OSKAR_ISSUERS__0__ALLOWED_EMAILS", "Ana@Müller.example"),
        ])
        .unwrap();
        assert_eq!(config.registration_domains, ["acme.example", "xn--mller-kva.example", "b.example"]);
        assert_eq!(config.allowed_origins, ["https://app.example", "http://xn--mller-kva.example"]);
        assert_eq!(config.public_url, "https://auth.example");
        let networks = ["10.0.0.0/8", "192.168.0.0/16", "127.0.0.1/32", "10.1.2.3/32"];
        assert_eq!(config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(), networks);
        assert_eq!(config.issuers[0].allowed_domains, ["xn--mller-kva.example"]);
        assert_eq!(config.issuers[0].allowed_emails, ["ana@xn--mller-kva.example"]);
    }

    #[test]
    fn what_could_never_match_is_told_with_its_key_and_its_source() {
        let told = load(&[
            ("OSKAR_REGISTRATION", "domain"),
            ("OSKAR_REGISTRATION_DOMAINS", "*.acme.example,@acme.example,https://acme.example,.acme.example"),
            ("OSKAR_ALLOWED_ORIGINS", "https://*.acme.example,app.example,https://app.example/path"),
            ("OSKAR_PUBLIC_URL", "auth.example"),
            ("OSKAR_TRUSTED_PROXIES", "10.1.2.3/8,proxy"),
            ("OSKAR_LIMITS__EXEMPT", "fd00::1/64"),
            ("OSKAR_ISSUERS__0__ISSUER", "https://login.example"),
            ("OSKAR_ISSUERS__0__AUDIENCE", "oskar"),
            ("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "ana@acme.example"),
            ("OSKAR_ISSUERS__0__ALLOWED_EMAILS", "*@acme.example x"),
        ])
        .unwrap_err();
        for line in [
            "`registration_domains` has `*.acme.example`: wildcards are not known; name each domain (OSKAR_REGISTRATION_DOMAINS)",
            "`registration_domains` has `@acme.example`: write the domain alone: acme.example (",
            "`registration_domains` has `https://acme.example`: that is no domain",
            "`registration_domains` has `.acme.example`: that is no domain",
            "`allowed_origins` has `https://*.acme.example`: it has a wildcard: name each origin (OSKAR_ALLOWED_ORIGINS)",
            "`allowed_origins` has `app.example`: it must begin with",
            "`allowed_origins` has `https://app.example/path`: it is not an origin",
            "`public_url` must begin with https:// or http:// (OSKAR_PUBLIC_URL)",
            "`trusted_proxies` has `10.1.2.3/8`: write 10.0.0.0/8 for the network, or 10.1.2.3 for the one address",
            "`trusted_proxies` has `proxy`: that is no network",
            "`limits.exempt` has `fd00::1/64`: write fd00::/64 for the network, or fd00::1 for the one address",
            "`issuers.0.allowed_domains` has `ana@acme.example`: write the domain alone: acme.example",
            "`issuers.0.allowed_emails` has `*@acme.example x`: this is not an e-mail address",
        ] {
            assert!(told.contains(line), "{line} is not in:\n{told}");
        }
        assert_eq!(told.lines().count(), 13, "{told}");
    }
}
