//! What `oskar serve` says when it is ready.

use std::fmt::Write as _;
use std::time::Instant;

use oskar::app::{App, Opened};
use oskar::clock::Timestamp;
use oskar::config::{Config, Mode, shown_database_url};
use oskar::domain::key::osmedeus_key::OsmedeusKey;
use oskar::program::command;

use super::demo::{PASSWORD, PEOPLE};

/// The lines, with the link that makes the first administrator as long as there is none, and with a key that was just
/// made for clients of Osmedeus.
pub fn banner(
    app: &App,
    opened: Opened,
    link: Option<&(String, Timestamp)>,
    osmedeus: Option<&OsmedeusKey>,
    started: Instant,
) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    write(&mut text, app, opened, link, osmedeus).unwrap_or_default();
    let seconds = started.elapsed().as_secs_f64();
    writeln!(text, "  ready in {seconds:.2} s · Ctrl-C stops cleanly").unwrap_or_default();
    text
}

/// The lines of an example: who can sign in, and how.
pub fn banner_of_demo(app: &App, started: Instant) -> String {
    let (version, url) = (env!("CARGO_PKG_VERSION"), &app.config.public_url);
    let mut text = format!(
        "  oskar {version} · an example · everything stays on this machine, and nothing stays when it ends\n\n  Open       {url}\n"
    );
    for person in PEOPLE {
        writeln!(text, "  {:<9}  {}", person.role.to_string(), person.email).unwrap_or_default();
    }
    writeln!(text, "  password   {PASSWORD}").unwrap_or_default();
    writeln!(text, "  mail       {url}/dev/mail").unwrap_or_default();
    if app.config.docs {
        writeln!(text, "  API        {url}/docs").unwrap_or_default();
    }
    let seconds = started.elapsed().as_secs_f64();
    writeln!(text, "\n  ready in {seconds:.2} s · Ctrl-C stops cleanly").unwrap_or_default();
    text
}

fn write(
    text: &mut String,
    app: &App,
    opened: Opened,
    link: Option<&(String, Timestamp)>,
    osmedeus: Option<&OsmedeusKey>,
) -> std::fmt::Result {
    let config = &app.config;
    let mode = match config.env {
        Mode::Development => "development",
        Mode::Production => "production",
    };
    let reach = reach(config);
    let version = env!("CARGO_PKG_VERSION");
    let database = match config.database_file() {
        Some(file) => file.display().to_string(),
        None => shown_database_url(&config.database_url),
    };
    let kind = if config.is_postgres() { "PostgreSQL" } else { "SQLite" };
    let url = &config.public_url;
    if config.env == Mode::Development && !config.is_loopback() {
        writeln!(
            text,
            "  Attention: env is \"development\", and {} can be reached from the network.",
            config.listen
        )?;
    }
    let Some((link, until)) = link else {
        writeln!(text, "  oskar {version} · {mode} · {url} · {reach}")?;
        let api = if config.docs { format!("{url}/docs") } else { format!("{url}/api/openapi.json") };
        writeln!(text, "  {kind} {database} · API {api}")?;
        return show(text, osmedeus);
    };
    let folder = if opened.new_data_dir { "created (mode 0700)" } else { "" };
    let key = if opened.new_signing_key { "signing key created" } else { "signing key loaded" };
    writeln!(text, "  oskar {version} · {mode} · {reach}\n")?;
    if !config.is_postgres() {
        writeln!(text, "  data       {:<32}  {folder}", config.data_dir.display())?;
    }
    writeln!(
        text,
        "  database   {database:<32}  {kind}, {} migrations in {:.2} s",
        opened.migrations, opened.seconds
    )?;
    let algorithms: Vec<_> = app.algorithms().iter().map(|used| used.algorithm.as_str()).collect();
    writeln!(text, "  keys       {} {key}\n", algorithms.join(", "))?;
    writeln!(text, "  Open       {link}")?;
    writeln!(
        text,
        "             creates the first administrator · works once · until {} UTC",
        until.format("%H:%M")
    )?;
    if config.docs {
        writeln!(text, "  API        {url}/docs   OpenAPI: /api/openapi.json")?;
    } else {
        writeln!(text, "  API        {url}/api/openapi.json")?;
    }
    show(text, osmedeus)?;
    let setup = command("setup --email you@example.com --org YourCompany");
    writeln!(text, "  No browser? {setup}\n")
}

fn show(text: &mut String, osmedeus: Option<&OsmedeusKey>) -> std::fmt::Result {
    let Some(OsmedeusKey { id, organisation, secret }) = osmedeus else { return Ok(()) };
    writeln!(text, "\n  Osmedeus   {}", secret.reveal())?;
    writeln!(text, "             API key for its clients, of {organisation} · shown this once")?;
    let rotate = command(&format!("key rotate --org {organisation} {id}"));
    writeln!(text, "             lost? {rotate}\n")
}

/// Who can reach the server. In production others do, even where it listens on loopback: by a proxy.
fn reach(config: &Config) -> String {
    match config.env {
        Mode::Production => format!("listens on {}", config.listen),
        Mode::Development if config.is_loopback() => "everything stays on this machine".to_owned(),
        Mode::Development => "open to the network".to_owned(),
    }
}
