//! Migrations: one process at a time applies what is missing.

use std::ops::Deref;

use migration::{MigrationStatus, Migrator, MigratorTrait, SchemaManager};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::{Database, postgres};
use crate::error::{Error, OrLog as _};

/// Any number: all processes that migrate lock the same one.
const MIGRATION_LOCK: i64 = 0x6F73_6B61_7200;

impl Database {
    /// Applies the migrations that are missing; their number. Two nodes that start at once take turns.
    ///
    /// # Errors
    /// Also when the database is newer than this binary.
    pub async fn migrate(&self) -> Result<usize, Error> {
        let db = self.lock_migrations().await?;
        let pending = Migrator::get_pending_migrations(&*db).await.map_err(newer)?.len();
        Migrator::up(&*db, None).await.map_err(newer)?;
        db.release().await;
        Ok(pending)
    }

    /// Takes back the last `steps` migrations.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), Error> {
        let db = self.lock_migrations().await?;
        Migrator::down(&*db, Some(steps)).await.map_err(newer)?;
        db.release().await;
        Ok(())
    }

    /// Each migration's name, and whether it is applied.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, Error> {
        Ok(Migrator::get_migration_with_status(&self.write)
            .await
            .map_err(newer)?
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

fn newer(error: sea_orm::DbErr) -> Error {
    if error.to_string().contains("missing") {
        Error::internal(format!("the database is newer than this version of oskar: {error}"))
    } else {
        error.into()
    }
}
