//! Numbers of users, for clients of an older API that know users by numbers. A row is made when one is first asked for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, uuid};

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
                    .table("user_number")
                    .col(uuid("user_id").primary_key())
                    .col(integer("number").unique_key())
                    .foreign_key(
                        ForeignKey::create()
                            .from("user_number", "user_id")
                            .to("user", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("user_number").to_owned()).await
    }
}
