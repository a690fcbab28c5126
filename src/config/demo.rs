//! Serving an example, whose installation lives in a folder of its own for as long as the server runs.

use super::{Config, ConfigError, Sources, database_url};

/// What names a place where an installation stays, or a mail server that would get mails to the people of the example.
const NOT_FOR_AN_EXAMPLE: [&str; 4] = ["database_url", "data_dir", "mail.smtp_url", "log.events"];

impl Config {
    /// Reads the configuration of an example. Its data folder has a name that is not used yet; what is made there is to be
    /// deleted at the end.
    ///
    /// # Errors
    /// All mistakes at once, with each setting by which another person could come in or by which something would stay.
    pub fn of_demo(sources: &Sources) -> Result<Self, ConfigError> {
        let (mut config, mut problems) = Self::read(sources);
        let open = config.ways_in_for_others();
        problems.extend(
            open.iter()
                .map(|why| format!("--demo serves accounts whose passwords are known to all, but {why}")),
        );
        problems.extend(NOT_FOR_AN_EXAMPLE.into_iter().filter(|key| sources.written(key)).map(|key| {
            let origin = sources.values.get(key).map_or("", |written| &written.origin);
            format!(
                "--demo has an installation of its own, of which nothing stays: leave `{key}` out ({origin})."
            )
        }));
        if !problems.is_empty() {
            return Err(ConfigError(problems));
        }
        config.data_dir = std::env::temp_dir().join(format!("oskar-demo-{}", uuid::Uuid::now_v7().simple()));
        config.database_url = database_url::of_file(&config.data_dir.join("oskar.db"));
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Sources};

    fn refusal(variables: &[(&str, &str)]) -> String {
        let sources = Sources::gather(None, &Environment::of(variables.iter().copied()), &[]);
        Config::of_demo(&sources).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn an_example_is_for_this_machine_and_has_no_place_to_stay() {
        assert_eq!(refusal(&[]), "");
        for (name, value, part) in [
            ("OSKAR_LISTEN", "0.0.0.0:8675", "but listen is 0.0.0.0:8675"),
            ("OSKAR_PUBLIC_URL", "https://auth.example", "but public_url is"),
            ("OSKAR_TRUSTED_PROXIES", "127.0.0.1", "but trusted_proxies"),
            ("OSKAR_ENV", "production", "but env is \"production\""),
            ("DATABASE_URL", "postgres://a/b", "leave `database_url` out (DATABASE_URL"),
            ("OSKAR_DATA_DIR", "here", "leave `data_dir` out (OSKAR_DATA_DIR)"),
            ("OSKAR_MAIL__SMTP_URL", "smtp://mail.example", "leave `mail.smtp_url` out"),
            ("OSKAR_LOG__EVENTS", "/tmp/events", "leave `log.events` out"),
        ] {
            assert!(
                refusal(&[(name, value)]).contains(part),
                "{name}={value}: {}",
                refusal(&[(name, value)])
            );
        }
    }

    #[test]
    fn two_examples_share_no_folder() {
        let read = || Config::of_demo(&Sources::gather(None, &Environment::of([]), &[])).unwrap();
        let (one, other) = (read(), read());
        assert_ne!(one.data_dir, other.data_dir);
        assert!(one.database_file().unwrap().starts_with(&one.data_dir));
    }
}
