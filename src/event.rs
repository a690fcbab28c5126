//! What can happen: every event, once, with its name, what it happened to, and its data.
//!
//! `write.record(Event::KeyRevoked { … })` writes the row of the audit log, in the transaction of the change. The API
//! document lists the names; what reads an event (the log, mails, later webhooks) reads it from here.
//!
//! To add one: a line in the table below, and the `record` in the function of `domain/` that does it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::id::{ApiKeyId, InvitationId, OrganisationId, SessionId, UserId};
use crate::permission::Role;

/// A value that was changed.
#[derive(Clone, Debug, Serialize)]
pub struct Changed<T> {
    pub before: T,
    pub after: T,
}

/// What an organisation is called.
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationNames {
    pub name: String,
    pub slug: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

/// What users may change of themselves, if it was changed.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Profile {
    Name {
        name: String,
    },
    Username {
        username: Option<String>,
    },
    ExternalId {
        external_id: Option<String>,
    },
    /// Its names: the texts may name people.
    Metadata {
        metadata: Vec<String>,
    },
}

/// How an account was deleted.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Deletion {
    /// By the sweep: its address was not proven in time.
    Unproven { reason: &'static str, registered_at: Timestamp },
    /// By its owner or an operator: as the installation's log has it.
    Account { sessions_ended: u64, organisations: Vec<OrganisationId> },
    /// The same, as each of its organisations has it.
    Member { role: Role },
}

/// What a caller did not have.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    Permission(String),
    Role(String),
}

/// `Variant = "name", in ORGANISATION: TYPE, to TARGET: TYPE, naming PEOPLE: TYPE, { DATA }, "one line";` — organisation,
/// target and people only where there are any.
macro_rules! events {
    ($(
        $variant:ident = $name:literal
            $(, in $organisation:ident: $organisation_type:ty)?
            $(, to $target:ident: $target_type:ty)?
            $(, naming $people:ident: $people_type:ty)?
            , { $($(#[$attribute:meta])* $member:ident: $member_type:ty),* }
            , $doc:literal;
    )*) => {
        /// Something that happened. What is serialised is its data: never a secret, and nothing that names people.
        #[derive(Clone, Debug, Serialize)]
        #[serde(untagged)]
        pub enum Event {
            $(#[doc = $doc] $variant {
                $(#[serde(skip)] $organisation: $organisation_type,)?
                $(#[serde(skip)] $target: $target_type,)?
                $(#[serde(skip)] $people: $people_type,)?
                $($(#[$attribute])* $member: $member_type,)*
            },)*
        }

        /// The kind of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EventKind {
            $(#[doc = $doc] $variant,)*
        }

        impl EventKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// `resource.verb`: `action` in the audit log.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence for people.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }

        impl Event {
            /// What kind of event it is.
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$variant { .. } => EventKind::$variant,)* }
            }

            /// The organisation that it belongs to; `None` for what concerns an account or the installation.
            pub fn organisation(&self) -> Option<OrganisationId> {
                match self { $(Self::$variant { $($organisation,)? .. } => events!(@organisation $($organisation)?),)* }
            }

            /// The id of what it happened to.
            pub fn target(&self) -> Option<String> {
                match self { $(Self::$variant { $($target,)? .. } => events!(@target $($target)?),)* }
            }

            /// What names people, kept apart from the data so that it can be taken away while the event stays.
            ///
            /// # Errors
            /// Those of serde, for data that is no JSON.
            pub fn people(&self) -> serde_json::Result<Option<Value>> {
                match self { $(Self::$variant { $($people,)? .. } => events!(@people $($people)?),)* }
            }
        }
    };
    (@organisation) => { None };
    (@organisation $organisation:ident) => { Option::from(*$organisation) };
    (@target) => { None };
    (@target $target:ident) => { Some($target.to_string()) };
    (@people) => { Ok(None) };
    (@people $people:ident) => { serde_json::to_value($people).map(Some) };
}

events! {
    // Accounts
    UserCreated = "user.created", to user: UserId,
        { operator: bool, #[serde(skip_serializing_if = "Option::is_none")] imported: Option<&'static str> },
        "An account was made; `imported` names the algorithm of a password hash that came with it.";
    UserUpdated = "user.updated", to user: UserId,
        { #[serde(flatten)] changed: Changed<Profile> },
        "The name of a user changed, the external id, or metadata (its names before and after); or the username that was asked for at the registration was given.";
    UserUsernameChanged = "user.username_changed", to user: UserId,
        { #[serde(flatten)] changed: Changed<Option<String>> },
        "The username changed.";
    UserEmailVerified = "user.email_verified", to user: UserId, {},
        "The address of an account was proven.";
    UserEmailChangeRequested = "user.email_change_requested", to user: UserId, {},
        "A user asked for another address; nothing has changed yet.";
    UserEmailChanged = "user.email_changed", to user: UserId, naming addresses: Changed<String>,
        { sessions_ended: u64 },
        "The address of an account changed.";
    UserPasswordChanged = "user.password_changed", to user: UserId,
        { sessions_ended: u64 },
        "A user changed the password, knowing the one before.";
    UserPasswordReset = "user.password_reset", to user: UserId,
        { sessions_ended: u64 },
        "A password was set by a link or by an operator, or taken away.";
    UserPasswordChangeRequired = "user.password_change_required", to user: UserId, {},
        "The password was set by an operator: its owner has to change it.";
    UserPasswordLinkIssued = "user.password_link_issued", to user: UserId,
        { mailed: bool },
        "An operator issued a link to choose a password.";
    UserUnlocked = "user.unlocked", to user: UserId,
        { #[serde(skip_serializing_if = "Option::is_none")] by: Option<&'static str> },
        "Wrong guesses do not keep the owner out any more: by an operator, or `by` the link in a mail.";
    UserDisabled = "user.disabled", to user: UserId,
        { sessions_ended: u64 },
        "An account was disabled.";
    UserEnabled = "user.enabled", to user: UserId, {},
        "A disabled account may sign in again.";
    UserDeleted = "user.deleted", in organisation: Option<OrganisationId>, to user: UserId,
        { #[serde(flatten)] how: Deletion },
        "An account was deleted.";
    IdentityLinked = "identity.linked", in organisation: Option<OrganisationId>, to user: UserId,
        { issuer: String, #[serde(skip_serializing_if = "Option::is_none")] subject: Option<String> },
        "A user can sign in through an issuer from now on.";
    IdentityUnlinked = "identity.unlinked", in organisation: Option<OrganisationId>, to user: UserId,
        { issuer: String, #[serde(skip_serializing_if = "Option::is_none")] sessions_ended: Option<u64> },
        "A user can no longer sign in through an issuer.";

    // Sessions
    SessionStarted = "session.started", in organisation: Option<OrganisationId>, to session: SessionId,
        { #[serde(skip_serializing_if = "Option::is_none")] issuer: Option<String> },
        "A user signed in.";
    SessionRenewed = "session.renewed", in organisation: Option<OrganisationId>, to session: SessionId,
        { in_place_of: SessionId },
        "A session took the place of another after a new proof, password or address.";
    SessionReplaced = "session.replaced", in organisation: Option<OrganisationId>, to session: SessionId, {},
        "A session ended because the same browser signed in again.";
    SessionEnded = "session.ended", in organisation: Option<OrganisationId>, to session: SessionId,
        { #[serde(skip_serializing_if = "Option::is_none")] too_many: Option<u64> },
        "A session was ended; `too_many`: because the user has no room for more.";
    SessionRefreshReused = "session.refresh_reused", in organisation: Option<OrganisationId>, to session: SessionId,
        { presented: u32, current: i64 },
        "A refresh token was used twice, which looks like theft: the session was ended.";
    SessionsEnded = "sessions.ended", to user: UserId,
        { sessions_ended: u64 },
        "A user's sessions were ended, all or all others.";
    SignInFailed = "sign_in.failed", in organisation: Option<OrganisationId>, to user: UserId,
        { network: Option<String>, code: &'static str },
        "Sign-ins to an account failed; they are counted for a quarter of an hour.";

    // Organisations
    OrganisationCreated = "organisation.created", in organisation: OrganisationId, to target: OrganisationId,
        { #[serde(flatten)] names: OrganisationNames },
        "An organisation was made.";
    OrganisationUpdated = "organisation.updated", in organisation: OrganisationId, to target: OrganisationId,
        {
            #[serde(flatten)] changed: Changed<OrganisationNames>,
            #[serde(skip_serializing_if = "Vec::is_empty")] metadata: Vec<String>
        },
        "Name, slug or external id of an organisation changed, or the `metadata` of these names.";
    OrganisationDeleted = "organisation.deleted", in organisation: OrganisationId, to target: OrganisationId,
        { #[serde(flatten)] names: OrganisationNames },
        "An organisation was deleted.";
    MemberAdded = "member.added", in organisation: OrganisationId, to user: UserId,
        { role: Role, #[serde(skip_serializing_if = "std::ops::Not::not")] imported: bool },
        "A user became a member.";
    MemberRoleChanged = "member.role_changed", in organisation: OrganisationId, to user: UserId,
        { #[serde(flatten)] changed: Changed<Role> },
        "A member got another role.";
    MemberRemoved = "member.removed", in organisation: OrganisationId, to user: UserId,
        { role: Role },
        "A member was removed.";
    MemberLeft = "member.left", in organisation: OrganisationId, to user: UserId,
        { role: Role },
        "A member left.";
    MemberSessionsEnded = "member.sessions_ended", in organisation: OrganisationId, to user: UserId, {},
        "An admin ended a member's sessions in this organisation.";
    InvitationCreated = "invitation.created", in organisation: OrganisationId, to invitation: InvitationId,
        { email: String, role: Role, replaced: u64 },
        "An address was invited.";
    InvitationResent = "invitation.resent", in organisation: OrganisationId, to invitation: InvitationId,
        { #[serde(skip_serializing_if = "Option::is_none")] invited_by: Option<Changed<Option<UserId>>> },
        "An invitation was sent again.";
    InvitationWithdrawn = "invitation.withdrawn", in organisation: OrganisationId, to invitation: InvitationId, {},
        "An invitation was withdrawn.";
    InvitationAccepted = "invitation.accepted", in organisation: OrganisationId, to invitation: InvitationId,
        { role: Role, invited_by: Option<UserId> },
        "An invitation was accepted.";
    KeyCreated = "key.created", in organisation: OrganisationId, to key: ApiKeyId,
        { name: String, environment: &'static str, role: Role, hint: String },
        "An API key was made.";
    KeyRenamed = "key.renamed", in organisation: OrganisationId, to key: ApiKeyId,
        { #[serde(flatten)] changed: Changed<String> },
        "An API key got another name.";
    KeyUpdated = "key.updated", in organisation: OrganisationId, to key: ApiKeyId,
        {
            #[serde(skip_serializing_if = "Option::is_none")] external_id: Option<Changed<Option<String>>>,
            #[serde(skip_serializing_if = "Vec::is_empty")] metadata: Vec<String>
        },
        "The external id of an API key changed, or the `metadata` of these names.";
    KeyRotated = "key.rotated", in organisation: OrganisationId, to key: ApiKeyId,
        { hint: String, overlap_seconds: i64 },
        "An API key got a new secret.";
    KeyRevoked = "key.revoked", in organisation: OrganisationId, to key: ApiKeyId,
        { #[serde(skip_serializing_if = "Option::is_none")] reason: Option<String> },
        "An API key was revoked.";
    KeyDeleted = "key.deleted", in organisation: OrganisationId, to key: ApiKeyId,
        {
            name: String,
            created_by: Option<UserId>,
            revoked_at: Option<Timestamp>,
            expires_at: Option<Timestamp>,
            last_used_at: Option<Timestamp>
        },
        "A key that had ended long before was deleted.";
    AccessDenied = "access.denied", in organisation: OrganisationId,
        { #[serde(flatten)] wanted: Wanted, #[serde(skip_serializing_if = "Option::is_none")] method: Option<String> },
        "Somebody in the organisation did not have a permission or a role; denials are counted for a quarter of an hour.";

    // The installation
    SetupLinkIssued = "setup.link_issued", {},
        "A link to make the first administrator was issued.";
    SetupDone = "setup.done", to user: UserId, {},
        "The first administrator was made.";
    SettingsChanged = "settings.changed", { #[serde(flatten)] settings: BTreeMap<String, Value> },
        "A server started with other settings than the one before.";
    SigningKeyCreated = "signing_key.created", to kid: String,
        { algorithm: &'static str, signs_from: Timestamp },
        "A key to sign access tokens with was made.";
    SigningKeyRotated = "signing_key.rotated", to kid: String,
        { algorithm: &'static str, signs_from: Timestamp, old_retires_at: Timestamp },
        "The key that signs access tokens gets a successor.";
    SigningKeysExported = "signing_keys.exported", { kids: Vec<String> },
        "Shared keys were exported, with which tokens can be checked and signed.";
    MasterSecretReencrypted = "master_secret.reencrypted",
        { key_id: String, signing_keys: usize },
        "Signing keys were encrypted under the current master secret.";
    MasterSecretRotated = "master_secret.rotated",
        { #[serde(flatten)] key_ids: Changed<Option<String>> },
        "The current master secret is the one that the installation starts with from now on.";
}
