//! Who did what, when and from where.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{AuditEventId, OrganisationId};

/// What kind of actor did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ActorKind {
    User,
    ApiKey,
    /// Somebody who did not say who they are, as in a failed sign-in.
    Anonymous,
    /// The command line.
    Cli,
    /// Oskar itself.
    System,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    /// None for what concerns an account or the installation.
    pub organisation_id: Option<OrganisationId>,
    pub actor_kind: ActorKind,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub actor_id: Option<String>,
    /// What the actor was called then.
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub actor_name: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub action: String,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub target_id: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub ip: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(400))", nullable)]
    pub user_agent: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub request_id: Option<String>,
    pub created_at: Timestamp,
    /// For an event that stands for many of the same: a digest of what they have in common.
    #[sea_orm(unique)]
    pub counted_under: Option<Vec<u8>>,
    /// How many it stands for.
    pub count: Option<i64>,
    /// What names people, apart from `data` so that it can be taken away while the event stays.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub personal: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The events of an organisation.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }
}
