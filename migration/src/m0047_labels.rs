//! What an integrator's own system keeps beside organisations, users and keys: its id of each, and metadata. Users had the
//! id before.
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json_binary_null, string_len_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const ID: &str = "external_id";
const METADATA: &str = "metadata";
const ORGANISATION_INDEX: &str = "organisation_external_id";
const KEY_INDEX: &str = "api_key_external_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("user", json_binary_null(METADATA)),
            ("organisation", string_len_null(ID, 255)),
            ("organisation", json_binary_null(METADATA)),
            ("api_key", string_len_null(ID, 255)),
            ("api_key", json_binary_null(METADATA)),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        let organisations =
            Index::create().name(ORGANISATION_INDEX).table("organisation").col(ID).unique().take();
        manager.create_index(organisations).await?;
        // A key that is revoked gives its id to the one that takes its place.
        let keys = Index::create()
            .name(KEY_INDEX)
            .table("api_key")
            .col("organisation_id")
            .col(ID)
            .unique()
            .cond_where(Expr::col(ID).is_not_null())
            .cond_where(Expr::col("revoked_at").is_null())
            .take();
        manager.create_index(keys).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in [(ORGANISATION_INDEX, "organisation"), (KEY_INDEX, "api_key")] {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        for (table, column) in [
            ("user", METADATA),
            ("organisation", ID),
            ("organisation", METADATA),
            ("api_key", ID),
            ("api_key", METADATA),
        ] {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
