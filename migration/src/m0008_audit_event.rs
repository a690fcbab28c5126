//! Who did what, when and from where. It outlives what it tells of, so it has no foreign keys.
use sea_orm_migration::{
    prelude::*,
    schema::{json_binary, string_len, string_len_null, timestamp_with_time_zone, uuid, uuid_null},
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
                    .table("audit_event")
                    .col(uuid("id").primary_key())
                    .col(uuid_null("organisation_id"))
                    .col(string_len("actor_kind", 16))
                    .col(string_len_null("actor_id", 64))
                    .col(string_len("actor_name", 320))
                    .col(string_len("action", 64))
                    .col(string_len_null("target_id", 64))
                    .col(json_binary("data"))
                    .col(string_len_null("ip", 64))
                    .col(string_len_null("user_agent", 400))
                    .col(string_len_null("request_id", 64))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("audit_event_in_organisation")
                    .table("audit_event")
                    .col("organisation_id")
                    .col("id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_event").to_owned()).await
    }
}
