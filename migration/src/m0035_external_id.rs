//! The id that the integrator's own system has for a user.
use sea_orm_migration::{prelude::*, schema::string_len_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMN: &str = "external_id";
const INDEX: &str = "user_external_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = string_len_null(COLUMN, 255);
        manager.alter_table(Table::alter().table("user").add_column(column).to_owned()).await?;
        let index = Index::create().name(INDEX).table("user").col(COLUMN).unique().to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("user").to_owned()).await?;
        manager.alter_table(Table::alter().table("user").drop_column(COLUMN).to_owned()).await
    }
}
