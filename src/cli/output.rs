//! What commands print: a sentence or a table for people, JSON for programs.

use std::io::{self, Write as _};

use serde::Serialize;

/// Prints one thing.
pub fn one(json: bool, value: &impl Serialize, text: &str) -> anyhow::Result<()> {
    let line = if json { serde_json::to_string(value)? } else { text.to_owned() };
    print(&line)
}

/// Prints rows under headings, or as a JSON array.
pub fn table<const N: usize>(
    json: bool,
    values: &[impl Serialize],
    headings: [&str; N],
    rows: &[[String; N]],
) -> anyhow::Result<()> {
    if json {
        return print(&serde_json::to_string(values)?);
    }
    let headings = headings.map(str::to_owned);
    let all = || std::iter::once(&headings).chain(rows);
    let widths: Vec<usize> =
        (0..N).map(|column| all().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    for row in all() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        print(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Prints a line. A reader that has had enough (`oskar … | head`) is no failure.
pub fn print(line: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
