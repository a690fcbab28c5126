//! The events of an account are found by who caused them and by what they were done to.
use sea_orm_migration::prelude::*;

const INDEXES: [(&str, &str); 2] =
    [("audit_event_of_actor", "actor_id"), ("audit_event_of_target", "target_id")];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, column) in INDEXES {
            let index = Index::create().name(name).table("audit_event").col(column).col("id").to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            manager.drop_index(Index::drop().name(name).table("audit_event").to_owned()).await?;
        }
        Ok(())
    }
}
