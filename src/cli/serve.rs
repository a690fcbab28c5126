//! `oskar serve`.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

use anyhow::anyhow;
use clap::Args;
use oskar::app::App;
use oskar::clock::{Clock, Timestamp};
use oskar::config::{Config, LogFormat, MailTransport, Sources};
use oskar::domain::audit::Actor;
use oskar::domain::{Change, developer, setup};
use oskar::error::{Error, OrLog as _};
use oskar::{server, worker};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::banner::banner;
use super::{Common, signals};

/// How to serve.
#[derive(Args, Default)]
pub struct Serve {
    /// Let everybody in as an administrator of a development organisation. For local development: refused in
    /// production, and on anything but loopback.
    #[arg(long)]
    no_auth: bool,
}

impl Serve {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let started = Instant::now();
        // First of all: a hang-up in the middle of the start must not end it either.
        signals::survive_hangup()?;
        let sources = common.sources();
        let config =
            if self.no_auth { Config::without_auth(&sources)? } else { Config::from_sources(&sources)? };
        log(&config)?;
        tell(&config, &sources);
        // Before anything is made: who cannot have the port should not find a database either.
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            anyhow!(
                "cannot listen on {}: {error}. Choose another port by --listen, such as --listen 127.0.0.1:8676.",
                config.listen
            )
        })?;
        let (app, opened) = App::open(config, Clock::System).await?;
        let link = setup_link(&app).await?;
        if app.config.no_auth {
            warn_of_no_auth(&app);
        }
        // Before it says that it is ready: who reads that may want to stop it at once.
        let stopped = signals::stopped()?;
        // To standard error: standard output is for the log.
        let banner = banner(&app, opened, link.as_ref(), started);
        std::io::stderr().write_all(banner.as_bytes()).or_log("showing the banner");
        let jobs = worker::spawn(&app);
        server::serve(&app, listener, stopped).await;
        drop(jobs);
        worker::usage::tick(&app).await.or_log("writing the last uses before the end");
        tracing::info!("stopped");
        Ok(())
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

/// Nobody should find this out by chance.
fn warn_of_no_auth(app: &App) {
    let line = "!".repeat(78);
    eprintln!("\n  {line}");
    eprintln!("  !!  NO AUTHENTICATION: whoever reaches {} is {}", app.config.listen, developer::EMAIL);
    eprintln!(
        "  !!  and admin of the organisation `{}`. For development on this machine only.",
        developer::ORGANISATION
    );
    eprintln!("  {line}\n");
    tracing::warn!(as_user = developer::EMAIL, "no authentication: everybody is let in as an administrator");
}

fn log(config: &Config) -> anyhow::Result<()> {
    // Libraries only when they have something to complain about, unless they are asked for.
    let filter = EnvFilter::try_new(format!("sea_orm_migration=warn,sqlx=warn,{}", config.log.level))
        .map_err(|error| anyhow!("log.level: {error}"))?;
    let pretty = match config.log.format {
        LogFormat::Auto => std::io::stdout().is_terminal(),
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    // A terminal that was closed, or a pipe that nobody reads any more, must not end requests: the library would
    // panic when it cannot write of its failure either.
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    let started = if pretty {
        subscriber.with_target(false).compact().try_init()
    } else {
        subscriber.json().flatten_event(true).with_span_list(false).try_init()
    };
    started.map_err(|error| anyhow!("cannot log: {error}"))
}

/// A link for the first administrator, as long as there is none.
async fn setup_link(app: &App) -> Result<Option<(String, Timestamp)>, Error> {
    let actor = Actor::system();
    let txn = app.db.begin().await?;
    let issued = setup::issue_link(Change { txn: &txn, now: app.now(), actor: &actor }, &app.keyring).await;
    match issued {
        Ok((secret, until)) => {
            txn.commit().await?;
            Ok(Some((format!("{}/setup/{}", app.config.public_url, secret.reveal()), until)))
        }
        Err(Error::AlreadySetUp) => Ok(None),
        Err(error) => Err(error),
    }
}
