//! People: one row each, however many organisations they are in.
use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, string_len, string_len_null, string_len_uniq, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid,
    },
};

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
                    .table("user")
                    .col(uuid("id").primary_key())
                    .col(string_len("email", 320))
                    .col(string_len_uniq("email_normalised", 320))
                    .col(string_len_null("username", 64).unique_key())
                    .col(string_len("name", 200))
                    .col(text_null("password_hash"))
                    .col(timestamp_with_time_zone_null("password_changed_at"))
                    .col(boolean("operator"))
                    .col(timestamp_with_time_zone_null("email_verified_at"))
                    .col(timestamp_with_time_zone_null("disabled_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("user").to_owned()).await
    }
}
