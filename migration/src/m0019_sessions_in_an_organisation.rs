//! How a session's refresh token is used, and until when the sessions were ended in an organisation.
use sea_orm_migration::{
    prelude::*,
    schema::{string_len, timestamp_with_time_zone_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Nothing tells at which door the sessions that are there began: they get the stricter kind.
        let column = string_len("refresh_use", 16).default("rotating").take();
        manager.alter_table(Table::alter().table("session").add_column(column).to_owned()).await?;
        let column = timestamp_with_time_zone_null("sessions_ended_at");
        manager.alter_table(Table::alter().table("membership").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropping = Table::alter().table("membership").drop_column("sessions_ended_at").to_owned();
        manager.alter_table(dropping).await?;
        manager.alter_table(Table::alter().table("session").drop_column("refresh_use").to_owned()).await
    }
}
