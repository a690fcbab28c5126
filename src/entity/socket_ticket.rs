//! A ticket that opens a socket once.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;
use crate::id::{ApiKeyId, OrganisationId, SessionId, SocketTicketId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "socket_ticket")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SocketTicketId,
    #[sea_orm(unique)]
    pub digest: Vec<u8>,
    pub organisation_id: OrganisationId,
    /// A user and their session or what tells whether the password is still the same, or a key.
    pub user_id: Option<UserId>,
    pub session_id: Option<SessionId>,
    pub api_key_id: Option<ApiKeyId>,
    pub password_digest: Option<Vec<u8>>,
    /// Of the page that asked for it, if it was one.
    #[sea_orm(column_type = "String(StringLen::N(300))", nullable)]
    pub origin: Option<String>,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The tickets for an organisation.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }

    /// A user's tickets, for all organisations.
    pub fn of_user(user: UserId) -> Select<Self> {
        Self::find().filter(COLUMN.user_id.eq(user))
    }

    /// The tickets of a key.
    pub fn of_key(organisation: OrganisationId, key: ApiKeyId) -> Select<Self> {
        Self::in_organisation(organisation).filter(COLUMN.api_key_id.eq(key))
    }

    /// The ticket with one of these digests: the way in, before any organisation is known.
    pub fn by_digests(digests: Vec<Vec<u8>>) -> Select<Self> {
        Self::find().filter(Column::Digest.is_in(digests))
    }
}
