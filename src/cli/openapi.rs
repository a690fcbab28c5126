//! `oskar openapi`.

use oskar::api;
use oskar::app::App;
use oskar::config::{Config, Environment, Sources};

use super::{Common, output};

/// The document as it is with default settings, whatever this machine's are: it is kept under version control.
pub fn run(_: &Common) -> anyhow::Result<()> {
    let config =
        Config::from_sources(&Sources::gather(Some("/dev/null".as_ref()), &Environment::default(), &[]))?;
    let document = api::document(&App::for_document(config)?);
    output::print(&serde_json::to_string_pretty(&document)?)
}
