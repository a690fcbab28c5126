//! By what users prove who they are, a row each. Passwords move here from the rows of their users.
//!
//! A password that moves keeps the id of its user: no two have the same, and both databases can say so in one statement.
use sea_orm_migration::{
    prelude::*,
    schema::{string_len, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const HASH: &str = "password_hash";
const CHANGE_REQUIRED: &str = "password_change_required_at";

const MOVE: &str = r#"INSERT INTO credential (id, user_id, kind, secret, change_required_at, created_at)
SELECT id, id, 'password', password_hash, password_change_required_at, COALESCE(password_changed_at, created_at)
FROM "user" WHERE password_hash IS NOT NULL"#;

const MOVE_BACK: &str = r#"UPDATE "user" SET
password_hash = (SELECT secret FROM credential WHERE user_id = "user".id AND kind = 'password'),
password_change_required_at =
    (SELECT change_required_at FROM credential WHERE user_id = "user".id AND kind = 'password')"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("credential")
                    .col(uuid("id").primary_key())
                    .col(uuid("user_id"))
                    .col(string_len("kind", 16))
                    .col(text("secret"))
                    .col(timestamp_with_time_zone_null("change_required_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("last_used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("credential", "user_id")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("credential_user_id_kind")
                    .table("credential")
                    .col("user_id")
                    .col("kind")
                    .to_owned(),
            )
            .await?;
        // Of other kinds a user may have several.
        manager
            .create_index(
                Index::create()
                    .name("credential_one_password")
                    .table("credential")
                    .col("user_id")
                    .unique()
                    .cond_where(Expr::col("kind").eq("password"))
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(MOVE).await?;
        for column in [HASH, CHANGE_REQUIRED] {
            manager.alter_table(Table::alter().table("user").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null(HASH), timestamp_with_time_zone_null(CHANGE_REQUIRED)] {
            manager.alter_table(Table::alter().table("user").add_column(column).to_owned()).await?;
        }
        manager.get_connection().execute_unprepared(MOVE_BACK).await?;
        manager.drop_table(Table::drop().table("credential").to_owned()).await
    }
}
