//! Events of one type are counted by their time: sign-ins of the last days, of organisations with a long log.
use sea_orm_migration::prelude::*;

const NAME: &str = "audit_event_by_action";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name(NAME).table("audit_event").col("organisation_id").col("action").col("created_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(NAME).table("audit_event").to_owned()).await
    }
}
