//! What PostgreSQL's refusals mean, in words for operators. A password is in none of them.

use std::io::ErrorKind;
use std::time::Duration;

use sea_orm::sqlx::Error;
use sea_orm::sqlx::postgres::PgConnectOptions;

use crate::config::PERCENT_ENCODING;

/// Prepared statements and the time limits belong to a connection.
pub const POOLER: &str = "a pooler hands PostgreSQL's connections around between transactions (in PgBouncer: \
    `pool_mode = transaction`), and prepared statements and time limits get lost by that. Set `pool_mode = session` for \
    this database in PgBouncer (hosted poolers have a port of their own for it), or name PostgreSQL itself in `database_url`";

/// Where it was tried.
fn place(server: &PgConnectOptions) -> String {
    match server.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", server.get_host(), server.get_port()),
    }
}

/// Nothing was answered.
pub fn silent(server: &PgConnectOptions, waited: Duration) -> String {
    format!(
        "{} does not answer within {} s: is it PostgreSQL's address, and may it be reached from here?",
        place(server),
        waited.as_secs()
    )
}

/// Why there is no connection.
pub fn refusal(server: &PgConnectOptions, error: &Error) -> String {
    let (place, user) = (place(server), server.get_username());
    match error {
        Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            format!("nothing listens at {place}: is PostgreSQL running?")
        }
        Error::Io(error) if error.kind() == ErrorKind::NotFound => {
            format!("there is no socket of PostgreSQL in {place}")
        }
        // The standard library has no kind for it.
        Error::Io(error) if error.to_string().contains("lookup address") => {
            format!("the host name `{}` is not known", server.get_host())
        }
        Error::Io(error) => format!("{place}: {error}"),
        Error::PoolTimedOut => format!("{place} gives no connection"),
        Error::Tls(error) => {
            format!("{place} cannot be spoken to by TLS (`sslmode` in `database_url`): {error}")
        }
        Error::Database(error) => {
            let told = error.message();
            match error.code().as_deref() {
                Some("28P01") => wrong_password(user),
                // Poolers have no code of their own for it.
                Some("08P01") if told.contains("authentication failed") => wrong_password(user),
                Some("08P01") if told.contains("startup parameter") => {
                    format!(
                        "the pooler at {place} refuses what is asked for: {told}. Leave it out of `database_url`"
                    )
                }
                Some("3D000") => {
                    let database = server.get_database().unwrap_or(user);
                    format!("there is no database `{database}` at {place}: `createdb {database}`")
                }
                Some("28000") => format!("{place} does not let user `{user}` in: {told}"),
                Some("53300") => format!("{place} has no connection left for user `{user}`: {told}"),
                Some("57P03") => format!("{place} is not ready yet: {told}"),
                _ => format!("{place}: {told}"),
            }
        }
        other => format!("{place}: {other}"),
    }
}

fn wrong_password(user: &str) -> String {
    format!(
        "the password is wrong for user `{user}`, or there is no such user. In `database_url`, {PERCENT_ENCODING}"
    )
}
