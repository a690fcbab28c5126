//! For which organisation an invitation's mail is, so that an organisation's mails can be counted.
use sea_orm_migration::{prelude::*, schema::uuid_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign key: what was sent stays counted for the inviter when the organisation is deleted.
        let column = uuid_null("organisation_id");
        manager.alter_table(Table::alter().table("outbox").add_column(column).to_owned()).await?;
        let mut index = Index::create();
        index.name("outbox_organisation").table("outbox").col("organisation_id").col("created_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("outbox_organisation").table("outbox").to_owned()).await?;
        manager.alter_table(Table::alter().table("outbox").drop_column("organisation_id").to_owned()).await
    }
}
