//! Serving without authentication: a flag of one command, and where it is refused.

use std::net::IpAddr;

use axum::http::Uri;

use super::{Config, ConfigError, Mode, Sources};

impl Config {
    /// Reads the configuration, to let every client in as an administrator, for development.
    ///
    /// # Errors
    /// All mistakes at once, and each setting by which another person than the developer could come in.
    pub fn without_auth(sources: &Sources) -> Result<Self, ConfigError> {
        let (mut config, mut problems) = Self::read(sources);
        let open = config.ways_in_for_others();
        problems.extend(
            open.iter().map(|why| format!("--no-auth lets everybody in as an administrator, but {why}")),
        );
        config.no_auth = true;
        if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems)) }
    }

    /// Each setting by which another person than the one at this machine could come in.
    pub(super) fn ways_in_for_others(&self) -> Vec<String> {
        let local = self.public_url.parse::<Uri>().is_ok_and(|url| url.host().is_some_and(is_loopback_name));
        [
            (self.env == Mode::Production, "env is \"production\".".to_owned()),
            (
                !self.is_loopback(),
                format!("listen is {}, which others can reach. Use 127.0.0.1.", self.listen),
            ),
            (!local, format!("public_url is {}, which is not this machine.", self.public_url)),
            (
                !self.trusted_proxies.is_empty(),
                "trusted_proxies says that others come by a proxy.".to_owned(),
            ),
        ]
        .into_iter()
        .filter_map(|(holds, why)| holds.then_some(why))
        .collect()
    }
}

/// Whether a host, as addresses write it, is always this machine.
pub fn is_loopback_name(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Sources};

    fn refusal(variables: &[(&str, &str)]) -> String {
        let sources = Sources::gather(None, &Environment::of(variables.iter().copied()), &[]);
        Config::without_auth(&sources).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn wherever_others_could_come_in_it_is_refused() {
        assert_eq!(refusal(&[]), "");
        assert_eq!(refusal(&[("OSKAR_LISTEN", "[::1]:80")]), "");
        for (name, value, part) in [
            ("OSKAR_LISTEN", "0.0.0.0:8675", "listen is 0.0.0.0:8675"),
            ("OSKAR_LISTEN", "192.168.0.2:8675", "listen is 192.168.0.2:8675"),
            ("PORT", "80", "listen is"),
            ("OSKAR_PUBLIC_URL", "http://localhost.evil.example", "public_url is"),
            ("OSKAR_PUBLIC_URL", "https://auth.example", "public_url is"),
            ("OSKAR_TRUSTED_PROXIES", "127.0.0.1", "trusted_proxies"),
        ] {
            assert!(refusal(&[(name, value)]).contains(part), "{name}={value}");
        }
        // With all that production itself refuses.
        let told = refusal(&[("OSKAR_ENV", "production")]);
        assert!(told.contains("`mail.smtp_url`") && told.contains("but env is \"production\""), "{told}");
    }

    #[test]
    fn only_names_that_cannot_point_elsewhere_are_this_machine() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "0.0.0.0",
            "[::]",
            "127.1",
        ] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }
}
