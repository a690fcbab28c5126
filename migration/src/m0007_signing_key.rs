//! The keys that sign access tokens, private halves encrypted.
use sea_orm_migration::{
    prelude::*,
    schema::{binary, integer, string_len, timestamp_with_time_zone, timestamp_with_time_zone_null},
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
                    .table("signing_key")
                    .col(string_len("id", 64).primary_key())
                    .col(string_len("algorithm", 8))
                    .col(integer("generation"))
                    .col(binary("private_key"))
                    .col(timestamp_with_time_zone("signs_from"))
                    .col(timestamp_with_time_zone_null("retires_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .index(
                        Index::create()
                            .unique()
                            .name("signing_key_generation")
                            .col("algorithm")
                            .col("generation"),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("signing_key").to_owned()).await
    }
}
