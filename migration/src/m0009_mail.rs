//! Mail: what is to be sent, invitations, and links bound to an address.
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary_null, integer, json_binary, string_len, string_len_null, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
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
                    .table("outbox")
                    .col(uuid("id").primary_key())
                    .col(string_len("kind", 32))
                    .col(string_len("recipient", 320))
                    .col(json_binary("data"))
                    .col(string_len("state", 8))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone("next_attempt_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .col(text_null("last_error"))
                    .col(string_len_null("requested_from", 64))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("outbox_due", &["state", "next_attempt_at"][..]),
            ("outbox_recipient", &["recipient", "created_at"]),
            ("outbox_requested_from", &["requested_from", "created_at"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("outbox");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("invitation")
                    .col(uuid("id").primary_key())
                    .col(uuid("organisation_id"))
                    .col(string_len("email", 320))
                    .col(string_len("email_normalised", 320))
                    .col(string_len("role", 16))
                    .col(uuid_null("invited_by"))
                    .col(binary_null("digest").unique_key())
                    .col(uuid_null("outbox_id"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("accepted_at"))
                    .col(uuid_null("accepted_by"))
                    .col(timestamp_with_time_zone_null("withdrawn_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("invitation", "organisation_id")
                            .to("organisation", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("invitation", "invited_by")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("invitation", "accepted_by")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        for (name, column) in [
            ("invitation_organisation_id", "organisation_id"),
            ("invitation_invited_by", "invited_by"),
            ("invitation_accepted_by", "accepted_by"),
        ] {
            manager
                .create_index(Index::create().name(name).table("invitation").col(column).to_owned())
                .await?;
        }
        manager
            .alter_table(
                Table::alter().table("one_time_token").add_column(string_len_null("email", 320)).to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("one_time_token").drop_column("email").to_owned()).await?;
        manager.drop_table(Table::drop().table("invitation").to_owned()).await?;
        manager.drop_table(Table::drop().table("outbox").to_owned()).await
    }
}
