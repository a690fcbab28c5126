//! Where settings come from: defaults, then the file, then the environment, then flags.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, Table, TableLike, Value as Toml};

use super::settings::{SETTINGS, Setting, Shape};

/// A setting's value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    One(String),
    List(Vec<String>),
    Map(BTreeMap<String, String>),
}

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub struct Sourced {
    pub value: Written,
    /// `default`, `oskar.toml`, `OSKAR_LISTEN`, `--listen`, …
    pub origin: String,
}

/// Where to look for settings. Only [`Environment::of_process`] reads the real environment.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    pub fn of_process() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }

    /// An environment of these variables only.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// All settings by key, and what was wrong with how they were written.
#[derive(Debug, Default)]
pub struct Sources {
    pub values: BTreeMap<String, Sourced>,
    pub problems: Vec<String>,
}

impl Sources {
    /// Reads everything, and goes on after a mistake so that all of them are told at once.
    pub fn gather(file: Option<&Path>, environment: &Environment, flags: &[(&'static str, String)]) -> Self {
        let mut sources = Self::default();
        for setting in SETTINGS.iter().filter(|setting| !setting.is_numbered()) {
            sources.values.insert(setting.key.to_owned(), default(setting));
        }
        if let Some(file) = file.map(Path::to_owned).or_else(|| find_file(environment)) {
            sources.read_file(&file);
        }
        sources.read_environment(environment);
        for (key, text) in flags {
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == *key) {
                let origin = format!("--{}", key.replace(['.', '_'], "-"));
                sources.put(setting.key, from_text(setting, text), origin);
            }
        }
        sources.complete();
        sources
    }

    fn put(&mut self, key: &str, value: Written, origin: String) {
        self.values.insert(key.to_owned(), Sourced { value, origin });
    }

    /// The numbers of the sections of that name.
    pub fn numbers(&self, section: &str) -> BTreeSet<u8> {
        let names = self.values.keys().filter_map(|key| key.strip_prefix(section)?.strip_prefix('.'));
        names.filter_map(|rest| rest.split('.').next()?.parse().ok()).collect()
    }

    /// Gives the sections that were written the defaults of what is not in them.
    fn complete(&mut self) {
        for setting in SETTINGS {
            let Some((section, name)) = setting.key.split_once(".#.") else { continue };
            for number in self.numbers(section) {
                self.values.entry(format!("{section}.{number}.{name}")).or_insert_with(|| default(setting));
            }
        }
    }

    fn read_file(&mut self, path: &Path) {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.problems.push(format!("{shown}: {error}")),
        };
        match Document::parse(text.as_str()) {
            Ok(document) => self.read_table("", document.as_table(), &text, &shown.to_string()),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(&text, span.start));
                self.problems.push(format!("{shown} line {line}: {}", error.message()));
            }
        }
    }

    fn read_table(&mut self, section: &str, table: &Table, text: &str, file: &str) {
        for (name, item) in table {
            let key = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            let line =
                table.key(name).and_then(toml_edit::Key::span).map_or(1, |span| line_of(text, span.start));
            if let Some(setting) = Setting::find(&key) {
                match from_toml(setting.shape, item) {
                    Some(value) => self.put(&key, value, format!("{file} line {line}")),
                    None => {
                        self.problems
                            .push(format!("{file} line {line}: `{key}` {}", expected(setting.shape)));
                    }
                }
            } else if is_section(&format!("{key}.#")) {
                let Some(several) = item.as_array_of_tables() else {
                    let told = format!("{file} line {line}: `{key}` is written `[[{key}]]`, once for each");
                    self.problems.push(told);
                    continue;
                };
                for (number, inner) in several.iter().enumerate() {
                    self.read_table(&format!("{key}.{number}"), inner, text, file);
                }
            } else if let (Some(inner), true) = (item.as_table(), is_section(&key)) {
                self.read_table(&key, inner, text, file);
            } else {
                self.problems.push(format!(
                    "{file} line {line}: unknown key `{key}`.{}",
                    suggestion(&key, SETTINGS.iter().map(|setting| numbered_like(setting.key, &key, ".")))
                ));
            }
        }
    }

    fn read_environment(&mut self, environment: &Environment) {
        for (alias, key) in [("DATABASE_URL", "database_url"), ("PORT", "listen")] {
            let Some(text) = environment.get(alias).filter(|text| !text.is_empty()) else { continue };
            if self.values.get(key).is_some_and(|sourced| sourced.origin == "default") {
                let text = if alias == "PORT" { format!("0.0.0.0:{text}") } else { text.to_owned() };
                self.put(key, Written::One(text), alias.to_owned());
            }
        }
        for (name, text) in &environment.0 {
            let Some(rest) = name.strip_prefix("OSKAR_") else { continue };
            if rest == "CONFIG" || rest.starts_with("TEST_") {
                continue;
            }
            if let Some(setting) = Setting::of_variable(name) {
                let key = rest.to_ascii_lowercase().replace("__", ".");
                self.put(&key, from_text(setting, text), name.clone());
            } else if let Some(setting) = SETTINGS
                .iter()
                .find(|setting| setting.secret && format!("{}_FILE", setting.variable()) == *name)
            {
                self.read_secret(setting, Path::new(text), name);
            } else {
                let known = SETTINGS.iter().map(|setting| numbered_like(&setting.variable(), name, "__"));
                self.problems
                    .push(format!("unknown setting `{name}` in the environment.{}", suggestion(name, known)));
            }
        }
        if let Some(folder) = environment.get("CREDENTIALS_DIRECTORY") {
            for setting in SETTINGS.iter().filter(|setting| setting.secret) {
                let path = Path::new(folder).join(format!("oskar_{}", setting.key));
                if path.exists() {
                    self.read_secret(setting, &path, "CREDENTIALS_DIRECTORY");
                }
            }
        }
    }

    fn read_secret(&mut self, setting: &Setting, path: &Path, origin: &str) {
        match read_private(path) {
            Ok(text) => self.put(setting.key, Written::One(text), format!("{origin} ({})", path.display())),
            Err(problem) => self.problems.push(format!("{origin}: {problem}")),
        }
    }
}

/// A secret's file, without the line break at its end; refused if others can read it.
pub fn read_private(path: &Path) -> Result<String, String> {
    let shown = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?.permissions().mode();
        if mode & 0o007 != 0 {
            return Err(format!("{shown} can be read by everybody: `chmod 600 {shown}`"));
        }
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn find_file(environment: &Environment) -> Option<PathBuf> {
    if let Some(named) = environment.get("OSKAR_CONFIG") {
        return Some(named.into());
    }
    ["oskar.toml", "/etc/oskar/oskar.toml"].into_iter().map(PathBuf::from).find(|path| path.exists())
}

fn default(setting: &Setting) -> Sourced {
    Sourced { value: from_text(setting, setting.default), origin: "default".to_owned() }
}

/// A known name as it would be written where the other one stands, for comparison.
fn numbered_like(known: &str, given: &str, separator: &str) -> String {
    let number = given.split(separator).find(|part| part.parse::<u8>().is_ok());
    known.replace('#', number.unwrap_or("0"))
}

fn is_section(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
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

fn from_text(setting: &Setting, text: &str) -> Written {
    let parts = || text.split(',').map(str::trim).filter(|part| !part.is_empty());
    match setting.shape {
        Shape::One => Written::One(text.to_owned()),
        Shape::List => Written::List(parts().map(str::to_owned).collect()),
        Shape::Map => Written::Map(
            parts()
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .collect(),
        ),
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
            // One is a list of one.
            None => scalar(item.as_value()?).map(|one| Written::List(vec![one])),
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

fn suggestion(given: &str, known: impl Iterator<Item = String>) -> String {
    known
        .map(|known| (strsim::jaro_winkler(given, &known), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, nearest)| format!(" Did you mean `{nearest}`?"))
        .unwrap_or_default()
}
