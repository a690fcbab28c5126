//! Under which master secret each stored digest and ciphertext was made.
use sea_orm_migration::{prelude::*, schema::binary_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [(&str, &str); 6] = [
    ("api_key_secret", "key_id"),
    ("session", "key_id"),
    ("session", "refresh_key_id"),
    ("invitation", "key_id"),
    ("one_time_token", "key_id"),
    ("signing_key", "key_id"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            let add = Table::alter().table(table).add_column(binary_null(column)).to_owned();
            manager.alter_table(add).await?;
            // Until now there was one master secret, and its key id is the beginning of its check. A node of the
            // version before goes on to write rows without a key id: they get theirs when they are used.
            let fill =
                format!("UPDATE {table} SET {column} = (SELECT substr(secret_check, 1, 8) FROM instance)");
            manager.get_connection().execute_unprepared(&fill).await?;
        }
        let no_link = "UPDATE invitation SET key_id = NULL WHERE digest IS NULL";
        manager.get_connection().execute_unprepared(no_link).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
