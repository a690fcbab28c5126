//! Requests by their `Idempotency-Key`, and the answers that are kept for their repetition.
use sea_orm_migration::{
    prelude::*,
    schema::{binary, binary_null, timestamp_with_time_zone, uuid, uuid_null},
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
                    .table("idempotency")
                    .col(binary("digest").primary_key())
                    .col(binary("request"))
                    .col(uuid("claim"))
                    .col(binary_null("answer"))
                    .col(uuid_null("user_id"))
                    .col(uuid_null("organisation_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("idempotency", "user_id")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("idempotency", "organisation_id")
                            .to("organisation", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        for (name, column) in [
            ("idempotency_user_id", "user_id"),
            ("idempotency_organisation_id", "organisation_id"),
            ("idempotency_expires_at", "expires_at"),
        ] {
            manager
                .create_index(Index::create().name(name).table("idempotency").col(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency").to_owned()).await
    }
}
