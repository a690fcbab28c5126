//! Deliveries apart from mails: what is to be sent is claimed, tried again and given up without knowing what it is.
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, json_binary, string_len, string_len_null, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(delivery()).await?;
        manager.create_table(mail()).await?;
        let db = manager.get_connection();
        for moved in [
            "INSERT INTO delivery (id, channel, state, attempts, due_at, finished_at, last_error, created_at)
                SELECT id, 'mail', state, attempts, next_attempt_at, finished_at, last_error, created_at FROM outbox",
            "INSERT INTO mail (id, kind, recipient, data, requested_from, organisation_id, created_at)
                SELECT id, kind, recipient, data, requested_from, organisation_id, created_at FROM outbox",
        ] {
            db.execute_unprepared(moved).await?;
        }
        // Older versions wrote one text where there is a list of them now.
        for (kind, member) in [("new_admin", "members"), ("keys_left_behind", "keys")] {
            let listed = match db.get_database_backend() {
                DbBackend::Sqlite => format!(
                    "UPDATE mail SET data = json_set(data, '$.{member}', json_array(json_extract(data, '$.{member}')))
                        WHERE kind = '{kind}' AND json_type(data, '$.{member}') = 'text'"
                ),
                _ => format!(
                    "UPDATE mail SET data = jsonb_set(data, '{{{member}}}', jsonb_build_array(data -> '{member}'))
                        WHERE kind = '{kind}' AND jsonb_typeof(data -> '{member}') = 'string'"
                ),
            };
            db.execute_unprepared(&listed).await?;
        }
        manager.drop_table(Table::drop().table("outbox").to_owned()).await?;
        index(manager, "delivery", "delivery_due", &["channel", "state", "due_at"]).await?;
        for (name, column) in [
            ("mail_recipient", "recipient"),
            ("mail_requested_from", "requested_from"),
            ("mail_organisation", "organisation_id"),
        ] {
            index(manager, "mail", name, &[column, "created_at"]).await?;
        }
        let renamed = Table::alter().table("invitation").rename_column("outbox_id", "mail_id").to_owned();
        manager.alter_table(renamed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(outbox()).await?;
        let moved = "INSERT INTO outbox (id, kind, recipient, data, state, attempts, next_attempt_at, finished_at, last_error,
                requested_from, organisation_id, created_at)
            SELECT mail.id, kind, recipient, data, state, attempts, due_at, finished_at, last_error, requested_from,
                organisation_id, delivery.created_at FROM mail JOIN delivery ON delivery.id = mail.id";
        manager.get_connection().execute_unprepared(moved).await?;
        for table in ["mail", "delivery"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for (name, columns) in [
            ("outbox_due", ["state", "next_attempt_at"]),
            ("outbox_recipient", ["recipient", "created_at"]),
            ("outbox_requested_from", ["requested_from", "created_at"]),
            ("outbox_organisation", ["organisation_id", "created_at"]),
        ] {
            index(manager, "outbox", name, &columns).await?;
        }
        let renamed = Table::alter().table("invitation").rename_column("mail_id", "outbox_id").to_owned();
        manager.alter_table(renamed).await
    }
}

async fn index(manager: &SchemaManager<'_>, table: &str, name: &str, columns: &[&str]) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(name).table(table.to_owned());
    for column in columns {
        index.col((*column).to_owned());
    }
    manager.create_index(index).await
}

fn delivery() -> TableCreateStatement {
    Table::create()
        .table("delivery")
        .col(uuid("id").primary_key())
        .col(string_len("channel", 16))
        .col(string_len("state", 8))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("due_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .col(text_null("last_error"))
        .col(timestamp_with_time_zone("created_at"))
        .take()
}

fn mail() -> TableCreateStatement {
    Table::create()
        .table("mail")
        .col(uuid("id").primary_key())
        .col(string_len("kind", 32))
        .col(string_len("recipient", 320))
        .col(json_binary("data"))
        .col(string_len_null("requested_from", 64))
        .col(uuid_null("organisation_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create().from("mail", "id").to("delivery", "id").on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

/// As it was before.
fn outbox() -> TableCreateStatement {
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
        .col(uuid_null("organisation_id"))
        .take()
}
