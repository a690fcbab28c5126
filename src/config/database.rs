//! Where the database is, and whether the way to it is safe.

use std::path::Path;
use std::str::FromStr as _;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use super::reader::Reader;
use super::{database_url, is_loopback_name};

/// Reads `database_url`.
pub fn read(read: &mut Reader<'_>, data_dir: &Path) -> String {
    let url = match read.text("database_url") {
        "" => database_url::of_file(&data_dir.join("oskar.db")),
        given => given.to_owned(),
    };
    if let Some(problem) = database_url::problem(&url).or_else(|| root_certificate(&url)) {
        read.problem("database_url", &problem);
    }
    url
}

/// What is wrong with the file of `sslrootcert`.
fn root_certificate(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let names = ["sslrootcert", "ssl-root-cert", "ssl-ca"];
    let (_, file) = url.query_pairs().find(|(name, _)| names.contains(&&**name))?;
    match std::fs::read_to_string(&*file) {
        Err(error) => Some(format!("names the certificate {file}: {error}")),
        Ok(text) if !text.contains("-----BEGIN CERTIFICATE-----") => {
            Some(format!("names the certificate {file}, which is none in PEM"))
        }
        Ok(_) => None,
    }
}

/// Whether the password, and everything else, could be read or changed on the way to PostgreSQL. Judged by what the
/// connection will be made with: the URL, and PostgreSQL's own variables where it is silent.
pub fn could_be_read_on_the_way(url: &str) -> bool {
    if !url.starts_with("postgres") {
        return false;
    }
    // One that is no URL is told when it is connected to.
    let Ok(options) = PgConnectOptions::from_str(url) else { return false };
    let stays_here = options.get_socket().is_some()
        || options.get_host().starts_with('/')
        || is_loopback_name(options.get_host());
    !stays_here && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_machine_is_verified_in_full() {
        for safe in [
            "sqlite://oskar.db",
            "postgres://u:p@localhost/oskar",
            "postgres://u:p@127.0.0.1:5433/oskar?sslmode=disable",
            "postgres://u:p@[::1]/oskar",
            "postgres:///oskar?host=/run/postgresql",
            "postgres://u:p@%2Frun%2Fpostgresql/oskar",
            "postgresql://u:p@db.example/oskar?sslmode=verify-full",
            "postgres://u:p@10.0.0.1/oskar?ssl-mode=verify-full&application_name=oskar",
        ] {
            assert!(!could_be_read_on_the_way(safe), "{safe}");
        }
        for open in [
            "postgres://u:p@db.example/oskar",
            "postgres://u:p@10.0.0.1/oskar?sslmode=require",
            "postgres://u:p@db.example/oskar?sslmode=verify-ca",
            "postgres://u:p@db.example/oskar?sslmode=prefer",
            "postgres://u:p@localhost/oskar?host=db.example",
            "postgres://u:p@localhost.example/oskar",
            "postgresql://u:p@db.example/oskar?sslmode=verify-full&sslmode=disable",
        ] {
            assert!(could_be_read_on_the_way(open), "{open}");
        }
    }
}
