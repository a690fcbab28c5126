//! `oskar serve`.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Instant;

use anyhow::anyhow;
use clap::Args;
use oskar::app::{self, App, Opened};
use oskar::clock::{Clock, Timestamp};
use oskar::config::{Config, InUse, LogFormat, Mode, Sources, shown_database_url};
use oskar::database::Database;
use oskar::domain::audit::Actor;
use oskar::domain::settings::{self, Given};
use oskar::domain::{Change, developer, setup};
use oskar::error::{Error, OrLog as _};
use oskar::{server, worker};
use tokio::net::TcpListener;
use tokio::signal;
use tracing_subscriber::EnvFilter;

use super::Common;

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
        let sources = common.sources();
        let mut config = Config::from_sources(&sources)?;
        if self.no_auth {
            config = config.without_auth()?;
        }
        log(&config)?;
        // Before anything is made: who cannot have the port should not find a database either.
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            anyhow!(
                "cannot listen on {}: {error}. Choose another port by --listen, such as --listen 127.0.0.1:8676.",
                config.listen
            )
        })?;
        check_for_damage(&config).await?;
        let (app, opened) = App::open(config, Clock::System).await?;
        note_settings(&app, &sources, self.no_auth).await?;
        let link = setup_link(&app).await?;
        if app.config.no_auth {
            warn_of_no_auth(&app);
        }
        banner(&app, opened, link.as_ref(), started);
        let jobs = worker::spawn(&app);
        server::serve(&app, listener, stopped()).await;
        drop(jobs);
        worker::usage::tick(&app).await.or_log("writing the last uses before the end");
        worker::tally::tick(&app).await.map(drop).or_log("writing counted failures before the end");
        tracing::info!("stopped");
        Ok(())
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
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter);
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
    let txn = app.db.begin().await?;
    let change = Change { txn: &txn, now: app.now(), actor: &actor };
    let changed = settings::note(change, &app.keyring, &in_use).await?;
    txn.commit().await?;
    if !changed.is_empty() {
        tracing::warn!(settings = changed.join(", "), "settings have changed since the last start");
    }
    Ok(())
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

/// To standard error: standard output is for the log.
fn banner(app: &App, opened: Opened, link: Option<&(String, Timestamp)>, started: Instant) {
    let config = &app.config;
    let mode = match config.env {
        Mode::Development => "development",
        Mode::Production => "production",
    };
    let reach = if config.is_loopback() { "everything stays on this machine" } else { "open to the network" };
    let version = env!("CARGO_PKG_VERSION");
    let database = match config.database_file() {
        Some(file) => file.display().to_string(),
        None => shown_database_url(&config.database_url),
    };
    let kind = if config.is_postgres() { "PostgreSQL" } else { "SQLite" };
    let seconds = started.elapsed().as_secs_f64();
    let url = &config.public_url;
    if config.env == Mode::Development && !config.is_loopback() {
        eprintln!(
            "  Attention: env is \"development\", and {} can be reached from the network.",
            config.listen
        );
    }
    let Some((link, until)) = link else {
        eprintln!("  oskar {version} · {mode} · {url} · {reach}");
        eprintln!("  {kind} {database} · API {url}/docs");
        eprintln!("  ready in {seconds:.2} s · Ctrl-C stops cleanly");
        return;
    };
    let folder = if opened.new_data_dir { "created (mode 0700)" } else { "" };
    let key = if opened.new_signing_key { "signing key created" } else { "signing key loaded" };
    eprintln!("  oskar {version} · {mode} · {reach}\n");
    if !config.is_postgres() {
        eprintln!("  data       {:<32}  {folder}", config.data_dir.display());
    }
    eprintln!(
        "  database   {database:<32}  {kind}, {} migrations in {:.2} s",
        opened.migrations, opened.seconds
    );
    eprintln!("  keys       {} {key}\n", config.tokens.algorithm.as_str());
    eprintln!("  Open       {link}");
    eprintln!(
        "             creates the first administrator · works once · until {} UTC",
        until.format("%H:%M")
    );
    eprintln!("  API        {url}/docs   OpenAPI: /api/openapi.json");
    eprintln!("  No browser? oskar setup --email you@example.com --org YourCompany\n");
    eprintln!("  ready in {seconds:.2} s · Ctrl-C stops cleanly");
}

/// Resolves on Ctrl-C and on SIGTERM.
async fn stopped() {
    let interrupt = async { signal::ctrl_c().await.or_log("waiting for Ctrl-C") };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => _ = terminate.recv().await,
            Err(error) => {
                tracing::warn!(%error, "cannot wait for SIGTERM");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("stopping: no new connections, those under way may finish");
}
