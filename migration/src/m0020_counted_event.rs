//! Audit events that stand for many of the same, and their part that names people.
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer_null, binary_null, json_binary_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [binary_null("counted_under"), big_integer_null("count"), json_binary_null("personal")];
        for column in columns {
            manager.alter_table(Table::alter().table("audit_event").add_column(column).to_owned()).await?;
        }
        manager
            .create_index(
                Index::create()
                    .name("audit_event_counted_under")
                    .table("audit_event")
                    .col("counted_under")
                    .unique()
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropping = Index::drop().name("audit_event_counted_under").table("audit_event").to_owned();
        manager.drop_index(dropping).await?;
        for column in ["personal", "count", "counted_under"] {
            manager.alter_table(Table::alter().table("audit_event").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
