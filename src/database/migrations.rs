//! Migrations: one process at a time applies what is missing.

use migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait};

use super::Database;
use crate::error::Error;

/// Any number: all processes that migrate lock the same one.
const MIGRATION_LOCK: i64 = 0x6F73_6B61_7200;

impl Database {
    /// Applies the migrations that are missing; their number. Two nodes that start at once take turns.
    ///
    /// # Errors
    /// Also when the database is newer than this binary.
    pub async fn migrate(&self) -> Result<usize, Error> {
        let lock = self.lock_migrations().await?;
        let pending = Migrator::get_pending_migrations(&self.write).await.map_err(newer)?.len();
        Migrator::up(&self.write, None).await.map_err(newer)?;
        if let Some(lock) = lock {
            lock.commit().await?;
        }
        Ok(pending)
    }

    /// Takes back the last `steps` migrations.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), Error> {
        let lock = self.lock_migrations().await?;
        Migrator::down(&self.write, Some(steps)).await.map_err(newer)?;
        if let Some(lock) = lock {
            lock.commit().await?;
        }
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

    async fn lock_migrations(&self) -> Result<Option<DatabaseTransaction>, Error> {
        if self.write.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let lock = self.write.begin().await?;
        let sql = "SELECT pg_advisory_xact_lock($1)";
        lock.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [MIGRATION_LOCK.into()]))
            .await?;
        Ok(Some(lock))
    }
}

fn newer(error: sea_orm::DbErr) -> Error {
    if error.to_string().contains("missing") {
        Error::internal(format!("the database is newer than this version of oskar: {error}"))
    } else {
        error.into()
    }
}
