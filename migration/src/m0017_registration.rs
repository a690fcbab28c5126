//! Accounts that people made themselves and whose address is not proven yet, and how many a client may make.
use sea_orm_migration::{
    prelude::*,
    schema::{integer, string_len, string_len_null, timestamp_with_time_zone, uuid},
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
                    .table("registration")
                    .col(uuid("user_id").primary_key())
                    .col(string_len_null("username", 64))
                    .col(string_len_null("organisation", 200))
                    .col(timestamp_with_time_zone("seen_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("registration", "user_id")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("registration_created_at")
                    .table("registration")
                    .col("created_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("registration_budget")
                    .col(string_len("network", 64).primary_key())
                    .col(integer("taken"))
                    .col(timestamp_with_time_zone("ends_at"))
                    .to_owned(),
            )
            .await?;
        // One kind for both outcomes, so that counting mails by kind does not tell them apart.
        let renamed = "UPDATE outbox SET kind = 'registration' WHERE kind = 'already_registered'";
        manager.get_connection().execute_unprepared(renamed).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The older version does not know the second one, and would send no mail at all.
        for renamed in [
            "UPDATE outbox SET kind = 'already_registered' WHERE kind = 'registration'",
            "DELETE FROM outbox WHERE kind = 'sign_in_failed'",
        ] {
            manager.get_connection().execute_unprepared(renamed).await?;
        }
        manager.drop_table(Table::drop().table("registration_budget").to_owned()).await?;
        manager.drop_table(Table::drop().table("registration").to_owned()).await
    }
}
