//! A slug that an organisation has or had. It stays that organisation's, also when there is no such organisation any more.

use sea_orm::entity::prelude::*;

use crate::id::OrganisationId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "used_slug")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(63))")]
    pub slug: String,
    /// No foreign key: the organisation may be gone.
    pub organisation_id: OrganisationId,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The slugs that an organisation has or had.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }
}
