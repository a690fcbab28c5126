//! Gathers the settings: defaults, then the file, then the environment, then flags.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::file;
use super::secret_file::read_private;
use super::settings::{SETTINGS, Setting, Shape, renamed};
use super::sources::{DEFAULT, Sourced, Sources, Written, numbered_like, suggestion};

/// Names that people expect for what is called otherwise here.
const EXPECTED: &[(&str, &str)] =
    &[("OSKAR_PORT", "OSKAR_LISTEN"), ("OSKAR_HOST", "OSKAR_LISTEN"), ("OSKAR_URL", "OSKAR_PUBLIC_URL")];

impl Sources {
    /// Reads everything, and goes on after a mistake so that all of them are told at once.
    pub fn gather(file: Option<&Path>, environment: &Environment, flags: &[(&'static str, String)]) -> Self {
        let mut sources = Self::default();
        for setting in SETTINGS.iter().filter(|setting| !setting.is_numbered()) {
            sources.values.insert(setting.key.to_owned(), default(setting));
        }
        if let Some(file) = file.map(Path::to_owned).or_else(|| sources.find_file(environment)) {
            file::read(&mut sources, &file);
        }
        sources.read_environment(environment);
        sources.read_aliases(environment);
        sources.read_credentials(environment);
        for (key, text) in flags {
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == *key) {
                let origin = format!("--{}", key.replace(['.', '_'], "-"));
                sources.put(setting.key, from_text(setting, text), origin);
            }
        }
        sources.complete();
        sources
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

    fn find_file(&mut self, environment: &Environment) -> Option<PathBuf> {
        match environment.get("OSKAR_CONFIG") {
            Some("") => {
                self.problems.push("OSKAR_CONFIG is empty: remove it, or name a file".to_owned());
                None
            }
            Some(named) => Some(named.into()),
            None => ["oskar.toml", "/etc/oskar/oskar.toml"]
                .into_iter()
                .map(PathBuf::from)
                .find(|path| path.exists()),
        }
    }

    fn read_environment(&mut self, environment: &Environment) {
        for name in &environment.unreadable {
            self.problems.push(format!("`{name}` in the environment is not UTF-8"));
        }
        for (name, text) in &environment.variables {
            let Some(rest) = name.strip_prefix("OSKAR_") else { continue };
            if rest == "CONFIG" || rest.starts_with("TEST_") {
                continue;
            }
            if let Some(setting) = Setting::of_variable(name) {
                let key = rest.to_ascii_lowercase().replace("__", ".");
                self.put(&key, from_text(setting, text), name.clone());
            } else if let Some(key) = renamed(&rest.to_ascii_lowercase().replace("__", ".")) {
                let older = rest.to_ascii_lowercase().replace("__", ".");
                self.put_renamed(&older, key, Written::One(text.clone()), name.clone());
            } else if let Some(setting) = SETTINGS
                .iter()
                .find(|setting| setting.secret && format!("{}_FILE", setting.variable()) == *name)
            {
                self.read_secret(setting, Path::new(text), name);
            } else if environment.is_injected(name) {
                self.ignored.push(name.clone());
            } else {
                let known = SETTINGS.iter().map(|setting| numbered_like(&setting.variable(), name, "__"));
                let expected = EXPECTED.iter().find(|(other, _)| other == name);
                let hint = match expected {
                    Some((_, ours)) => format!(" Did you mean `{ours}`?"),
                    None => suggestion(name, known),
                };
                self.problems.push(format!("unknown setting `{name}` in the environment.{hint}"));
            }
        }
    }

    /// What many platforms set under names that are not ours; it counts where ours are not written.
    fn read_aliases(&mut self, environment: &Environment) {
        if let Some(url) = environment.get("DATABASE_URL").filter(|_| !self.written("database_url")) {
            self.put("database_url", Written::One(url.to_owned()), "DATABASE_URL".to_owned());
        }
        if let Some(port) = environment.get("PORT").filter(|_| !self.written("listen")) {
            match port.trim().parse::<u16>() {
                Ok(port) => self.put("listen", Written::One(format!("0.0.0.0:{port}")), "PORT".to_owned()),
                Err(_) => self.problems.push(format!(
                    "`PORT` in the environment is `{port}`, which is no port such as 8080. Set OSKAR_LISTEN if it is not meant for this server."
                )),
            }
        }
    }

    /// Secrets that systemd hands over: `LoadCredential=oskar_secret_key:…`.
    fn read_credentials(&mut self, environment: &Environment) {
        let Some(folder) = environment.get("CREDENTIALS_DIRECTORY") else { return };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            // It may be another unit's, inherited from a shell.
            Err(error) => {
                return self.warnings.push(format!("CREDENTIALS_DIRECTORY ({folder}) is not read: {error}"));
            }
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let ours: BTreeSet<_> = names.filter(|name| name.starts_with("oskar_")).collect();
        for name in ours {
            let secrets = || SETTINGS.iter().filter(|setting| setting.secret);
            let credential = |setting: &Setting| format!("oskar_{}", setting.key);
            if let Some(setting) = secrets().find(|setting| credential(setting) == name) {
                self.read_secret(setting, &Path::new(folder).join(&name), "CREDENTIALS_DIRECTORY");
            } else {
                let hint = suggestion(&name, secrets().map(credential));
                self.problems.push(format!("unknown credential `{name}` in CREDENTIALS_DIRECTORY.{hint}"));
            }
        }
    }

    fn read_secret(&mut self, setting: &Setting, path: &Path, origin: &str) {
        let variable = setting.variable();
        let earlier = self.values.get(setting.key).map(|sourced| sourced.origin.as_str());
        if let Some(earlier) = earlier.filter(|earlier| earlier.starts_with(&variable)) {
            let told = format!("`{}` is given twice: by {earlier} and by {origin}", setting.key);
            return self.problems.push(told);
        }
        let origin = format!("{origin} ({})", path.display());
        if path.as_os_str().is_empty() {
            return self.put(setting.key, Written::One(String::new()), origin);
        }
        match read_private(path) {
            Ok(read) => {
                self.warnings.extend(read.warning);
                self.put(setting.key, Written::One(read.text), origin);
            }
            Err(problem) => self.problems.push(format!("`{}`: {problem} ({origin})", setting.key)),
        }
    }
}

fn default(setting: &Setting) -> Sourced {
    Sourced { value: from_text(setting, setting.default), origin: DEFAULT.to_owned() }
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
