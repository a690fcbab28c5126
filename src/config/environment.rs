//! The environment of the process, and which of its variables are no settings although they begin with our name.
//!
//! Container platforms make variables from the names of services and of linked containers. A service or a container
//! that is called `oskar` or `oskar-…` therefore brings variables that look like settings. They are ignored, and only
//! they: each is recognised together with another one that proves where it comes from, so that a setting with a
//! mistake in its name is still told.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Where to look for settings. Only [`Environment::of_process`] reads the real environment.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub(super) variables: BTreeMap<String, String>,
    /// The names of those that would count, but are not UTF-8.
    pub(super) unreadable: Vec<String>,
}

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    pub fn of_process() -> Self {
        let mut read = Self::default();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => drop(read.variables.insert(name, value)),
                Err(_) if name.starts_with("OSKAR_") || ["PORT", "DATABASE_URL"].contains(&&*name) => {
                    read.unreadable.push(name);
                }
                Err(_) => {}
            }
        }
        read
    }

    /// An environment of these variables only.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self { variables: variables.into_iter().map(owned).collect(), unreadable: Vec::new() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Whether a platform set a variable that was not meant as a setting.
    pub(super) fn is_injected(&self, name: &str) -> bool {
        self.is_of_a_client(name)
            || name.match_indices('_').any(|(at, _)| {
                let (prefix, rest) = (&name[..at], &name[at..]);
                (self.is_service(prefix) && is_of_service(rest))
                    || (self.is_link(prefix) && is_of_link(rest))
                    || ((self.is_service(prefix) || self.is_link(prefix)) && self.is_port(name, rest))
            })
    }

    /// Kubernetes gives every container the address and the port of each service of its namespace.
    fn is_service(&self, prefix: &str) -> bool {
        let value = |rest: &str| self.get(&format!("{prefix}{rest}"));
        value("_SERVICE_HOST").is_some_and(|host| host.parse::<IpAddr>().is_ok())
            && value("_SERVICE_PORT").is_some_and(|port| port.parse::<u16>().is_ok())
    }

    /// Docker, and what imitates its links, gives a container `ALIAS_NAME=/container/alias`.
    fn is_link(&self, prefix: &str) -> bool {
        let name = self.get(&format!("{prefix}_NAME")).and_then(|name| name.strip_prefix('/'));
        let alias = name.and_then(|name| name.split_once('/')).map(|(_, alias)| alias);
        alias.is_some_and(|alias| alias.to_ascii_uppercase().replace('-', "_") == prefix)
    }

    /// `…_PORT=tcp://10.0.0.1:8675`, `…_PORT_8675_TCP`, and what more is told of that port.
    fn is_port(&self, name: &str, rest: &str) -> bool {
        let Some(rest) = rest.strip_prefix("_PORT") else { return false };
        if rest.is_empty() {
            return self.get(name).is_some_and(|value| value.contains("://"));
        }
        let mut parts = rest.split('_').skip(1);
        parts.next().is_some_and(|number| number.parse::<u16>().is_ok())
            && parts.next().is_some_and(|protocol| ["TCP", "UDP", "SCTP"].contains(&protocol))
            && parts.all(|what| ["ADDR", "PORT", "PROTO", "START", "END"].contains(&what))
    }

    /// What `oskar setup --format env` prints, for programs that call Oskar: they often share a file with it.
    fn is_of_a_client(&self, name: &str) -> bool {
        ["OSKAR_URL", "OSKAR_ORG", "OSKAR_API_KEY"].contains(&name)
            && self.get("OSKAR_ORG").is_some_and(|organisation| organisation.starts_with("org_"))
    }
}

fn is_of_service(rest: &str) -> bool {
    let named_port = rest.strip_prefix("_SERVICE_PORT_");
    ["_SERVICE_HOST", "_SERVICE_PORT"].contains(&rest)
        || named_port.is_some_and(|name| !name.is_empty() && !name.starts_with('_'))
}

fn is_of_link(rest: &str) -> bool {
    rest == "_NAME" || rest.strip_prefix("_ENV_").is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Kubernetes makes them for a service `oskar` and another one `oskar-mail`.
    const KUBERNETES: &[(&str, &str)] = &[
        ("OSKAR_SERVICE_HOST", "10.96.12.7"),
        ("OSKAR_SERVICE_PORT", "8675"),
        ("OSKAR_SERVICE_PORT_HTTP_API", "8675"),
        ("OSKAR_PORT", "tcp://10.96.12.7:8675"),
        ("OSKAR_PORT_8675_TCP", "tcp://10.96.12.7:8675"),
        ("OSKAR_PORT_8675_TCP_PROTO", "tcp"),
        ("OSKAR_PORT_8675_TCP_PORT", "8675"),
        ("OSKAR_PORT_8675_TCP_ADDR", "10.96.12.7"),
        ("OSKAR_MAIL_SERVICE_HOST", "fd00::7"),
        ("OSKAR_MAIL_SERVICE_PORT", "25"),
        ("OSKAR_MAIL_PORT", "tcp://[fd00::7]:25"),
        ("OSKAR_MAIL_PORT_25_TCP", "tcp://[fd00::7]:25"),
        ("OSKAR_MAIL_PORT_53_UDP_ADDR", "fd00::7"),
    ];

    /// As Docker makes them for `--link auth_1:oskar` and for a linked container `oskar-mail` of a composition.
    const DOCKER: &[(&str, &str)] = &[
        ("OSKAR_NAME", "/web/oskar"),
        ("OSKAR_PORT", "tcp://172.17.0.2:8675"),
        ("OSKAR_PORT_8675_TCP_START", "tcp://172.17.0.2:8675"),
        ("OSKAR_PORT_8675_TCP_PORT_END", "8677"),
        ("OSKAR_ENV_OSKAR_LISTEN", "0.0.0.0:8675"),
        ("OSKAR_ENV_LANG", "C.UTF-8"),
        ("OSKAR_MAIL_NAME", "/app_web_1/oskar-mail"),
        ("OSKAR_MAIL_ENV_X", ""),
    ];

    const CLIENT: &[(&str, &str)] =
        &[("OSKAR_URL", "http://localhost:8675"), ("OSKAR_ORG", "org_01m8"), ("OSKAR_API_KEY", "osk_test_x")];

    #[test]
    fn what_a_platform_injects_is_recognised() {
        for injected in [KUBERNETES, DOCKER, CLIENT] {
            let environment = Environment::of(injected.iter().copied());
            for (name, _) in injected {
                assert!(environment.is_injected(name), "{name}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for variables in [
            // Nothing proves that there is a service or a link.
            &[("OSKAR_SERVICE_PORT", "8675")][..],
            &[("OSKAR_PORT", "tcp://10.96.12.7:8675")],
            &[("OSKAR_SERVICE_HOST", "auth.example"), ("OSKAR_SERVICE_PORT", "8675")],
            &[("OSKAR_ENV_MODE", "production")],
            &[("OSKAR_NAME", "Acme")],
            &[("OSKAR_NAME", "/web/other")],
            &[("OSKAR_URL", "https://auth.example")],
        ] {
            let environment = Environment::of(variables.iter().copied());
            assert!(!environment.is_injected(variables[0].0), "{variables:?}");
        }
        let all = [KUBERNETES, DOCKER, CLIENT].concat();
        let mut with = all.clone();
        let typos = [
            "OSKAR_SERVICE__X",
            "OSKAR_SESION__IDLE",
            "OSKAR_SERVICE_PORT__X",
            "OSKAR_PORT_8675",
            "OSKAR_PORTS",
            "OSKAR_PORT_8675_TCP_HOST",
            "OSKAR_SERVICE_NAME",
            "OSKAR_MAIL__SMTP_ULR",
            "OSKAR_ENV_",
            "OSKAR_ENVV",
        ];
        with.extend(typos.map(|name| (name, "x")));
        let environment = Environment::of(with);
        for name in typos {
            assert!(!environment.is_injected(name), "{name}");
        }
        // A person's port, although there is a service of that name.
        let mut own = KUBERNETES.to_vec();
        own.retain(|(name, _)| *name != "OSKAR_PORT");
        own.push(("OSKAR_PORT", "8080"));
        assert!(!Environment::of(own).is_injected("OSKAR_PORT"));
    }
}
