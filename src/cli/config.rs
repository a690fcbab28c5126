//! `oskar config`.

use clap::{Args, Subcommand};
use oskar::config::{Config, SETTINGS, Setting, Shape, Sourced, Written, shown_database_url};
use oskar::server::Certificate;
use serde_json::json;

use super::{Common, output};

#[derive(Args)]
pub struct ConfigCommand {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand, Clone, Copy)]
enum Action {
    /// Every setting with its value and where it comes from; secrets masked (the default).
    Show,
    /// Only say whether the configuration is good; exit code 78 if not.
    Check,
    /// Print a configuration file with every setting, its meaning and its default.
    Template,
}

impl ConfigCommand {
    pub fn run(self, common: &Common) -> anyhow::Result<()> {
        match self.action.unwrap_or(Action::Show) {
            Action::Show => show(common),
            Action::Check => {
                let sources = common.sources();
                let config = Config::from_sources(&sources)?;
                config.tls.as_ref().map(Certificate::load).transpose()?;
                for warning in &sources.warnings {
                    eprintln!("Attention: {warning}");
                }
                output::one(common.json, &json!({ "ok": true }), "The configuration is good.")
            }
            Action::Template => output::print(&template()),
        }
    }
}

fn show(common: &Common) -> anyhow::Result<()> {
    let sources = common.sources();
    let loaded = Config::from_sources(&sources);
    let mut values = Vec::new();
    let mut rows = Vec::new();
    for setting in SETTINGS {
        let written = sources
            .values
            .iter()
            .filter(|(key, _)| Setting::find(key).is_some_and(|of| of.key == setting.key));
        for (key, read) in written {
            let text = match (&loaded, shown(setting, read)) {
                (Ok(config), text) if text.is_empty() => derived(key, config),
                (_, text) => text,
            };
            let variable = format!("OSKAR_{}", key.to_ascii_uppercase().replace('.', "__"));
            values.push(json!({ "key": key, "value": text, "origin": read.origin, "variable": variable }));
            rows.push([key.clone(), text, read.origin.clone()]);
        }
    }
    output::table(common.json, &values, ["SETTING", "VALUE", "FROM"], &rows)?;
    // Shown first, so that a reader with a mistake in the settings sees what was read.
    Ok(loaded.map(drop)?)
}

/// What a setting without a value of its own comes to.
fn derived(key: &str, config: &Config) -> String {
    match key {
        "public_url" => config.public_url.clone(),
        "database_url" => config.database_url.clone(),
        "docs" => config.docs.to_string(),
        "verify_email" => if config.verify_email_required { "required" } else { "optional" }.to_owned(),
        "tokens.audience" => config.tokens.audience.clone(),
        "secret_key" => format!("in {}", config.data_dir.join("secret.key").display()),
        _ => String::new(),
    }
}

fn shown(setting: &Setting, sourced: &Sourced) -> String {
    match &sourced.value {
        Written::One(text) if text.is_empty() => String::new(),
        Written::One(text) if setting.key == "database_url" => shown_database_url(text),
        Written::One(_) if setting.secret => "********".to_owned(),
        Written::One(text) => text.clone(),
        Written::List(list) => list.join(", "),
        Written::Map(map) => {
            map.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Top-level settings first, then the sections, as TOML wants it.
fn template() -> String {
    let mut lines = vec![
        "# Oskar's configuration. Every line that is commented out shows the default.".to_owned(),
        "# Each setting can be given in the environment as well, and wins there: see the names.".to_owned(),
        "# A setting that is written must have a value; only a list may be empty, and says \"none\" by it."
            .to_owned(),
    ];
    let mut section = "";
    for setting in SETTINGS {
        let (place, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
        if setting.shape == Shape::Map {
            lines.extend([String::new(), format!("# {} ({})", setting.doc, setting.variable())]);
            lines.extend([format!("[{name}]"), "# \"tasks:write\" = \"member\"".to_owned()]);
            continue;
        }
        if place != section {
            section = place;
            // An empty one would be a mistake, so the heading is commented out like what is in it.
            lines.push(String::new());
            lines.push(match section.strip_suffix(".#") {
                Some(several) => format!("# [[{several}]]"),
                None => format!("[{section}]"),
            });
        }
        lines.extend([String::new(), format!("# {} ({})", setting.doc, setting.variable())]);
        lines.push(match setting.shape {
            Shape::List if setting.default.is_empty() => format!("# {name} = []"),
            Shape::List => {
                format!("# {name} = {:?}", setting.default.split(',').collect::<Vec<_>>())
            }
            _ => format!("# {name} = {:?}", setting.default),
        });
    }
    lines.join("\n")
}
