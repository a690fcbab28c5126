//! Reading the file: a line at a time, however large it is.

use std::io::{self, BufRead, Read as _};

use oskar::domain::display_name::DisplayName;
use oskar::domain::email::Email;
use oskar::domain::import::ImportedUser;
use oskar::domain::slug::Slug;
use oskar::domain::username::Username;
use oskar::json;
use oskar::password::ImportedHash;
use oskar::permission::Role;
use serde::Deserialize;

/// In bytes. No account takes half as much.
const LONGEST_LINE: usize = 16 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line that is not an account.
#[derive(Debug)]
pub struct Bad {
    pub code: &'static str,
    pub reason: String,
}

impl Bad {
    fn malformed(reason: impl Into<String>) -> Self {
        Self { code: "malformed", reason: reason.into() }
    }
}

/// A line of the file: its number, its bytes with the end of line, and what it says. An empty one says nothing.
pub struct Line {
    pub number: u64,
    pub bytes: u64,
    pub said: Option<Result<ImportedUser, Bad>>,
}

/// The lines of a file.
pub struct Lines<R> {
    reader: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub const fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The next one.
    pub fn next(&mut self) -> io::Result<Option<Line>> {
        let mut text = Vec::new();
        let limit = LONGEST_LINE as u64 + 2;
        let mut bytes = (&mut self.reader).take(limit).read_until(b'\n', &mut text)? as u64;
        if bytes == 0 {
            return Ok(None);
        }
        self.number += 1;
        if bytes == limit && text.last() != Some(&b'\n') {
            bytes += self.skip_line()?;
        }
        if self.number == 1 && text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        let text = text.trim_ascii();
        let said = match text.len() {
            0 => None,
            length if length > LONGEST_LINE => {
                Some(Err(Bad { code: "too_long", reason: format!("longer than {LONGEST_LINE} bytes") }))
            }
            _ => Some(parse(text)),
        };
        Ok(Some(Line { number: self.number, bytes, said }))
    }

    /// The rest of a line that is too long, without keeping it.
    fn skip_line(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(skipped);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(buffer.len(), |at| at + 1);
            self.reader.consume(length);
            skipped += length as u64;
            if end.is_some() {
                return Ok(skipped);
            }
        }
    }
}

/// An account, as a line tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    email: Email,
    name: Option<DisplayName>,
    username: Option<Username>,
    password_hash: String,
    organisation: Option<Slug>,
    role: Option<Role>,
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    disabled: bool,
}

fn parse(text: &[u8]) -> Result<ImportedUser, Bad> {
    // Serde would take an array for an object, member by member.
    if !text.starts_with(b"{") {
        return Err(Bad::malformed("not a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let account: Account = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.into_inner());
        // What serde says of a member that is missing or unknown names it, but not always the path.
        let said = inner.to_string();
        let named = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        match (named, path.as_str()) {
            (Some(missing), _) => Bad::malformed(format!("`{missing}` is missing")),
            (None, ".") => Bad::malformed(json::told(&inner)),
            (None, path) => Bad::malformed(format!("`{path}`: {}", json::told(&inner))),
        }
    })?;
    reader.end().map_err(|_| Bad::malformed("more than one JSON object"))?;
    let password_hash = ImportedHash::read(&account.password_hash)
        .map_err(|problem| Bad { code: "unusable_hash", reason: problem.to_string() })?;
    let place = match (account.organisation, account.role) {
        (Some(slug), role) => Some((slug, role.unwrap_or(Role::Member))),
        (None, None) => None,
        (None, Some(_)) => return Err(Bad::malformed("`role` needs an `organisation`")),
    };
    let (email_verified, disabled) = (account.email_verified, account.disabled);
    let Account { email, name, username, .. } = account;
    Ok(ImportedUser { email, name, username, password_hash, place, email_verified, disabled })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "$2b$04$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.C";

    fn read(text: &[u8]) -> Vec<(u64, String)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(64, text));
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let said =
                line.said.map(|said| said.map_or_else(|bad| bad.reason, |user| user.email.as_str().into()));
            read.push((line.number, said.unwrap_or_default()));
        }
        read
    }

    #[test]
    fn a_line_is_read_whatever_the_others_are() {
        let good = format!(r#"{{"email":"ana@acme.example","password_hash":"{HASH}"}}"#);
        let long = format!(r#"{{"email":"{}"}}"#, "x".repeat(LONGEST_LINE * 3));
        let text = format!("\u{feff}{good}\r\n\n{long}\n[\"a\"]\n{good} {good}\n{good}");
        let reasons = [
            (1, "ana@acme.example".to_owned()),
            (2, String::new()),
            (3, "longer than 16384 bytes".to_owned()),
            (4, "not a JSON object".to_owned()),
            (5, "more than one JSON object".to_owned()),
            (6, "ana@acme.example".to_owned()),
        ];
        assert_eq!(read(text.as_bytes()), reasons);
        assert_eq!(read(b"\xff\xfe\n").len(), 1);
    }
}
