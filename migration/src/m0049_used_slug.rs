//! Slugs that organisations have or had: none of them goes to another organisation.
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("used_slug")
            .col(string_len("slug", 63).primary_key())
            .col(uuid("organisation_id"))
            .to_owned();
        manager.create_table(table).await?;
        let used = "INSERT INTO used_slug (slug, organisation_id) SELECT slug, id FROM organisation";
        manager.get_connection().execute_unprepared(used).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("used_slug").to_owned()).await
    }
}
