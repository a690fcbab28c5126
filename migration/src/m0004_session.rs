//! Sessions: one sign-in on one device, with its cookie and its refresh chain.
use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, binary, string_len_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
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
                    .table("session")
                    .col(uuid("id").primary_key())
                    .col(uuid("user_id"))
                    .col(uuid_null("organisation_id"))
                    .col(binary("cookie_digest").unique_key())
                    .col(big_integer("refresh_counter"))
                    .col(timestamp_with_time_zone("refresh_rotated_at"))
                    .col(timestamp_with_time_zone("seen_at"))
                    .col(string_len_null("ip", 64))
                    .col(string_len_null("user_agent", 400))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("session", "user_id")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("session", "organisation_id")
                            .to("organisation", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        for column in ["user_id", "organisation_id", "ended_at"] {
            manager
                .create_index(
                    Index::create().name(format!("session_{column}")).table("session").col(column).to_owned(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("session").to_owned()).await
    }
}
