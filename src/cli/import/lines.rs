//! Reading the file: a line at a time, however large it is.

use std::io::{self, BufRead, Read as _};

use super::record::{self, Account, At, Bad, Context, LONGEST, Record, Said};

/// The lines of a file.
pub struct Lines<R> {
    reader: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    pub const fn new(reader: R) -> Self {
        Self { reader, line: 0 }
    }

    /// The next one.
    pub fn next<A: Account>(&mut self, context: &Context) -> io::Result<Option<Record>> {
        let mut text = Vec::new();
        let limit = LONGEST as u64 + 2;
        let mut bytes = (&mut self.reader).take(limit).read_until(b'\n', &mut text)? as u64;
        if bytes == 0 {
            return Ok(None);
        }
        self.line += 1;
        if bytes == limit && text.last() != Some(&b'\n') {
            bytes += self.skip_line()?;
        }
        let text = text.trim_ascii();
        let said = match text.len() {
            0 => None,
            length if length > LONGEST => {
                Some(Err(Bad { code: "too_long", reason: format!("longer than {LONGEST} bytes") }))
            }
            _ => Some(parse::<A>(text, context)),
        };
        Ok(Some(Record { at: At { line: self.line, record: None }, bytes, said }))
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

fn parse<A: Account>(text: &[u8], context: &Context) -> Result<Said, Bad> {
    // Serde would take an array for an object, member by member.
    if !text.starts_with(b"{") {
        return Err(Bad::malformed("not a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let said = record::read::<A>(&mut reader, context)?;
    reader.end().map_err(|_| Bad::malformed("more than one JSON object"))?;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use oskar::clock::Clock;

    use super::*;
    use crate::cli::import::ours::Ours;

    const HASH: &str = "$2b$04$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.C";

    fn read(text: &[u8]) -> Vec<(u64, String)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(64, text));
        let mut read = Vec::new();
        let context =
            Context { place: None, email_verified: false, firebase: None, now: Clock::System.now() };
        while let Some(record) = lines.next::<Ours>(&context).unwrap() {
            let told = |said: Result<Said, Bad>| {
                said.map_or_else(|bad| bad.reason, |said| said.user.email.as_str().into())
            };
            read.push((record.at.line, record.said.map(told).unwrap_or_default()));
        }
        read
    }

    #[test]
    fn a_line_is_read_whatever_the_others_are() {
        let good = format!(r#"{{"email":"ana@acme.example","password_hash":"{HASH}"}}"#);
        let long = format!(r#"{{"email":"{}"}}"#, "x".repeat(LONGEST * 3));
        let text = format!("{good}\r\n\n{long}\n[\"a\"]\n{good} {good}\n{good}");
        let reasons = [
            (1, "ana@acme.example".to_owned()),
            (2, String::new()),
            (3, "longer than 1048576 bytes".to_owned()),
            (4, "not a JSON object".to_owned()),
            (5, "more than one JSON object".to_owned()),
            (6, "ana@acme.example".to_owned()),
        ];
        assert_eq!(read(text.as_bytes()), reasons);
        assert_eq!(read(b"\xff\xfe\n").len(), 1);
    }
}
