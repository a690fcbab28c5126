//! `oskar serve`.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

use anyhow::anyhow;
use clap::Args;
use oskar::app::{self, App};
use oskar::clock::{Clock, Timestamp};
use oskar::config::{Config, ConfigError, InUse, LogFormat, MailTransport, Sources};
use oskar::database::Database;
use oskar::domain::account::developer;
use oskar::domain::journal::audit::Actor;
use oskar::domain::key::osmedeus_key::{self, OsmedeusKey};
use oskar::domain::onboarding::setup;
use oskar::domain::upkeep::settings::{self, Given};
use oskar::error::{Error, OrLog as _};
use oskar::network::site::is_same_site;
use oskar::server::Certificate;
use oskar::{server, worker};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::banner::{banner, banner_of_demo};
use super::{Common, demo, signals};

/// How to serve.
#[derive(Args, Default)]
pub struct Serve {
    /// Let every client in as an administrator of a development organisation. For local development: refused in
    /// production, and on anything but loopback.
    #[arg(long)]
    no_auth: bool,
    /// Serve an example, to look at: an organisation with three people, keys and events, in an installation of its own
    /// that is deleted when the server ends. The passwords are shown. Refused in production, on anything but loopback,
    /// and with a database, data folder, mail server or event file of your own.
    #[arg(long, conflicts_with = "no_auth")]
    demo: bool,
}

impl Serve {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let started = Instant::now();
        // First of all: a hang-up in the middle of the start must not end it either.
        signals::survive_hangup()?;
        let sources = common.sources();
        let config = self.configuration(&sources)?;
        log(&config)?;
        tell(&config, &sources);
        // Before anything is made: who cannot have the port should not find a database either.
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            anyhow!(
                "cannot listen on {}: {error}. Choose another port by --listen, such as --listen 127.0.0.1:8676.",
                config.listen
            )
        })?;
        let certificate = config.tls.as_ref().map(Certificate::load).transpose()?;
        check_for_damage(&config).await?;
        // Deleted at the end, whatever that is; an example that is stopped while it is made ends in order, too.
        let stopped_early = self.demo.then(signals::stopped).transpose()?;
        let _folder = self.demo.then(|| demo::Folder(config.data_dir.clone()));
        let clock = if self.demo { Clock::behind() } else { Clock::System };
        let (app, opened) = App::open(config, clock).await?;
        if self.demo {
            demo::fill(&app).await?;
        }
        note_settings(&app, &sources, self.no_auth).await?;
        let link = setup_link(&app).await?;
        let osmedeus_key = osmedeus_key(&app).await?;
        if app.config.no_auth {
            warn_of_no_auth(&app);
        }
        // Before it says that it is ready: who reads that may want to stop it at once.
        let stopped = stopped_early.map_or_else(signals::stopped, Ok)?;
        // To standard error: standard output is for the log.
        let banner = if self.demo {
            banner_of_demo(&app, started)
        } else {
            banner(&app, opened, link.as_ref(), osmedeus_key.as_ref(), started)
        };
        std::io::stderr().write_all(banner.as_bytes()).or_log("showing the banner");
        hints(&app.config);
        let jobs = worker::spawn(&app);
        server::serve(&app, listener, certificate, stopped).await;
        drop(jobs);
        worker::usage::tick(&app).await.or_log("writing the last uses before the end");
        worker::tally::tick(&app).await.map(drop).or_log("writing counted failures before the end");
        tracing::info!("stopped");
        Ok(())
    }

    fn configuration(&self, sources: &Sources) -> Result<Config, ConfigError> {
        if self.demo {
            Config::of_demo(sources)
        } else if self.no_auth {
            Config::without_auth(sources)
        } else {
            Config::from_sources(sources)
        }
    }
}

/// Damage that is found at the start can be mended from a backup before more is written.
async fn check_for_damage(config: &Config) -> anyhow::Result<()> {
    let Some(within) = config.database_time.check.and_then(|within| within.to_std().ok()) else {
        return Ok(());
    };
    match Database::look_for_damage(config, within).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            tracing::info!(within = ?within, "the database was not looked at to its end (`database_check`)");
            Ok(())
        }
        Err(error) => Err(app::told(error, "cannot serve")),
    }
}

/// What is to be known of the configuration, and prevents nothing.
fn tell(config: &Config, sources: &Sources) {
    for warning in &sources.warnings {
        tracing::warn!("{warning}");
    }
    for variable in &sources.ignored {
        tracing::debug!(variable, "ignored: a platform made it from the name of a service or a container");
    }
    if config.mail.transport == MailTransport::Absent {
        tracing::warn!(
            "mail.smtp_url is \"none\": no invitations, no links to confirm addresses or to choose new passwords"
        );
    }
}

/// Says so in big letters, so that it is not found out by chance.
fn warn_of_no_auth(app: &App) {
    let line = "!".repeat(78);
    eprintln!("\n  {line}");
    eprintln!(
        "  !!  NO AUTHENTICATION: every client that reaches {} is {}",
        app.config.listen,
        developer::EMAIL
    );
    eprintln!(
        "  !!  and admin of the organisation `{}`. For development on this machine only.",
        developer::ORGANISATION
    );
    eprintln!("  {line}\n");
    tracing::warn!(
        as_user = developer::EMAIL,
        "no authentication: every client is let in as an administrator"
    );
}

fn log(config: &Config) -> anyhow::Result<()> {
    // Libraries only when they have something to complain about, unless they are asked for.
    // What a pool warns of is a connection that failed; `database/condition.rs` tells of that.
    let libraries = "memory_serve=warn,sea_orm_migration=warn,sqlx=warn,sqlx_core::pool=error";
    let filter = EnvFilter::try_new(format!("{libraries},{}", config.log.level))
        .map_err(|error| anyhow!("log.level: {error}"))?;
    let pretty = match config.log.format {
        LogFormat::Auto => std::io::stdout().is_terminal(),
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    // A terminal that was closed, or a pipe that is not read any more, must not end requests: the library would
    // panic when it cannot write of its failure either.
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    let started = if pretty {
        subscriber.with_target(false).compact().try_init()
    } else {
        subscriber.json().flatten_event(true).with_span_list(false).try_init()
    };
    started.map_err(|error| anyhow!("cannot log: {error}"))
}

/// Limits that were raised and doors that were opened since the last start must be found in the log.
async fn note_settings(app: &App, sources: &Sources, no_auth: bool) -> Result<(), Error> {
    let given = |InUse { value, secret }| if secret { Given::Secret(value) } else { Given::Plain(value) };
    let mut in_use: BTreeMap<_, _> =
        sources.in_use().into_iter().map(|(key, setting)| (key, given(setting))).collect();
    if no_auth {
        in_use.insert("--no-auth".to_owned(), Given::Plain("true".to_owned()));
    }
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    let changed = settings::note(&write, &in_use).await?;
    write.commit().await?;
    if !changed.is_empty() {
        tracing::warn!(settings = changed.join(", "), "settings have changed since the last start");
    }
    Ok(())
}

/// A link for the first administrator, as long as there is none.
async fn setup_link(app: &App) -> Result<Option<(String, Timestamp)>, Error> {
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    let issued = setup::issue_link(&write).await;
    match issued {
        Ok((secret, until)) => {
            write.commit().await?;
            Ok(Some((app.link("setup", &secret), until)))
        }
        Err(Error::AlreadySetUp) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The key that clients of Osmedeus share, if this start makes it. One that cannot be made prevents nothing.
async fn osmedeus_key(app: &App) -> Result<Option<OsmedeusKey>, Error> {
    if !app.config.compat.osmedeus_key {
        return Ok(None);
    }
    let actor = Actor::system();
    let write = app.write(&actor).await?;
    match osmedeus_key::make_once(&write, &app.config.permissions).await {
        Ok(key) => {
            write.commit().await?;
            key.iter().for_each(OsmedeusKey::note);
            Ok(key)
        }
        Err(error) if !error.is_failure_of_the_server() => {
            tracing::warn!(%error, "the API key for clients of Osmedeus was not made");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What is allowed and works otherwise than expected.
fn hints(config: &Config) {
    if config.trusted_proxies.is_empty() {
        tracing::info!(
            "no gateway is named in `trusted_proxies`: visitors who come by way of one share its limits (see recipes/)"
        );
    }
    for origin in config.allowed_origins.iter().filter(|origin| !is_same_site(origin, &config.public_url)) {
        tracing::warn!(
            origin,
            public_url = config.public_url,
            "browsers drop the session cookie on pages of another site: they have to use the tokens"
        );
    }
}
