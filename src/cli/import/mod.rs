//! `oskar user import`: accounts of another system, with the hashes of their passwords.

mod lines;
mod report;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use oskar::app::App;
use oskar::domain::Change;
use oskar::domain::audit::Actor;
use oskar::domain::import::{Import, ImportedUser, Refused};
use oskar::error::Error;

use super::Common;
use lines::Lines;
use report::Report;

/// Accounts in one transaction: a few statements, and no other writer waits for long.
const BATCH: usize = 500;
/// How often a batch is tried that somebody else got in the way of.
const TRIES: u32 = 5;

const FORMAT: &str = r#"Each line of the file is one JSON object:

  {"email":"ana@acme.example","name":"Ana Ruiz","username":"ana","password_hash":"$2b$12$…",
   "organisation":"acme","role":"member","email_verified":true,"disabled":false}

`email` and `password_hash` are required; `organisation` is a slug; `role` is viewer, member
(the default) or admin. Hashes: argon2id, argon2i, argon2d, scrypt and pbkdf2-sha256, -sha512
and -sha1 as PHC strings, bcrypt ($2a$, $2b$, $2y$), and passlib's pbkdf2. Each becomes argon2id
at the first sign-in.

What cannot be imported is reported with its line and left out; the exit code is then 1.
Accounts that exist are never changed, so the same file can be imported again, also after it
was interrupted."#;

/// Import accounts with the hashes of their passwords.
#[derive(clap::Args)]
#[command(after_help = FORMAT)]
pub struct ImportCommand {
    /// The file, or `-` for standard input.
    #[arg(value_name = "FILE.jsonl")]
    file: PathBuf,
    /// Check everything, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Make organisations that do not exist, each for the first admin that the file has for it.
    #[arg(long)]
    create_organisations: bool,
}

/// Accounts that wait for their transaction, each with its line.
#[derive(Default)]
struct Batch {
    lines: Vec<u64>,
    users: Vec<ImportedUser>,
    bytes: u64,
}

impl ImportCommand {
    pub async fn run(self, common: &Common, app: &App) -> anyhow::Result<()> {
        let name = self.file.display().to_string();
        let (reader, size): (Box<dyn BufRead>, _) = if name == "-" {
            (Box::new(BufReader::new(std::io::stdin())), None)
        } else {
            let file = File::open(&self.file).with_context(|| format!("cannot open {name}"))?;
            let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
            (Box::new(BufReader::new(file)), size)
        };
        let started = Instant::now();
        let mut report = Report::begin(common.json, self.dry_run, size)?;
        let mut import = Import::new(app.config.limits.seats, self.create_organisations);
        let mut lines = Lines::new(reader);
        let mut batch = Batch::default();
        while let Some(line) = lines.next().with_context(|| format!("cannot read {name}"))? {
            batch.bytes += line.bytes;
            match line.said {
                None => {}
                Some(Err(bad)) => report.refuse(line.number, None, bad.code, &bad.reason)?,
                Some(Ok(user)) => {
                    batch.lines.push(line.number);
                    batch.users.push(user);
                }
            }
            if batch.users.len() == BATCH {
                self.flush(app, &mut import, std::mem::take(&mut batch), &mut report).await?;
            }
        }
        self.flush(app, &mut import, batch, &mut report).await?;
        report.end(started.elapsed().as_secs_f64())?;
        match report.refused {
            0 => Ok(()),
            refused => Err(anyhow!("{refused} of {} lines were refused", refused + report.imported)),
        }
    }

    async fn flush(
        &self,
        app: &App,
        import: &mut Import,
        batch: Batch,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let outcomes = self.write(app, import, &batch.users).await.map_err(|error| {
            let line = batch.lines.first().copied().unwrap_or_default();
            let told = format!(
                "stopped at line {line}: {error} What was imported stays: run it again for the rest."
            );
            anyhow::Error::from(error).context(told)
        })?;
        for ((line, user), outcome) in batch.lines.iter().zip(&batch.users).zip(outcomes) {
            match outcome {
                Ok(()) => report.imported += 1,
                Err(refused) => {
                    report.refuse(*line, Some(user.email.as_str()), refused.code(), &refused.to_string())?;
                }
            }
        }
        report.advance(batch.bytes);
        Ok(())
    }

    async fn write(
        &self,
        app: &App,
        import: &mut Import,
        users: &[ImportedUser],
    ) -> Result<Vec<Result<(), Refused>>, Error> {
        let actor = Actor::cli();
        let mut tries = 1;
        loop {
            let txn = app.db.begin().await?;
            let change = Change { txn: &txn, now: app.now(), actor: &actor };
            match import.batch(change, users).await {
                Ok(outcomes) if self.dry_run => {
                    txn.rollback().await?;
                    import.remember(users, &outcomes);
                    return Ok(outcomes);
                }
                Ok(outcomes) => {
                    txn.commit().await?;
                    return Ok(outcomes);
                }
                Err(Error::Busy) if tries < TRIES => {
                    txn.rollback().await?;
                    tokio::time::sleep(Duration::from_millis(50) * tries).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
