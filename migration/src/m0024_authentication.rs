//! When and how a session's user proved who they are, apart from when the session was started; and until when a
//! session may last that another issuer's token started.
use sea_orm_migration::{
    prelude::*,
    schema::{string_len_null, timestamp_with_time_zone_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 4] = ["authenticated_at", "amr", "acr", "ends_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in [
            timestamp_with_time_zone_null("authenticated_at"),
            string_len_null("amr", 500),
            string_len_null("acr", 200),
            timestamp_with_time_zone_null("ends_at"),
        ] {
            manager.alter_table(Table::alter().table("session").add_column(column).to_owned()).await?;
        }
        // Of sessions that an issuer's token started it is not known when the user proved anything.
        let db = manager.get_connection();
        db.execute_unprepared(
            "UPDATE session SET authenticated_at = created_at, amr = 'pwd' WHERE issuer IS NULL",
        )
        .await?;
        db.execute_unprepared("UPDATE session SET amr = 'fed' WHERE issuer IS NOT NULL").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("session").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
