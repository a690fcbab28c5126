//! Mails that are to be sent, and that were. They hold ids and addresses, never a secret.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{OrganisationId, OutboxId};

/// Which mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Kind {
    /// A link to prove the address.
    VerifyEmail,
    /// Somebody registered with the address: a link to prove it, or that it has an account already. One kind, and one
    /// row, for both: who registers must not learn which it was.
    Registration,
    /// Somebody could not sign in, where the address must be proven first. Like the kind above it, for every address.
    SignInFailed,
    /// A link to choose a new password.
    ResetPassword,
    /// A link to choose the password of an account that an operator has made, or whose password one has taken away.
    ChoosePassword,
    /// To the new address: a link to confirm it.
    ConfirmNewEmail,
    /// To the old address: it was replaced.
    EmailChanged,
    /// A link to join an organisation.
    Invitation,
    /// Somebody signed in on a device that was not seen before.
    NewDevice,
    PasswordChanged,
    UsernameChanged,
    /// Wrong passwords have used up the account's budget: a link that lets the owner in.
    PasswordGuesses,
    /// To the admins.
    KeyCreated,
    /// A refresh token was used twice: the session was ended.
    RefreshTheft,
    RaisedToAdmin,
    /// To the admins: there is another one.
    NewAdmin,
    /// To the admins: a member is gone whose keys go on.
    KeysLeftBehind,
    /// Another issuer's user signs in to the account from now on.
    IdentityLinked,
    IdentityUnlinked,
    /// To the former address: the account is gone.
    AccountDeleted,
    /// `oskar mail test`.
    Test,
}

/// How far a mail has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(8))", rename_all = "snake_case")]
pub enum State {
    /// Waiting for its first or next attempt.
    Pending,
    /// Taken by the mail server.
    Sent,
    /// There was nobody to send it to.
    Dropped,
    /// Given up after a day.
    Dead,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxId,
    pub kind: Kind,
    #[sea_orm(column_type = "String(StringLen::N(320))")]
    pub recipient: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    pub state: State,
    pub attempts: i32,
    /// Not before; while an attempt is under way, when another node may take over.
    pub next_attempt_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// The client's address, or who invites: for the caps on mails that people ask for.
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub requested_from: Option<String>,
    /// Of invitations: the organisation's, for its cap.
    pub organisation_id: Option<OrganisationId>,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
