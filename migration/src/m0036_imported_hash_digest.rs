//! Which accounts were imported, and with which hash: the same line of a file is known again.
use sea_orm_migration::{prelude::*, schema::binary_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMN: &str = "imported_hash_digest";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = binary_null(COLUMN);
        manager.alter_table(Table::alter().table("user").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("user").drop_column(COLUMN).to_owned()).await
    }
}
