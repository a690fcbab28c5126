//! `oskar migrate`.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::bail;
use clap::Subcommand;
use oskar::config::Config;
use oskar::database::Database;
use serde_json::json;

use super::{Common, output};

#[derive(Subcommand)]
pub enum Migrate {
    /// Apply what is missing. `serve` does it by itself.
    Up,
    /// Which migrations are applied.
    Status,
    /// Take back the newest migrations, with the data that they made room for.
    Down {
        /// How many.
        #[arg(long, default_value_t = 1, value_parser = super::whole_number::<u32>)]
        steps: u32,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

impl Migrate {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let config = common.load()?;
        let database = connect(&config).await?;
        match self {
            Self::Up => {
                let applied = database.migrate().await?;
                output::one(
                    common.json,
                    &json!({ "applied": applied }),
                    &format!("{applied} migrations applied"),
                )
            }
            Self::Status => {
                let migrations = database.migrations().await?;
                let state = |applied: bool| if applied { "applied" } else { "pending" };
                let values: Vec<_> = migrations
                    .iter()
                    .map(|(name, applied)| json!({ "name": name, "state": state(*applied) }))
                    .collect();
                let rows: Vec<_> = migrations
                    .iter()
                    .map(|(name, applied)| [name.clone(), state(*applied).to_owned()])
                    .collect();
                output::table(common.json, &values, ["MIGRATION", "STATE"], &rows)
            }
            Self::Down { steps, yes } => {
                if !yes
                    && !confirmed(&format!("Take back {steps} migrations, and lose what is stored by them?"))?
                {
                    bail!("nothing was changed; --yes goes ahead without asking");
                }
                database.migrate_down(steps).await?;
                output::one(
                    common.json,
                    &json!({ "taken_back": steps }),
                    &format!("{steps} migrations taken back"),
                )
            }
        }
    }
}

async fn connect(config: &Config) -> anyhow::Result<Database> {
    if !config.is_postgres() {
        config.make_data_dir()?;
    }
    Ok(Database::connect(config).await?)
}

/// Asks at the terminal; without one the answer is no.
pub fn confirmed(question: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
