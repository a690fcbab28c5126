//! Mails to be sent, written down in the transaction of what they tell of. `worker/mail.rs` writes their texts and sends
//! them.
//!
//! To add one: a line in [`mails!`], a function in `mail/messages.rs` with its golden file, and an arm in
//! `worker/mail.rs`; the compiler asks for the arm.

mod caps;

use std::fmt;

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use caps::{
    enqueue_for_failed_sign_in, enqueue_for_owner, enqueue_invitation, enqueue_requested, lock_invitations,
    was_registered_with,
};

use crate::domain::journal::delivery;
use crate::domain::{NoEvent, Write};
use crate::entity::delivery::Channel;
use crate::entity::{mail, membership, user};
use crate::error::Error;
use crate::id::{DeliveryId, InvitationId, MailId, OrganisationId, UserId};
use crate::permission::{Permission, Role};

/// `Variant = "name" { MEMBERS }, "one line";` — members only where there are any.
macro_rules! mails {
    ($($variant:ident = $name:literal $({ $($member:ident: $type:ty),* })?, $doc:literal;)*) => {
        /// What a mail tells, as far as it is known when it is written down: names and ids. Never a secret: a link is
        /// made when the mail is sent, so its secret is only in the mail, and its lifetime begins there.
        ///
        /// A mail with a missing word does not compile:
        ///
        /// ```
        /// # use oskar::domain::journal::mail::Mail;
        /// let (actor, key, organisation) = ("Ana".to_owned(), "CI".to_owned(), "Acme".to_owned());
        /// Mail::KeyCreated { actor, key, organisation };
        /// ```
        /// ```compile_fail,E0063
        /// # use oskar::domain::journal::mail::Mail;
        /// let (actor, key) = ("Ana".to_owned(), "CI".to_owned());
        /// Mail::KeyCreated { actor, key };
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Mail {
            $(#[doc = $doc] #[serde(rename = $name)] $variant $({ $($member: $type),* })?,)*
        }

        /// What a mail is about. The caps count by it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum MailKind {
            $(#[doc = $doc] $variant,)*
        }

        impl MailKind {
            /// As in the database and in `oskar mail list`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl Mail {
            /// Which kind it is.
            pub const fn kind(&self) -> MailKind {
                match self { $(Self::$variant { .. } => MailKind::$variant,)* }
            }
        }
    };
}

mails! {
    VerifyEmail = "verify_email", "A link to prove the address.";
    Registration = "registration" { made: Option<UserId> },
        "There was a registration with the address: a link to prove it if an account was `made`, else that there is one already. One kind, and one row, for both: the client must not learn which it was.";
    SignInFailed = "sign_in_failed" { right: bool },
        "A sign-in failed where the address must be proven first; `right` says that only the proof was missing. Like the kind above it, for every address.";
    ResetPassword = "reset_password", "A link to choose a new password.";
    ChoosePassword = "choose_password" { first: bool },
        "A link to choose the password of an account that an operator has made (`first`), or whose password one has taken away.";
    ConfirmNewEmail = "confirm_new_email" { user_id: UserId, email: String, asked_with: String },
        "To the new address: a link to confirm it. `email` is the address as it was written, `asked_with` changes with the password.";
    EmailChanged = "email_changed" { new: String }, "To the old address: it was replaced.";
    Invitation = "invitation" { invitation_id: InvitationId }, "A link to join an organisation.";
    NewDevice = "new_device" { device: String, address: String, time: String },
        "There was a sign-in on a device that was not seen before.";
    PasswordChanged = "password_changed", "The password was replaced.";
    UsernameChanged = "username_changed" { username: Option<String> },
        "The username was replaced, given or taken away.";
    PasswordGuesses = "password_guesses",
        "Wrong passwords have used up the account's budget: a link that lets the owner in.";
    KeyCreated = "key_created" { actor: String, key: String, organisation: String },
        "To the admins: there is another API key.";
    RefreshTheft = "refresh_theft" { device: String }, "A refresh token was used twice: the session was ended.";
    RaisedToAdmin = "raised_to_admin" { organisation: String }, "The recipient is an admin now.";
    NewAdmin = "new_admin" { members: Vec<String>, organisation: String }, "To the admins: there are others.";
    KeysLeftBehind = "keys_left_behind" { member: String, organisation: String, keys: Vec<String> },
        "To the admins: a member is gone whose keys go on.";
    IdentityLinked = "identity_linked" { issuer: String },
        "Another issuer's user signs in to the account from now on.";
    IdentityUnlinked = "identity_unlinked" { issuer: String },
        "Another issuer's user does not sign in to the account any more.";
    AccountDeleted = "account_deleted", "To the former address: the account is gone.";
}

impl Mail {
    /// The columns `kind` and `data` of its row.
    fn to_columns(&self) -> Result<(&'static str, Value), Error> {
        let mut data = serde_json::to_value(self).map_err(Error::internal)?;
        if let Some(members) = data.as_object_mut() {
            members.remove("kind");
        }
        Ok((self.kind().as_str(), data))
    }
}

impl TryFrom<&mail::Model> for Mail {
    type Error = Unreadable;

    fn try_from(row: &mail::Model) -> Result<Self, Unreadable> {
        let mut members: Map<_, _> = row.data.as_object().cloned().unwrap_or_default();
        members.insert("kind".to_owned(), json!(row.kind));
        serde_json::from_value(members.into()).map_err(Unreadable)
    }
}

/// Why a row is no [`Mail`]: another version of Oskar has written it.
#[derive(Debug)]
pub struct Unreadable(serde_json::Error);

impl fmt::Display for Unreadable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "this version of Oskar cannot read the mail, another one has written it: {}", self.0)
    }
}

/// Writes down a mail.
pub async fn enqueue(write: &Write<'_>, recipient: &str, mail: Mail) -> Result<MailId, Error> {
    insert(write, recipient, &mail, None, None).await
}

/// Writes down a mail for each active admin of an organisation.
pub async fn enqueue_for_admins(
    write: &Write<'_>,
    organisation: OrganisationId,
    mail: Mail,
) -> Result<(), Error> {
    for admin in active_admins(write, organisation).await? {
        insert(write, &admin.email, &mail, None, None).await?;
    }
    Ok(())
}

/// The admins of an organisation who are not disabled: all who hold `members:manage`.
pub(in crate::domain) async fn active_admins(
    write: &Write<'_>,
    organisation: OrganisationId,
) -> Result<Vec<user::Model>, Error> {
    let admins = membership::Entity::in_organisation(organisation)
        .filter(membership::COLUMN.role.is_in(Role::holding(Permission::MembersManage)))
        .find_also_related(user::Entity)
        .all(write)
        .await?;
    let admins = admins.into_iter().filter_map(|(_, user)| user);
    Ok(admins.filter(|user| user.disabled_at.is_none()).collect())
}

async fn insert(
    write: &Write<'_>,
    recipient: &str,
    mail: &Mail,
    requested_from: Option<String>,
    organisation: Option<OrganisationId>,
) -> Result<MailId, Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    let id = MailId::generate();
    let (kind, data) = mail.to_columns()?;
    delivery::enqueue(write, Channel::Mail, id.into()).await?;
    mail::ActiveModel {
        id: Set(id),
        kind: Set(kind.to_owned()),
        recipient: Set(recipient.to_owned()),
        data: Set(data),
        requested_from: Set(requested_from),
        organisation_id: Set(organisation),
        created_at: Set(write.now),
    }
    .insert(write)
    .await?;
    Ok(id)
}

/// The mail of a claimed delivery. If a clock that was ahead has written it, it is brought back to now, or it would
/// count for the caps until then.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn of_delivery(write: &Write<'_>, id: DeliveryId) -> Result<mail::Model, Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    let found = mail::Entity::find_by_id(MailId::from(id)).one(write).await?;
    let found = found.ok_or(Error::NotFound)?;
    if found.created_at > write.now {
        mail::Entity::update_many()
            .col_expr(mail::Column::CreatedAt, Expr::value(write.now))
            .filter(mail::COLUMN.id.eq(found.id))
            .exec(write)
            .await?;
    }
    Ok(found)
}

/// The account of these addresses is being deleted: what waits for it, links above all, is not sent any more. Invitations
/// are for the mailbox and not for the account. The rows stay for their time, or deleting an account would be a way
/// around the caps.
pub async fn drop_waiting(write: &Write<'_>, addresses: &[&str]) -> Result<(), Error> {
    let write = &write.without_event(NoEvent::Deliveries);
    let theirs = Query::select()
        .column(mail::Column::Id)
        .from(mail::Entity)
        .and_where(mail::COLUMN.recipient.is_in(addresses.iter().copied()))
        .and_where(mail::COLUMN.kind.ne(MailKind::Invitation.as_str()))
        .take();
    let dropped = delivery::drop_waiting(write, theirs).await?;
    mail::Entity::update_many()
        .col_expr(mail::Column::Data, Expr::value(json!({})))
        .filter(mail::COLUMN.id.is_in(dropped.into_iter().map(MailId::from)))
        .exec(write)
        .await?;
    Ok(())
}

/// Gives dead mails another day, all of them or one; how many.
pub async fn revive(write: &Write<'_>, one: Option<MailId>) -> Result<u64, Error> {
    delivery::revive(write, Channel::Mail, one.map(DeliveryId::from)).await
}
