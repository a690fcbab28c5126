//! Migrations: one process at a time applies what is missing.

use std::ops::Deref;

use migration::{MigrationStatus, Migrator, MigratorTrait, SchemaManager};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::{Database, postgres};
use crate::error::{Error, OrLog as _, denied};

/// Any number: all processes that migrate lock the same one.
const MIGRATION_LOCK: i64 = 0x6F73_6B61_7200;

/// Whether the role is, or has the rights of, the owner of the tables, if there are any.
const OWNS_TABLES: &str =
    "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('seaql_migrations')";

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
        db.check_rights().await?;
        Migrator::up(&*db, None).await.map_err(told)?;
        db.release().await;
        Ok(pending)
    }

    /// Takes back the last `steps` migrations.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), Error> {
        let db = self.lock_migrations().await?;
        db.check_rights().await?;
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
        let db = &self.reader.connections;
        if self.migrating.is_none() {
            return Ok(SchemaManager::new(db).has_table(name).await?);
        }
        // The information schema hides tables from roles that have no right to them, and a database with data would
        // look empty.
        let sql = "SELECT to_regclass($1) IS NOT NULL";
        let row = db.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()]));
        row.await?.map_or(Ok(false), |row| Ok(row.try_get_by_index(0)?))
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
    /// Refuses a role that may create tables and does not own ours: it would own a part of them afterwards.
    async fn check_rights(&self) -> Result<(), Error> {
        let Self::Postgres(db) = self else { return Ok(()) };
        let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, OWNS_TABLES)).await?;
        if row.map(|row| row.try_get_by_index::<bool>(0)).transpose()?.unwrap_or(true) {
            return Ok(());
        }
        Err(denied("the tables have another owner"))
    }

    async fn release(self) {
        if let Self::Postgres(db) = self {
            db.close().await.or_log("closing the connection that migrated");
        }
    }
}

/// Migrations that are applied and that this version does not know are a later version's; the library says so of each.
fn told(error: DbErr) -> Error {
    let text = error.to_string();
    let unknown = text.lines().filter(|line| line.contains("its file is missing"));
    let unknown: Vec<_> = unknown.filter_map(|line| line.split('\'').nth(1)).collect();
    if unknown.is_empty() {
        return error.into();
    }
    Error::internal(format!(
        "this database was upgraded by a newer version of oskar (it has `{}`): run that version, or restore the backup from before the upgrade",
        unknown.join("`, `")
    ))
}
