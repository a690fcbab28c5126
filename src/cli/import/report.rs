//! What an import says: a bar while it runs, a line for each account that was refused, and the sum.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use oskar::domain::onboarding::import::Done;
use serde_json::{Value, json};

use super::record::At;
use crate::cli::output;

/// The report of an import, and its progress on a terminal.
pub struct Report {
    json: bool,
    dry_run: bool,
    bar: ProgressBar,
    imported: u64,
    without_password: u64,
    joined: u64,
    unchanged: u64,
    pub refused: u64,
    left_out: Vec<Value>,
}

impl Report {
    /// `size` is that of the file, if it is known.
    pub fn begin(json: bool, dry_run: bool, size: Option<u64>) -> anyhow::Result<Self> {
        // Drawn on standard error, and only if that is a terminal.
        let bar = match size {
            Some(size) => ProgressBar::new(size)
                .with_style(ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {eta} left")?),
            None => ProgressBar::no_length().with_style(ProgressStyle::with_template("{spinner} {msg}")?),
        };
        bar.enable_steady_tick(Duration::from_millis(200));
        if json {
            output::print(&format!("{{\"dry_run\":{dry_run},\"refused\":["))?;
        }
        Ok(Self {
            json,
            dry_run,
            bar,
            imported: 0,
            without_password: 0,
            joined: 0,
            unchanged: 0,
            refused: 0,
            left_out: Vec::new(),
        })
    }

    /// All that were read.
    pub const fn total(&self) -> u64 {
        self.imported + self.joined + self.unchanged + self.refused
    }

    /// What was done of a record.
    pub const fn done(&mut self, done: Done, has_password: bool) {
        match done {
            Done::Created => {
                self.imported += 1;
                self.without_password += if has_password { 0 } else { 1 };
            }
            Done::Joined => self.joined += 1,
            Done::Unchanged => self.unchanged += 1,
        }
    }

    /// A record that was refused.
    pub fn refuse(&mut self, at: At, email: Option<&str>, code: &str, reason: &str) -> anyhow::Result<()> {
        self.refused += 1;
        let text = if self.json {
            let value = json!({ "line": at.line, "record": at.record, "email": email, "code": code,
                "reason": reason });
            format!("{}{value}", if self.refused > 1 { "," } else { "" })
        } else {
            let who = email.map(|email| format!("{email}: ")).unwrap_or_default();
            format!("{at}: {who}{reason}")
        };
        self.bar.suspend(|| output::print(&text))
    }

    /// A part of a new account that Oskar cannot take.
    pub fn leave_out(&mut self, at: At, email: &str, reason: &str) -> anyhow::Result<()> {
        if self.json {
            let value = json!({ "line": at.line, "record": at.record, "email": email, "reason": reason });
            self.left_out.push(value);
            return Ok(());
        }
        self.bar.suspend(|| output::print(&format!("{at}: {email}: {reason}")))
    }

    /// Moves the bar by the bytes of the file that were just read.
    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.bar.set_message(format!("{} imported, {} refused", self.imported, self.refused));
    }

    /// The sum.
    pub fn end(&self, seconds: f64) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        let Self { imported, without_password, joined, unchanged, refused, dry_run, .. } = self;
        if self.json {
            let left_out = Value::from(self.left_out.clone());
            return output::print(&format!(
                "],\"imported\":{imported},\"without_password\":{without_password},\"joined\":{joined},\
                 \"unchanged\":{unchanged},\"refused_count\":{refused},\"left_out\":{left_out},\
                 \"seconds\":{seconds:.3}}}"
            ));
        }
        let imported_as = if *dry_run { "would be imported (nothing was written)" } else { "imported" };
        let mut told = vec![format!("{imported} {imported_as}")];
        let more = [
            (*without_password, "of them without a password"),
            (*joined, "known and now in one organisation more"),
            (*unchanged, "unchanged"),
        ];
        told.extend(
            more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")),
        );
        output::print(&format!("{}, {refused} refused, in {seconds:.1} s", told.join(", ")))
    }
}
