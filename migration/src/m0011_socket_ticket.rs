//! Tickets that open a socket once.
use sea_orm_migration::{
    prelude::*,
    schema::{binary, binary_null, string_len_null, timestamp_with_time_zone, uuid, uuid_null},
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
                    .table("socket_ticket")
                    .col(uuid("id").primary_key())
                    .col(binary("digest").unique_key())
                    .col(uuid("organisation_id"))
                    .col(uuid_null("user_id"))
                    .col(uuid_null("session_id"))
                    .col(uuid_null("api_key_id"))
                    // Of users without a session: what tells whether their password is still the same.
                    .col(binary_null("password_digest"))
                    .col(string_len_null("origin", 300))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("socket_ticket", ("organisation_id", "user_id"))
                            .to("membership", ("organisation_id", "user_id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("socket_ticket", "session_id")
                            .to("session", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("socket_ticket", ("organisation_id", "api_key_id"))
                            .to("api_key", ("organisation_id", "id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        for (name, column) in [
            ("socket_ticket_organisation_id", "organisation_id"),
            ("socket_ticket_session_id", "session_id"),
            ("socket_ticket_expires_at", "expires_at"),
        ] {
            manager
                .create_index(Index::create().name(name).table("socket_ticket").col(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("socket_ticket").to_owned()).await
    }
}
