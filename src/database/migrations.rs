//! Migrations: one process at a time applies what is missing.

use std::ops::Deref;

use migration::{MigrationStatus, Migrator, MigratorTrait, SchemaManager};
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};

use super::{Database, postgres};
use crate::error::{Error, OrLog as _};

/// Any number: all processes that migrate lock the same one.
const MIGRATION_LOCK: i64 = 0x6F73_6B61_7200;

impl Database {
    /// Applies the migrations that are missing; their number. Two nodes that start at once take turns. When none is
    /// missing it only reads, so that a role that may not create tables can serve.
    ///
    /// # Errors
    /// Also when the database is newer than this binary, and when one is missing and the role may not apply it.
    pub async fn migrate(&self) -> Result<usize, Error> {
        let pending = async |db: &DatabaseConnection| {
            Migrator::get_pending_migrations_read_only(db).await.map(|pending| pending.len())
        };
        if pending(&self.write).await.map_err(told)? == 0 {
            return Ok(0);
        }
        let db = self.lock_migrations().await?;
        let pending = pending(&db).await.map_err(told)?;
        Migrator::up(&*db, None).await.map_err(told)?;
        db.release().await;
        Ok(pending)
    }

    /// Takes back the last `steps` migrations.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), Error> {
        let db = self.lock_migrations().await?;
        Migrator::down(&*db, Some(steps)).await.map_err(told)?;
        db.release().await;
        Ok(())
    }

    /// Each migration's name, and whether it is applied.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, Error> {
        Ok(Migrator::get_migration_with_status_read_only(&self.write)
            .await
            .map_err(told)?
            .iter()
            .map(|migration| (migration.name().to_owned(), migration.status() == MigrationStatus::Applied))
            .collect())
    }

    /// Whether there is such a table, whatever is migrated.
    pub async fn has_table(&self, name: &str) -> Result<bool, Error> {
        Ok(SchemaManager::new(&self.reader.connections).has_table(name).await?)
    }

    async fn lock_migrations(&self) -> Result<Migrating, Error> {
        let Some(server) = &self.migrating else { return Ok(Migrating::Sqlite(self.write.clone())) };
        let db = postgres::connect_to_migrate(server).await?;
        // The connection's, not a transaction's: there is one connection, and each migration is a transaction of its own.
        let sql = "SELECT pg_advisory_lock($1)";
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, sql, [MIGRATION_LOCK.into()]);
        db.execute_raw(lock).await.map_err(|error| match Error::from(error) {
            Error::Busy => Error::internal("another process has been migrating for a minute: try again"),
            other => other,
        })?;
        Ok(Migrating::Postgres(db))
    }
}

/// The connection by which this process, and no other, migrates.
enum Migrating {
    Sqlite(DatabaseConnection),
    /// One of its own; the lock ends with it.
    Postgres(DatabaseConnection),
}

impl Deref for Migrating {
    type Target = DatabaseConnection;
    fn deref(&self) -> &DatabaseConnection {
        let (Self::Sqlite(db) | Self::Postgres(db)) = self;
        db
    }
}

impl Migrating {
    async fn release(self) {
        if let Self::Postgres(db) = self {
            db.close().await.or_log("closing the connection that migrated");
        }
    }
}

fn told(error: DbErr) -> Error {
    if error.to_string().contains("missing") {
        Error::internal(format!("the database is newer than this version of oskar: {error}"))
    } else if is_denied(&error) {
        Error::internal(
            "the user of `database_url` may not read or apply migrations: run `oskar migrate up` with the owner of the tables in OSKAR_DATABASE_URL, and grant the user what README.md names",
        )
    } else {
        error.into()
    }
}

/// PostgreSQL's `insufficient_privilege`.
fn is_denied(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "42501")
}
