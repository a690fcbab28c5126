//! Wrong guesses, counted by address, account and device.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, boolean, integer, timestamp_with_time_zone, uuid_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("login_failure")
                    .col(binary("subject").primary_key())
                    .col(uuid_null("user_id"))
                    .col(integer("failures"))
                    .col(timestamp_with_time_zone("blocked_until"))
                    .col(boolean("closed"))
                    .col(timestamp_with_time_zone("forgotten_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("login_failure_user_id")
                    .table("login_failure")
                    .col("user_id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("login_failure").to_owned()).await
    }
}
