//! An invitation to join an organisation, bound to an address.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;
use crate::id::{InvitationId, MailId, OrganisationId, UserId};
use crate::permission::Role;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub organisation_id: OrganisationId,
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub email: String,
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub email_normalised: String,
    pub role: Role,
    pub invited_by: Option<UserId>,
    /// Of the link's secret; none until the mail is sent, for only then is there one.
    #[sea_orm(unique)]
    pub digest: Option<Vec<u8>>,
    /// The mail, for its state of delivery.
    pub mail_id: Option<MailId>,
    pub expires_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub accepted_by: Option<UserId>,
    pub withdrawn_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The key id of the master secret that the digest was made under.
    pub key_id: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The invitations of an organisation.
    pub fn in_organisation(organisation: OrganisationId) -> Select<Self> {
        Self::find().filter(COLUMN.organisation_id.eq(organisation))
    }

    /// The invitations of all organisations, for the operator, who replaces the master secret.
    pub fn of_installation() -> Select<Self> {
        Self::find()
    }

    /// Those that a user accepted, in whatever organisations: their account is being deleted.
    pub fn of_accepter(user: UserId) -> Select<Self> {
        Self::find().filter(COLUMN.accepted_by.eq(user))
    }

    /// The invitation that a mail is about: mails know no organisations.
    pub fn of_mail(id: InvitationId) -> Select<Self> {
        Self::find_by_id(id)
    }

    /// The invitation that a link is for: the way in, before any organisation is known.
    pub fn by_digests(digests: Vec<Vec<u8>>) -> Select<Self> {
        Self::find().filter(Column::Digest.is_in(digests))
    }
}

impl Model {
    /// Whether it can still be accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.accepted_at.is_none() && self.withdrawn_at.is_none() && now < self.expires_at
    }
}
