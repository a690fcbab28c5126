//! The configuration file: its lines, and what stands in them.

use std::io::ErrorKind;
use std::path::Path;

use toml_edit::{Document, Item, Table, TableLike, Value as Toml};

use super::settings::{SETTINGS, Setting, Shape, renamed};
use super::sources::{Sources, Written, is_section, numbered_like, suggestion};

/// Reads a file into the settings; every mistake is told with its line.
pub fn read(sources: &mut Sources, path: &Path) {
    let shown = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            return sources.problems.push(format!("{shown}: it is not UTF-8"));
        }
        Err(error) => return sources.problems.push(format!("{shown}: {error}")),
    };
    match Document::parse(text.as_str()) {
        Ok(document) => {
            let mut file = File { sources, text: &text, shown: &shown, older: Vec::new() };
            file.read_table("", document.as_table());
            // The names of today come first wherever they stand, so that both of one setting are noticed.
            for Older { name, key, value, origin } in file.older {
                sources.put_renamed(&name, key, value, origin);
            }
        }
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(&text, span.start));
            // Not the line itself: it may have a secret.
            let what = if error.message().contains("duplicate") {
                "this name is there twice"
            } else {
                "this is no TOML: a setting is `name = value`, a text is in double quotes, and a list in brackets"
            };
            sources.problems.push(format!("{shown} line {line}: {what}"));
        }
    }
}

struct File<'a> {
    sources: &'a mut Sources,
    text: &'a str,
    shown: &'a str,
    older: Vec<Older>,
}

/// A setting under a name that it had earlier.
struct Older {
    name: String,
    key: &'static str,
    value: Written,
    origin: String,
}

impl File<'_> {
    fn read_table(&mut self, section: &str, table: &Table) {
        for (name, item) in table {
            let key = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            let span = table.key(name).and_then(toml_edit::Key::span);
            let line = span.map_or(1, |span| line_of(self.text, span.start));
            let origin = format!("{} line {line}", self.shown);
            if let Some(setting) = Setting::find(&key) {
                match from_toml(setting.shape, item) {
                    Some(value) => self.sources.put(&key, value, origin),
                    None => {
                        self.sources.problems.push(format!("{origin}: `{key}` {}", expected(setting.shape)));
                    }
                }
            } else if let Some(now) = renamed(&key) {
                match from_toml(Shape::One, item) {
                    Some(value) => self.older.push(Older { name: key, key: now, value, origin }),
                    None => self.sources.problems.push(format!("{origin}: `{key}` {}", expected(Shape::One))),
                }
            } else if is_section(&format!("{key}.#")) {
                let Some(several) = item.as_array_of_tables() else {
                    let told = format!("{origin}: `{key}` is written `[[{key}]]`, once for each");
                    self.sources.problems.push(told);
                    continue;
                };
                for (number, inner) in several.iter().enumerate() {
                    self.read_table(&format!("{key}.{number}"), inner);
                }
            } else if let (Some(inner), true) = (item.as_table(), is_section(&key)) {
                self.read_table(&key, inner);
            } else {
                let known = SETTINGS.iter().map(|setting| numbered_like(setting.key, &key, "."));
                let told = format!("{origin}: unknown key `{key}`.{}", suggestion(&key, known));
                self.sources.problems.push(told);
            }
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::One => "takes one value",
        Shape::List => "takes a list, such as [\"a\", \"b\"]",
        Shape::Map => "takes a table of names and values",
    }
}

fn scalar(value: &Toml) -> Option<String> {
    match value {
        Toml::String(text) => Some(text.value().clone()),
        Toml::Integer(number) => Some(number.value().to_string()),
        Toml::Boolean(truth) => Some(truth.value().to_string()),
        _ => None,
    }
}

fn from_toml(shape: Shape, item: &Item) -> Option<Written> {
    match shape {
        Shape::One => scalar(item.as_value()?).map(Written::One),
        Shape::List => match item.as_array() {
            Some(array) => array.iter().map(scalar).collect::<Option<_>>().map(Written::List),
            // One is a list of one, and an empty text is a list of none.
            None => scalar(item.as_value()?).map(|one| {
                Written::List(Some(one).filter(|one| !one.trim().is_empty()).into_iter().collect())
            }),
        },
        Shape::Map => {
            let table: &dyn TableLike = item.as_table_like()?;
            table
                .iter()
                .map(|(name, item)| Some((name.to_owned(), scalar(item.as_value()?)?)))
                .collect::<Option<_>>()
                .map(Written::Map)
        }
    }
}
