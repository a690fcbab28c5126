//! The address of the database: what can be wrong with it, and how it is written and shown.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;

/// The address of a SQLite file. What would end the path in an address is percent-encoded.
pub fn of_file(path: &Path) -> String {
    let mut path = path.display().to_string();
    for (character, encoded) in [("%", "%25"), ("?", "%3F"), ("#", "%23"), (":", "%3A")] {
        path = path.replace(character, encoded);
    }
    format!("sqlite://{path}")
}

/// The file that a SQLite address names; `None` for PostgreSQL.
pub fn file(url: &str) -> Option<PathBuf> {
    let options = SqliteConnectOptions::from_str(url).ok().filter(|_| url.starts_with("sqlite:"))?;
    Some(options.get_filename().to_owned())
}

/// What is wrong with an address, if anything is. A password is never part of it.
pub fn problem(url: &str) -> Option<String> {
    let rest = url.split_once(':').map_or("", |(_, rest)| rest);
    if url.starts_with("sqlite:") {
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        if matches!(path.trim_start_matches('/'), "" | ":memory:") || parameters.contains("mode=memory") {
            return Some("has no file: every connection would have a database of its own".to_owned());
        }
        let unreadable = "has a path or a parameter that SQLite does not know; it is sqlite://FILE";
        return SqliteConnectOptions::from_str(url).err().map(|_| unreadable.to_owned());
    }
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Some("starts with neither `sqlite:` nor `postgres://`".to_owned());
    }
    let unreadable = |error| {
        format!(
            "cannot be read ({error}). It is postgres://USER:PASSWORD@HOST:PORT/NAME, and {PERCENT_ENCODING}"
        )
    };
    match PgConnectOptions::from_str(url) {
        Err(sea_orm::sqlx::Error::Configuration(_)) => {
            Some(unreadable("the user, the password, the host or the port is none".to_owned()))
        }
        Err(_) => Some(unreadable("a parameter has a value that it cannot have".to_owned())),
        Ok(_) if is_cut_off(rest) => Some(unreadable("there is an `@` behind the host".to_owned())),
        Ok(_) => None,
    }
}

/// The hint for URLs that cannot be read: often the password has such characters.
pub const PERCENT_ENCODING: &str = "special characters in the password are percent-encoded: % is %25, / is %2F, ? is %3F, # is %23, @ is %40";

/// Whether a password with `/`, `?` or `#` made its own rest the path, the query or the fragment.
fn is_cut_off(rest: &str) -> bool {
    let rest = rest.trim_start_matches('/');
    let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let stray = |part: &str| part.split('=').next().is_some_and(|name| name.contains('@'));
    !authority.contains('@') && behind.split(['?', '&']).any(stray)
}

/// An address that can be shown: without the password.
pub fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| *scheme != "sqlite") else {
        return url.to_owned();
    };
    let place = match rest.rsplit_once('@') {
        Some((user, place)) => format!("{}:…@{place}", user.split(':').next().unwrap_or_default()),
        None => rest.to_owned(),
    };
    let mut parts = place.split_inclusive(['?', '&']).map(|part| match part.strip_prefix("password=") {
        Some(secret) if secret.ends_with('&') => "password=…&",
        Some(_) => "password=…",
        None => part,
    });
    format!("{scheme}://{}", parts.by_ref().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_any_name_has_an_address_that_leads_back_to_it() {
        for name in
            ["plain", "two words", "100%", "%41", "what?", "a#b", "a&b=c", "naïve 日本", "a'b\"c", "@:/x"]
        {
            let path = Path::new("/var/lib").join(name).join("oskar.db");
            let url = of_file(&path);
            assert_eq!((problem(&url), file(&url)), (None, Some(path)), "{url}");
        }
        let relative = Path::new("sqlite:x/oskar.db");
        assert_eq!(file(&of_file(relative)).as_deref(), Some(relative));
    }

    #[test]
    fn passwords_with_special_characters_get_a_hint_and_are_not_shown() {
        for password in ["pa/ss", "pa#ss", "pa?ss", "12/34", "12?34", "12#34", "1/2@3"] {
            let told = problem(&format!("postgres://oskar:{password}@db.example/oskar")).unwrap();
            assert!(told.contains("/ is %2F") && !told.contains(password), "{told}");
        }
        let good = ["p%2Fss", "p%40ss", "p@ss", "p:ss", "100%25", "päss"];
        for password in good.iter().chain(["p!$^*()ss"].iter()) {
            let url = format!("postgres://oskar:{password}@db.example:5432/oskar?application_name=a@b");
            assert_eq!(problem(&url), None, "{url}");
            assert!(!shown(&url).contains(password), "{}", shown(&url));
        }
    }

    #[test]
    fn a_password_is_not_shown_wherever_it_stands() {
        for (url, seen) in [
            ("postgres://u:secret@h/d", "postgres://u:…@h/d"),
            (
                "postgres://h/d?user=u&password=secret&sslmode=require",
                "postgres://h/d?user=u&password=…&sslmode=require",
            ),
            ("postgresql://h/d?password=secret", "postgresql://h/d?password=…"),
            ("sqlite:///var/lib/a@b.db", "sqlite:///var/lib/a@b.db"),
        ] {
            assert_eq!(shown(url), seen);
        }
    }

    #[test]
    fn what_cannot_be_a_database_is_refused() {
        for url in [
            "mysql://h/d",
            "postgres:",
            "sqlite://",
            "sqlite::memory:",
            "sqlite://x.db?mode=memory",
            "sqlite://x.db?what=1",
        ] {
            assert!(problem(url).is_some(), "{url}");
        }
        assert_eq!(problem("sqlite:x.db?mode=rwc"), None);
    }
}
