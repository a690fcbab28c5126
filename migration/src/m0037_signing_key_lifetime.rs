//! How long the tokens live that each key signs: keys of several algorithms retire each in its own time.
use sea_orm_migration::{prelude::*, schema::big_integer_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMN: &str = "token_lifetime";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = big_integer_null(COLUMN);
        manager.alter_table(Table::alter().table("signing_key").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("signing_key").drop_column(COLUMN).to_owned()).await
    }
}
