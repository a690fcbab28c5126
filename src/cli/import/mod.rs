//! `oskar user import`: accounts of another system, with the hashes of their passwords.

mod aspnet;
mod better_auth;
mod django;
mod document;
mod firebase;
mod keycloak;
mod lines;
mod ours;
mod record;
mod report;
mod source;
mod values;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use oskar::app::App;
use oskar::domain::journal::audit::Actor;
use oskar::domain::onboarding::import::{Done, Import, ImportedUser, Refused};
use oskar::domain::values::slug::Slug;
use oskar::error::Error;
use oskar::password::FirebaseParameters;
use oskar::permission::Role;
use zeroize::Zeroizing;

use super::Common;
use record::{At, Context, Said};
use report::Report;
use source::Source;

/// Accounts in one transaction: a few statements, and no other writer waits for long.
const BATCH: usize = 500;
/// How often a batch is tried again when another write got in its way.
const TRIES: u32 = 5;

const FORMAT: &str = r#"Each line of the file is one JSON object (or the file is one array of them):

  {"email":"ana@acme.example","name":"Ana Ruiz","username":"ana","external_id":"4711",
   "password_hash":"$2b$12$…","organisation":"acme","role":"member","email_verified":true,
   "disabled":false,"created_at":"2021-03-04T05:06:07Z"}

Only `email` is required. `organisation` is a slug; `role` is viewer, member (the default) or
admin. Who has no `password_hash` gets in by a link (forgotten password) or another issuer. Who is
in several organisations has a line for each, and the hash in the first one at least.

Hashes: argon2id, argon2i, argon2d, scrypt and pbkdf2-sha256, -sha512 and -sha1 as PHC strings,
bcrypt ($2a$, $2b$, $2y$), passlib's pbkdf2, and all that Django, Werkzeug, ASP.NET Core Identity
and Better Auth write. Each becomes argon2id at the first sign-in. docs/import.md tells how each
system writes its accounts to a file, Firebase and Keycloak too, and what --from takes of it.

What cannot be imported is reported with its line and left out; the exit code is then 1. Accounts
that exist are never changed, but that those that were imported may join one organisation more:
the same file can be imported again, also after it was interrupted."#;

/// Import accounts with the hashes of their passwords.
#[derive(clap::Args)]
#[command(after_help = FORMAT)]
pub struct ImportCommand {
    /// The file, or `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Whose file it is.
    #[arg(long, value_enum, default_value_t = Source::Oskar)]
    from: Source,
    /// Slug of the organisation for all accounts that name none.
    #[arg(long, value_name = "SLUG")]
    org: Option<Slug>,
    /// Their role there: viewer, member or admin.
    #[arg(long, default_value = "member", requires = "org")]
    role: Role,
    /// Take all addresses as proven, where the other system did not note which ones are.
    #[arg(long)]
    email_verified: bool,
    /// The Firebase project's password hash parameters, as its console shows them (with --from firebase).
    #[arg(long, value_name = "FILE")]
    firebase_parameters: Option<PathBuf>,
    /// Check everything, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Make organisations that do not exist, each for the first admin that the file has for it.
    #[arg(long)]
    create_organisations: bool,
}

/// Accounts that wait for their transaction, each with where it stands.
#[derive(Default)]
struct Batch {
    at: Vec<At>,
    users: Vec<ImportedUser>,
    left_out: Vec<Option<String>>,
    bytes: u64,
}

impl ImportCommand {
    pub async fn run(self, common: &Common, app: &App) -> anyhow::Result<()> {
        let name = self.file.display().to_string();
        let (reader, size): (Box<dyn BufRead + Send>, _) = if name == "-" {
            (Box::new(BufReader::new(std::io::stdin())), None)
        } else {
            let file = File::open(&self.file).with_context(|| format!("cannot open {name}"))?;
            let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
            (Box::new(BufReader::new(file)), size)
        };
        let firebase = self.firebase()?;
        let place = self.org.clone().map(|slug| (slug, self.role));
        let context = Context { place, email_verified: self.email_verified, firebase, now: app.now() };
        let mut records = self.from.start(reader, context);
        let started = Instant::now();
        let mut report = Report::begin(common.json, self.dry_run, size)?;
        let mut import = Import::new(app.config.limits.seats, self.create_organisations);
        let mut batch = Batch::default();
        let mut broken = None;
        while let Some(record) = records.recv().await {
            let record = match record {
                Ok(record) => record,
                Err(told) => {
                    broken = Some(told);
                    break;
                }
            };
            batch.bytes += record.bytes;
            match record.said {
                None => {}
                Some(Err(bad)) => report.refuse(record.at, None, bad.code, &bad.reason)?,
                Some(Ok(Said { user, left_out })) => {
                    batch.at.push(record.at);
                    batch.users.push(user);
                    batch.left_out.push(left_out);
                }
            }
            if batch.users.len() == BATCH {
                self.flush(app, &mut import, std::mem::take(&mut batch), &mut report).await?;
            }
        }
        self.flush(app, &mut import, batch, &mut report).await?;
        report.end(started.elapsed().as_secs_f64())?;
        match (broken, report.refused) {
            (Some(told), _) => {
                Err(anyhow!("cannot read {name}: {told}. What stands before that was imported."))
            }
            (None, 0) => Ok(()),
            (None, refused) => Err(anyhow!("{refused} of {} lines were refused", report.total())),
        }
    }

    fn firebase(&self) -> anyhow::Result<Option<FirebaseParameters>> {
        let Some(file) = &self.firebase_parameters else { return Ok(None) };
        if self.from != Source::Firebase {
            anyhow::bail!("--firebase-parameters goes with --from firebase");
        }
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        let parameters = FirebaseParameters::read(&Zeroizing::new(text));
        parameters.map(Some).map_err(|told| anyhow!("{name}: {told}"))
    }

    async fn flush(
        &self,
        app: &App,
        import: &mut Import,
        batch: Batch,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let outcomes = self.write(app, import, &batch.users).await.map_err(|error| {
            let at = batch.at.first().copied().unwrap_or(At { line: 0, record: None });
            let told =
                format!("stopped at {at}: {error} What was imported stays: run it again for the rest.");
            anyhow::Error::from(error).context(told)
        })?;
        let accounts = batch.at.iter().zip(&batch.users).zip(batch.left_out);
        for (((at, user), left_out), outcome) in accounts.zip(outcomes) {
            let email = user.email.as_str();
            match outcome {
                Ok(done) => report.done(done, user.password_hash.is_some()),
                Err(refused) => {
                    report.refuse(*at, Some(email), refused.code(), &refused.to_string())?;
                    continue;
                }
            }
            if let Some(left_out) = left_out {
                report.leave_out(*at, email, &left_out)?;
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
    ) -> Result<Vec<Result<Done, Refused>>, Error> {
        let actor = Actor::cli();
        let mut tries = 1;
        loop {
            let write = app.write(&actor).await?;
            match import.batch(&write, users).await {
                Ok(outcomes) if self.dry_run => {
                    write.rollback().await?;
                    import.remember(users, &outcomes);
                    return Ok(outcomes);
                }
                Ok(outcomes) => {
                    write.commit().await?;
                    return Ok(outcomes);
                }
                Err(Error::Busy) if tries < TRIES => {
                    write.rollback().await?;
                    tokio::time::sleep(Duration::from_millis(50) * tries).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
