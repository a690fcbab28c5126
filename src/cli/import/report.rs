//! What an import says: a bar while it runs, a line for each account that was refused, and the sum.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::cli::output;

/// The report of an import, and its progress on a terminal.
pub struct Report {
    json: bool,
    dry_run: bool,
    bar: ProgressBar,
    pub imported: u64,
    pub refused: u64,
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
        Ok(Self { json, dry_run, bar, imported: 0, refused: 0 })
    }

    /// A line that was refused.
    pub fn refuse(&mut self, line: u64, email: Option<&str>, code: &str, reason: &str) -> anyhow::Result<()> {
        self.refused += 1;
        let text = if self.json {
            let value = json!({ "line": line, "email": email, "code": code, "reason": reason });
            format!("{}{value}", if self.refused > 1 { "," } else { "" })
        } else {
            let who = email.map(|email| format!("{email}: ")).unwrap_or_default();
            format!("line {line}: {who}{reason}")
        };
        self.bar.suspend(|| output::print(&text))
    }

    /// So many bytes of the file are done.
    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.bar.set_message(format!("{} imported, {} refused", self.imported, self.refused));
    }

    /// The sum.
    pub fn end(&self, seconds: f64) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        let Self { imported, refused, dry_run, .. } = self;
        output::print(&if self.json {
            format!("],\"imported\":{imported},\"refused_count\":{refused},\"seconds\":{seconds:.3}}}")
        } else {
            let imported_as = if *dry_run { "would be imported (nothing was written)" } else { "imported" };
            format!("{imported} {imported_as}, {refused} refused, in {seconds:.1} s")
        })
    }
}
