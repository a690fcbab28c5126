//! The command line: what there is, and how each command ends.
//!
//! To add one: a file with its arguments and its `run`, and a variant of [`Command`].

mod account;
mod banner;
mod config;
mod demo;
mod events;
mod hand_over;
mod healthcheck;
mod identity;
mod import;
mod jwks;
mod jwt;
mod key;
mod labels;
mod mail;
mod migrate;
mod openapi;
mod org;
mod output;
mod password;
mod secret;
mod serve;
mod setup;
mod signals;
mod user;
mod user_delete;

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use oskar::app::App;
use oskar::clock::Clock;
use oskar::config::{Config, ConfigError, Environment, EventDestination, Sources, started_as};
use oskar::error::Error;

/// `EX_UNAVAILABLE`, `EX_NOPERM` and `EX_CONFIG` of sysexits.h.
const UNAVAILABLE: u8 = 69;
const NOT_PERMITTED: u8 = 77;
const CONFIGURATION: u8 = 78;

/// A self-hosted auth server: organisations, users and roles, API keys, sessions and tokens.
///
/// Without a command it serves. Every setting can be given in oskar.toml or as an OSKAR_… variable:
/// `oskar config` shows them all.
///
/// Exit codes: 0 done, 1 failed, 2 usage, 69 service unreachable or busy, 77 not permitted,
/// 78 configuration.
#[derive(Parser)]
#[command(name = "oskar", version, max_term_width = 100)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[derive(Args)]
struct Common {
    /// The configuration file [default: oskar.toml here, else /etc/oskar/oskar.toml].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the SQLite database and the master secret.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// `sqlite://FILE` or `postgres://…`.
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Address and port to listen on.
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Where clients reach this server.
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (the default).
    Serve(serve::Serve),
    /// Make the first administrator, or a new link that does.
    Setup(setup::Setup),
    /// Apply, take back or list database migrations.
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Make, import, list, disable users; reset their passwords.
    #[command(subcommand)]
    User(user::User),
    /// Make and list organisations; add members.
    #[command(subcommand)]
    Org(org::Org),
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Key(key::Key),
    /// Show audit events, also those that belong to no organisation, and follow them.
    Events(events::Events),
    /// List mails, try dead ones again, send one to see whether it arrives.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Show and rotate the keys that sign access tokens.
    #[command(subcommand)]
    Jwks(jwks::Jwks),
    /// Replace the master secret, and tell what still hangs on the previous one.
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Check tokens the way the server does.
    #[command(subcommand)]
    Jwt(jwt::Jwt),
    /// Print the OpenAPI document.
    Openapi,
    /// Show every setting with its value and where it comes from.
    Config(config::ConfigCommand),
    /// Ask a running server whether it is ready; exit code 0 or 69.
    #[command(alias = "health")]
    Healthcheck(healthcheck::Healthcheck),
}

impl Common {
    fn sources(&self) -> Sources {
        let flags = [
            ("data_dir", &self.data_dir),
            ("database_url", &self.database_url),
            ("listen", &self.listen),
            ("public_url", &self.public_url),
        ];
        let given: Vec<_> =
            flags.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect();
        Sources::gather(self.config.as_deref(), &Environment::of_process(), &given)
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::from_sources(&self.sources())
    }

    async fn open(&self) -> anyhow::Result<App> {
        let mut config = self.load()?;
        config.log.events = config.log.events.map(EventDestination::beside_output);
        Ok(App::open(config, Clock::System).await?.0)
    }
}

/// Runs the command that was typed.
pub fn run() -> ExitCode {
    oskar::program::started_as(started_as(&Environment::of_process()));
    let line = Line::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(dispatch(line)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

async fn dispatch(line: Line) -> anyhow::Result<()> {
    let common = &line.common;
    match line.command.unwrap_or(Command::Serve(serve::Serve::default())) {
        Command::Serve(command) => command.run(common).await,
        Command::Setup(command) => command.run(common).await,
        Command::Migrate(command) => command.run(common).await,
        Command::User(command) => command.run(common).await,
        Command::Org(command) => command.run(common).await,
        Command::Key(command) => command.run(common).await,
        Command::Events(command) => command.run(common).await,
        Command::Mail(command) => command.run(common).await,
        Command::Jwks(command) => command.run(common).await,
        Command::Secret(command) => command.run(common).await,
        Command::Jwt(command) => command.run(common),
        Command::Openapi => openapi::run(common),
        Command::Config(command) => command.run(common),
        Command::Healthcheck(command) => command.run(common).await,
    }
}

/// A number of the command line.
fn whole_number<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| "this is no whole number from 0 on, or it is too large".to_owned())
}

fn failed(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<Error>() {
        // What clients are not told, the operator at the command line needs.
        Some(Error::Internal(source) | Error::StorageUnavailable(source)) => eprintln!("oskar: {source}"),
        _ => eprintln!("oskar: {error}"),
    }
    let code = if error.is::<ConfigError>() {
        CONFIGURATION
    } else if error.is::<healthcheck::Unreachable>() {
        UNAVAILABLE
    } else {
        match error.downcast_ref::<Error>() {
            Some(Error::Busy | Error::StorageUnavailable(_) | Error::Timeout) => UNAVAILABLE,
            Some(Error::LastAdmin | Error::AlreadySetUp) => NOT_PERMITTED,
            _ => 1,
        }
    };
    ExitCode::from(code)
}
