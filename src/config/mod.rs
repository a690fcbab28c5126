//! Configuration: every setting, read once at start.
//!
//! `settings.rs` is the table of them, `sources.rs` finds their values; here they get their types, and
//! everything that is wrong is told at once. Nothing else reads the environment.

mod accent;
mod asset_path;
mod compat;
mod database;
mod database_url;
mod demo;
mod environment;
mod events;
mod file;
mod gather;
mod in_use;
mod issuers;
mod limits;
mod lists;
mod log;
mod logo;
mod mail;
mod marker;
mod no_auth;
mod origin;
mod product;
mod production;
mod reader;
mod secret_file;
mod secret_key;
mod sessions;
mod settings;
mod sources;
mod started_as;
mod tls;
mod tokens;
mod update_feed;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::http::HeaderName;
use chrono::TimeDelta;
use ipnet::IpNet;
use zeroize::Zeroizing;

pub use compat::{Compat, Dialect, DialectTokens};
pub use database_url::{PERCENT_ENCODING, shown as shown_database_url};
pub use environment::Environment;
pub use events::EventDestination;
pub use in_use::InUse;
pub use issuers::{AcceptedTokens, IdentityProvider, KeySource};
pub use limits::{Caps, DatabaseTime, Limits};
pub use log::{Log, LogFormat};
pub use logo::Logo;
pub use mail::{MailSettings, MailTransport};
pub use no_auth::is_loopback_name;
pub use product::{Product, Stylesheet};
pub use secret_file::read_private;
pub use sessions::{Cookies, Sessions};
pub use settings::{SETTINGS, Setting, Shape};
pub use sources::{Sourced, Sources, Written};
pub use started_as::started_as;
pub use tls::Tls;
pub use tokens::Tokens;
pub use update_feed::UpdateFeed;

use crate::password::{Cost, PRODUCTION};
use crate::permission::Catalogue;
use reader::Reader;

/// Whether this installation is for trying things out or for real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Development,
    Production,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    Open,
    /// With an address of the domains.
    Domain,
    /// By invitation only.
    Invite,
    Closed,
}

/// The configuration; each field is the setting of that name.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[derive(Clone, Debug)]
pub struct Config {
    pub env: Mode,
    pub listen: SocketAddr,
    /// Without a slash at its end.
    pub public_url: String,
    pub product: Product,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub database_connections: u32,
    pub database_time: DatabaseTime,
    pub registration: Registration,
    pub registration_domains: Vec<String>,
    pub verify_email_required: bool,
    pub mail: MailSettings,
    pub allowed_origins: Vec<String>,
    /// `cors.allowed_headers`
    pub allowed_headers: Vec<HeaderName>,
    pub compat: Compat,
    pub trusted_proxies: Vec<IpNet>,
    pub allow_plain_http: bool,
    /// The server speaks TLS by itself.
    pub tls: Option<Tls>,
    pub hsts_include_subdomains: bool,
    pub docs: bool,
    pub show_version: bool,
    pub update_feed: Option<UpdateFeed>,
    pub tokens: Tokens,
    pub sessions: Sessions,
    pub limits: Limits,
    pub issuers: Vec<IdentityProvider>,
    pub log: Log,
    pub permissions: Catalogue,
    /// Not a setting, so that no file and no environment can bring it into production: `serve --no-auth`.
    pub no_auth: bool,
    /// Not a setting: tests hash cheaply.
    pub password_cost: Cost,
    secret_key: Option<Zeroizing<String>>,
    secret_key_previous: Option<Zeroizing<String>>,
}

/// Everything that is wrong with the configuration, a line each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Whether mails are kept in memory and shown. The links in there open accounts: they are for the user of this machine,
    /// not for a network.
    pub fn has_mailbox(&self) -> bool {
        matches!(self.mail.transport, MailTransport::Captured) && self.listen.ip().is_loopback()
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn from_sources(sources: &Sources) -> Result<Self, ConfigError> {
        let (config, problems) = Self::read(sources);
        if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems)) }
    }

    /// The configuration, and all that is wrong with it.
    fn read(sources: &Sources) -> (Self, Vec<String>) {
        let mut read = Reader::new(sources);
        let env = read.choice("env", &[("development", Mode::Development), ("production", Mode::Production)]);
        let listen = read.socket("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 8675)));
        let data_dir = PathBuf::from(read.text("data_dir"));
        let tls = Tls::read(&mut read);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let local_url = format!("{scheme}://localhost:{}", listen.port());
        let public_url = match read.text("public_url") {
            "" => local_url,
            given => origin::normalise(given).unwrap_or_else(|problem| {
                read.problem("public_url", problem);
                local_url
            }),
        };
        let database_url = database::read(&mut read, &data_dir);
        read.choice("database_tls", &[("verify-full", ()), ("insecure", ())]);
        let allowed_origins = read.origins("allowed_origins");
        let tokens = Tokens::read(&mut read, &public_url);
        let (secret_key, secret_key_previous) = secret_key::read_given(&mut read);
        let mail = mail::read(&mut read);
        let compat = Compat::read(&mut read);
        let sessions = Sessions::read(&mut read, &public_url, &compat);
        let verify_email_required = match read.text("verify_email") {
            "" => env == Mode::Production || matches!(mail.transport, MailTransport::Smtp(_)),
            _ => read.choice("verify_email", &[("required", true), ("optional", false)]),
        };
        let config = Self {
            env,
            listen,
            public_url,
            product: Product::read(&mut read),
            data_dir,
            database_url,
            database_connections: read.within("database_connections", 1, 1000),
            database_time: DatabaseTime::read(&mut read),
            registration: read.choice(
                "registration",
                &[
                    ("open", Registration::Open),
                    ("domain", Registration::Domain),
                    ("invite", Registration::Invite),
                    ("closed", Registration::Closed),
                ],
            ),
            registration_domains: read.domains("registration_domains"),
            verify_email_required,
            mail,
            allowed_origins,
            allowed_headers: read.header_names("cors.allowed_headers"),
            compat,
            trusted_proxies: read.networks("trusted_proxies"),
            allow_plain_http: read.one("allow_plain_http", false),
            tls,
            hsts_include_subdomains: read.one("hsts_include_subdomains", false),
            docs: match read.text("docs") {
                "" => env == Mode::Development,
                _ => read.one("docs", false),
            },
            show_version: read.one("show_version", true),
            update_feed: update_feed::read(&mut read),
            tokens,
            sessions,
            limits: Limits::read(&mut read),
            issuers: issuers::read(&mut read),
            log: Log::read(&mut read),
            permissions: read.permissions(),
            no_auth: false,
            password_cost: PRODUCTION,
            secret_key,
            secret_key_previous,
        };
        config.check_registration(&mut read);
        if config.tls.is_some() && !config.is_https() {
            read.problem(
                "public_url",
                "begins with http://, but `tls.cert` makes the server speak https alone",
            );
        }
        if env == Mode::Production {
            production::check(&config, &mut read);
        }
        (config, read.problems)
    }

    /// Refuses a list of domains that has no effect, or that would let no one register.
    fn check_registration(&self, read: &mut Reader<'_>) {
        let listed = !read.list("registration_domains").is_empty();
        if self.registration == Registration::Domain && !listed {
            read.problem("registration_domains", "is needed for `registration = \"domain\"`");
        }
        if self.registration == Registration::Open && listed {
            let problem =
                "decides nothing: `registration` is \"open\" to everybody. Write registration = \"domain\"";
            read.problem("registration_domains", problem);
        }
    }

    /// The longest that a session can live, whatever carries it.
    pub fn longest_session(&self) -> TimeDelta {
        let ours = self.tokens.refresh_absolute.max(self.sessions.absolute);
        self.compat.documented().map(|tokens| tokens.longest()).fold(ours, Ord::max)
    }

    /// Whether clients reach this server by https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        match self.listen.ip() {
            IpAddr::V4(ip) => ip.is_loopback(),
            IpAddr::V6(ip) => ip.is_loopback(),
        }
    }

    /// Whether the database is PostgreSQL rather than a file.
    pub fn is_postgres(&self) -> bool {
        self.database_url.starts_with("postgres")
    }

    /// The SQLite file; `None` for PostgreSQL.
    pub fn database_file(&self) -> Option<PathBuf> {
        database_url::file(&self.database_url)
    }

    /// Makes the data folder, for the owner alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_data_dir(&self) -> Result<bool, ConfigError> {
        secret_key::make_private_folder(&self.data_dir).map_err(|problem| ConfigError(vec![problem]))
    }
}

/// The configuration of an environment of these variables only, or all that is wrong with it.
#[cfg(test)]
pub(crate) fn load(variables: &[(&str, &str)]) -> Result<Config, String> {
    let sources = Sources::gather(None, &Environment::of(variables.iter().copied()), &[]);
    Config::from_sources(&sources).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::Role;

    #[test]
    fn without_any_setting_it_is_a_development_server_on_this_machine() {
        let config = load(&[]).unwrap();
        assert_eq!(config.public_url, "http://localhost:8675");
        assert_eq!(config.database_url, "sqlite://oskar-data/oskar.db");
        assert!(config.is_loopback() && !config.is_https() && !config.is_postgres());
        assert_eq!(config.tokens.access_ttl, TimeDelta::minutes(15));
    }

    #[test]
    fn aliases_count_only_where_ours_are_unset() {
        let config = load(&[("DATABASE_URL", "postgres://a/b"), ("PORT", "80")]).unwrap();
        assert_eq!((config.database_url.as_str(), config.listen.port()), ("postgres://a/b", 80));
        let config =
            load(&[("DATABASE_URL", "postgres://a/b"), ("OSKAR_DATABASE_URL", "sqlite://x.db")]).unwrap();
        assert_eq!(config.database_url, "sqlite://x.db");
    }

    #[test]
    fn every_mistake_is_told_at_once_and_typos_get_a_name() {
        let told = load(&[
            ("OSKAR_SESION__IDLE", "1h"),
            ("OSKAR_TOKENS__ACCESS_TTL", "soon"),
            ("OSKAR_TOKENS__ALGORITHM", "RS256"),
            ("OSKAR_SECRET_KEY", "short"),
            ("OSKAR_LISTEN", "localhost:8675"),
            ("OSKAR_LOG__LEVEL", "oskar=loud"),
            ("OSKAR_PERMISSIONS", "tasks:write=boss,Tasks=member"),
            ("OSKAR_ALLOWED_ORIGINS", "https://app.example.com/path"),
        ])
        .unwrap_err();
        for part in [
            "unknown setting `OSKAR_SESION__IDLE` in the environment. Did you mean `OSKAR_SESSIONS__IDLE`?",
            "`tokens.access_ttl` is `soon`, no duration",
            "RSA keys are not used for signing",
            "`secret_key`",
            "`listen` is `localhost:8675`, not an address with a port such as",
            "`log.level` is `oskar=loud`, no filter",
            "`boss` is no role",
            "not an origin",
        ] {
            assert!(told.contains(part), "{part} is not in:\n{told}");
        }
    }

    #[test]
    fn production_refuses_plain_http_and_tells_everything() {
        let told =
            load(&[("OSKAR_ENV", "production"), ("OSKAR_ALLOWED_ORIGINS", "http://a.example")]).unwrap_err();
        assert!(
            told.contains("`public_url` is http://localhost:8675") && told.contains("http://a.example"),
            "{told}"
        );
    }

    #[test]
    fn a_list_of_domains_decides_who_may_register_or_is_refused() {
        let (domain, list) =
            (("OSKAR_REGISTRATION", "domain"), ("OSKAR_REGISTRATION_DOMAINS", "acme.example"));
        assert!(load(&[domain]).unwrap_err().contains("`registration_domains` is needed"));
        let told = load(&[list]).unwrap_err();
        assert!(told.contains("decides nothing") && told.contains("(OSKAR_REGISTRATION_DOMAINS)"), "{told}");
        assert!(load(&[domain, list]).is_ok() && load(&[("OSKAR_REGISTRATION", "invite"), list]).is_ok());
    }

    #[test]
    fn the_product_s_permissions_come_from_the_environment_too() {
        let config = load(&[("OSKAR_PERMISSIONS", "tasks:write=member, tasks:read=viewer")]).unwrap();
        assert_eq!(config.permissions.find("tasks:write").unwrap().minimum_role, Role::Member);
        assert!(
            load(&[("OSKAR_PERMISSIONS", "org:read=admin")]).unwrap_err().contains("cannot be redefined")
        );
    }
}
