//! Lists in pages are read in their order from an index: members by the time when they joined, invitations and
//! sessions by their ids.
use sea_orm_migration::prelude::*;

/// Name, table, columns.
type Described = (&'static str, &'static str, &'static [&'static str]);

const ADDED: [Described; 3] = [
    ("membership_in_order", "membership", &["organisation_id", "created_at", "user_id"]),
    ("invitation_in_organisation", "invitation", &["organisation_id", "id"]),
    ("session_of_user", "session", &["user_id", "id"]),
];

/// The added ones begin with the same columns.
const REPLACED: [Described; 2] = [
    ("invitation_organisation_id", "invitation", &["organisation_id"]),
    ("session_user_id", "session", &["user_id"]),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, &REPLACED, &ADDED).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, &ADDED, &REPLACED).await
    }
}

async fn replace(manager: &SchemaManager<'_>, old: &[Described], new: &[Described]) -> Result<(), DbErr> {
    for (name, table, columns) in new {
        let mut index = Index::create();
        index.name(*name).table(*table);
        for column in *columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    for (name, table, _) in old {
        manager.drop_index(Index::drop().name(*name).table(*table).to_owned()).await?;
    }
    Ok(())
}
