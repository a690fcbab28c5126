//! API keys, and apart from them their secrets, so that one key can have two while it is rotated.
use sea_orm_migration::{
    prelude::*,
    schema::{
        binary, json_binary_null, string_len, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
        uuid_null,
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
                    .table("api_key")
                    .col(uuid("id").primary_key())
                    .col(uuid("organisation_id"))
                    .col(string_len("name", 200))
                    .col(string_len("environment", 8))
                    .col(string_len("role", 16))
                    .col(json_binary_null("permissions"))
                    .col(uuid_null("created_by"))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .col(timestamp_with_time_zone_null("last_used_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("api_key", "organisation_id")
                            .to("organisation", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("api_key", "created_by")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .index(
                        Index::create()
                            .unique()
                            .name("api_key_in_organisation")
                            .col("organisation_id")
                            .col("id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("api_key_created_by").table("api_key").col("created_by").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("api_key_secret")
                    .col(uuid("id").primary_key())
                    .col(uuid("organisation_id"))
                    .col(uuid("api_key_id"))
                    .col(binary("digest").unique_key())
                    .col(string_len("hint", 32))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("api_key_secret", ("organisation_id", "api_key_id"))
                            .to("api_key", ("organisation_id", "id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("api_key_secret_of_key")
                    .table("api_key_secret")
                    .col("organisation_id")
                    .col("api_key_id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("api_key_secret").to_owned()).await?;
        manager.drop_table(Table::drop().table("api_key").to_owned()).await
    }
}
