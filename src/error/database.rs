//! What a database's error means.

use std::borrow::Cow;

use sea_orm::sqlx;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr};

use super::Error;
use crate::program::command;

/// A failure of the storage itself: nothing is wrong with what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageFailure {
    /// It cannot be reached, or cannot read or write: full, read-only, shutting down, out of memory.
    Unavailable,
    /// What is stored is damaged.
    Damaged,
}

impl StorageFailure {
    /// The storage's failure that an error tells of, if it tells of one.
    pub fn of(error: &DbErr) -> Option<Self> {
        let source = match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)
            | DbErr::Conn(RuntimeErr::Internal(_)) => return Some(Self::Unavailable),
            DbErr::Conn(RuntimeErr::SqlxError(source))
            | DbErr::Exec(RuntimeErr::SqlxError(source))
            | DbErr::Query(RuntimeErr::SqlxError(source)) => source,
            _ => return None,
        };
        let is_connecting = matches!(error, DbErr::Conn(_));
        match source.as_ref() {
            sqlx::Error::Database(told) => match told.code().as_deref().map(Code::read) {
                Some(Code::Sqlite(11 | 26) | Code::Postgres("XX001" | "XX002")) => Some(Self::Damaged),
                // NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
                Some(Code::Sqlite(7 | 8 | 10 | 13 | 14 | 15)) => Some(Self::Unavailable),
                // The server became a standby, or was set to read-only.
                Some(Code::Postgres("25006" | "57P01" | "57P02" | "57P03" | "57P04" | "57P05")) => {
                    Some(Self::Unavailable)
                }
                // Connection exception, insufficient resources, system error.
                Some(Code::Postgres(code))
                    if ["08", "53", "58"].iter().any(|class| code.starts_with(class)) =>
                {
                    Some(Self::Unavailable)
                }
                // The server does not let us in.
                _ => is_connecting.then_some(Self::Unavailable),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
            | sqlx::Error::InvalidSavePointStatement => Some(Self::Unavailable),
            _ => is_connecting.then_some(Self::Unavailable),
        }
    }
}

/// An error's code: of SQLite the primary one, a number; of PostgreSQL five characters.
enum Code<'a> {
    Sqlite(u32),
    Postgres(&'a str),
}

impl<'a> Code<'a> {
    fn read(text: &'a str) -> Self {
        match text.parse::<u32>() {
            Ok(number) if text.len() < 5 => Self::Sqlite(number & 0xFF),
            _ => Self::Postgres(text),
        }
    }
}

/// Whether the same request can succeed a moment later: another process holds the SQLite file, or PostgreSQL ended a
/// deadlock or a serialisation failure, or one of its time limits was over: for a lock, for a statement, and for a
/// transaction in which nothing happens.
fn is_passing(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_))
        || matches!(
            code(error).as_deref().map(Code::read),
            Some(Code::Sqlite(5 | 6) | Code::Postgres("40P01" | "40001" | "55P03" | "57014" | "25P03"))
        )
}

/// Whether PostgreSQL's role lacks a right (`insufficient_privilege`).
fn is_denied(error: &DbErr) -> bool {
    matches!(code(error).as_deref().map(Code::read), Some(Code::Postgres("42501")))
}

/// The code of a statement's error.
fn code(error: &DbErr) -> Option<Cow<'_, str>> {
    let (DbErr::Exec(RuntimeErr::SqlxError(source)) | DbErr::Query(RuntimeErr::SqlxError(source))) = error
    else {
        return None;
    };
    source.as_database_error().and_then(sqlx::error::DatabaseError::code)
}

/// For operators: which role lacks which right, and what helps.
pub fn denied(told: impl std::fmt::Display) -> Error {
    let migrate = command("migrate up");
    Error::internal(format!(
        "the user of `database_url` lacks a right: run `{migrate}` with the owner of the tables in OSKAR_DATABASE_URL, and grant the user what README.md names for PostgreSQL ({told})"
    ))
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if StorageFailure::of(&error).is_some() {
            Self::StorageUnavailable(Box::new(error))
        } else if is_passing(&error) {
            Self::Busy
        } else if is_denied(&error) {
            denied(error)
        } else if matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))) {
            // What a row was to belong to has gone in between.
            Self::NotFound
        } else {
            Self::internal(error)
        }
    }
}

/// Names a unique constraint's violation at the place that can cause it.
pub trait OnConflict<T> {
    /// `conflict` if a unique constraint was violated, the usual mapping otherwise.
    fn on_conflict(self, conflict: impl FnOnce(&str) -> Error) -> Result<T, Error>;
}

impl<T> OnConflict<T> for Result<T, DbErr> {
    fn on_conflict(self, conflict: impl FnOnce(&str) -> Error) -> Result<T, Error> {
        self.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(text)) => conflict(&text),
            _ => error.into(),
        })
    }
}
