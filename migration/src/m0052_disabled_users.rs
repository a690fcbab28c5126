//! Disabled accounts are few, and counted where there are many others.
use sea_orm_migration::prelude::*;

const NAME: &str = "user_disabled";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name(NAME).table("user").col("disabled_at").cond_where(Expr::col("disabled_at").is_not_null());
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(NAME).table("user").to_owned()).await
    }
}
