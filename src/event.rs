//! What can happen: every event, once, with its name, what it happened to, and its data.
//!
//! `write.record(Event::KeyRevoked { … })` writes the row of the audit log, in the transaction of the change. The API
//! document lists the types, with a schema and an example of each; what reads an event (the log, mails, later webhooks)
//! reads it from here.
//!
//! One rule for the data: `object` has what something that was made is, the new values of what was changed (members of
//! type [`Changed`], whose former values are in `previous` by the same names), what something that was deleted was last, and
//! what else there is to tell. Members are always there, and null where there is nothing; only `Option<Changed<…>>` and
//! [`ChangedNames`] are left out, if nothing changed. A type is `resource.past_participle`, one for each thing that can happen: what differs in
//! cause or extent says so in its data.
//!
//! To add one: a line in the table below, and the `record` in the function of `domain/` that does it.

mod check;
mod envelope;
mod facts;
mod member;
mod words;

pub use check::misfit;
pub use envelope::{ActorKind, Envelope, EventActor, EventData, EventRequest, EventTarget};
pub use member::{Changed, ChangedNames, ChangedSettings};
pub use words::{DeletionReason, Ended, SessionEnd, SessionScope, UnlockReason};

use serde_json::Value;
use utoipa::openapi::{RefOr, Schema, schema::ObjectBuilder, schema::Type};

use crate::clock::Timestamp;
use crate::id::{ApiKeyId, InvitationId, OrganisationId, SessionId, UserId};
use crate::permission::Role;
use facts::Fact;
use member::{Data, Member, Shape};
use words::Target;

/// What a caller did not have.
#[derive(Clone, Debug)]
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
            , { $($member:ident: $member_type:ty),* }
            , $doc:literal;
    )*) => {
        /// Something that happened: never a secret, and nothing that names people but `naming`.
        #[derive(Clone, Debug)]
        pub enum Event {
            $(#[doc = $doc] $variant {
                $($organisation: $organisation_type,)?
                $($target: $target_type,)?
                $($people: $people_type,)?
                $($member: $member_type,)*
            },)*
        }

        /// The type of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EventKind {
            $(#[doc = $doc] $variant,)*
        }

        impl EventKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// `resource.past_participle`: `type` in the log, and `action` in its table.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence for people.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// Whether it may be in the log of an organisation.
            pub const fn concerns_organisations(self) -> bool {
                match self { $(Self::$variant => events!(@has $($organisation)?),)* }
            }

            fn describe(self, shape: &mut Shape) {
                match self { $(Self::$variant => {
                    $(<$member_type as Member>::describe(stringify!($member), shape);)*
                })* }
            }

            fn organisation_schema(self) -> RefOr<Schema> {
                match self { $(Self::$variant => events!(@schema $($organisation_type)?),)* }
            }

            /// Of what types the target is, and what its id looks like.
            fn target_schema(self) -> Option<(&'static [&'static str], RefOr<Schema>)> {
                match self { $(Self::$variant => events!(@target_schema $($target_type)?),)* }
            }
        }

        impl Event {
            /// Of what type it is.
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

            /// Its data, as it is stored: `{object, previous}`.
            ///
            /// # Errors
            /// Those of serde, for data that is no JSON.
            pub fn data(&self) -> serde_json::Result<Value> {
                let mut data = Data::default();
                match self { $(Self::$variant { $($member,)* .. } => {
                    $(Member::put($member, stringify!($member), &mut data)?;)*
                })* }
                Ok(data.into_json())
            }

            fn example(kind: EventKind) -> Self {
                match kind { $(EventKind::$variant => Self::$variant {
                    $($organisation: Fact::sample("organisation"),)?
                    $($target: Fact::sample("target"),)?
                    $($people: Member::example("email"),)?
                    $($member: Member::example(stringify!($member)),)*
                },)* }
            }
        }
    };
    (@has) => { false };
    (@has $organisation:ident) => { true };
    (@organisation) => { None };
    (@organisation $organisation:ident) => { Option::from(*$organisation) };
    (@target) => { None };
    (@target $target:ident) => { Some(Target::id($target)) };
    (@people) => { Ok(None) };
    (@people $people:ident) => { serde_json::to_value($people).map(Some) };
    (@schema) => { ObjectBuilder::new().schema_type(Type::Null).into() };
    (@schema $type:ty) => { <$type as Fact>::described() };
    (@target_schema) => { None };
    (@target_schema $type:ty) => { Some((<$type as Target>::TYPES, <$type as Fact>::described())) };
}

impl EventKind {
    /// Whether events of this type stand for many of the same, and tell how many.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::SignInFailed | Self::AccessDenied)
    }
}

events! {
    // Accounts
    UserCreated = "user.created", to user: UserId,
        { operator: bool, imported: Option<&'static str> },
        "An account was made; `imported` names the algorithm of a password hash that came with it.";
    UserUpdated = "user.updated", to user: UserId,
        {
            name: Option<Changed<String>>,
            username: Option<Changed<Option<String>>>,
            external_id: Option<Changed<Option<String>>>,
            metadata_changed: ChangedNames
        },
        "Name, username, external id or metadata of an account changed, or it got the username of the registration. Of metadata the names are told.";
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
        { reason: UnlockReason },
        "Wrong guesses do not keep the owner out any more.";
    UserDisabled = "user.disabled", to user: UserId,
        { sessions_ended: u64 },
        "An account was disabled.";
    UserEnabled = "user.enabled", to user: UserId, {},
        "A disabled account may sign in again.";
    UserDeleted = "user.deleted", in organisation: Option<OrganisationId>, to user: UserId,
        {
            reason: DeletionReason,
            role: Option<Role>,
            registered_at: Option<Timestamp>,
            sessions_ended: Option<u64>,
            organisations: Option<Vec<OrganisationId>>
        },
        "An account was deleted: each of its organisations is told its `role` there; the account's own event has the rest.";
    IdentityLinked = "identity.linked", in organisation: Option<OrganisationId>, to user: UserId,
        { issuer: String, subject: Option<String> },
        "A user can sign in through an issuer from now on.";
    IdentityUnlinked = "identity.unlinked", in organisation: Option<OrganisationId>, to user: UserId,
        { issuer: String, sessions_ended: Option<u64> },
        "A user can no longer sign in through an issuer.";

    // Sessions
    SessionStarted = "session.started", in organisation: Option<OrganisationId>, to session: SessionId,
        { issuer: Option<String> },
        "A user signed in.";
    SessionRenewed = "session.renewed", in organisation: Option<OrganisationId>, to session: SessionId,
        { in_place_of: SessionId },
        "A session took the place of another after a new proof, password or address.";
    SessionEnded = "session.ended", in organisation: Option<OrganisationId>, to ended: Ended,
        { reason: SessionEnd, scope: SessionScope, sessions_ended: Option<u64>, most: Option<u64> },
        "One session, or more of a user, were ended: `scope` says where. `most` is how many a user may have, for `too_many`.";
    SessionRefreshReused = "session.refresh_reused", in organisation: Option<OrganisationId>, to session: SessionId,
        { presented: u32, current: i64 },
        "A refresh token was used twice, which looks like theft: the session was ended.";
    SignInFailed = "sign_in.failed", in organisation: Option<OrganisationId>, to user: UserId,
        { network: Option<String>, code: &'static str },
        "Sign-ins to an account failed; they are counted for a quarter of an hour.";

    // Organisations
    OrganisationCreated = "organisation.created", in organisation: OrganisationId, to target: OrganisationId,
        { name: String, slug: String, external_id: Option<String> },
        "An organisation was made.";
    OrganisationUpdated = "organisation.updated", in organisation: OrganisationId, to target: OrganisationId,
        {
            name: Option<Changed<String>>,
            slug: Option<Changed<String>>,
            external_id: Option<Changed<Option<String>>>,
            metadata_changed: ChangedNames
        },
        "Name, slug, external id or metadata of an organisation changed. Of metadata the names are told.";
    OrganisationDeleted = "organisation.deleted", in organisation: OrganisationId, to target: OrganisationId,
        { name: String, slug: String, external_id: Option<String> },
        "An organisation was deleted.";
    MemberAdded = "member.added", in organisation: OrganisationId, to user: UserId,
        { role: Role, imported: bool },
        "A user became a member.";
    MemberRoleChanged = "member.role_changed", in organisation: OrganisationId, to user: UserId,
        { role: Changed<Role> },
        "A member got another role.";
    MemberRemoved = "member.removed", in organisation: OrganisationId, to user: UserId,
        { role: Role },
        "A member was removed.";
    MemberLeft = "member.left", in organisation: OrganisationId, to user: UserId,
        { role: Role },
        "A member left.";
    InvitationCreated = "invitation.created", in organisation: OrganisationId, to invitation: InvitationId,
        { email: Option<String>, role: Role, replaced: u64 },
        "An address was invited; null once the account that accepted is deleted. `replaced` counts older invitations of it.";
    InvitationResent = "invitation.resent", in organisation: OrganisationId, to invitation: InvitationId,
        { invited_by: Option<Changed<Option<UserId>>> },
        "An invitation was sent again.";
    InvitationWithdrawn = "invitation.withdrawn", in organisation: OrganisationId, to invitation: InvitationId, {},
        "An invitation was withdrawn.";
    InvitationAccepted = "invitation.accepted", in organisation: OrganisationId, to invitation: InvitationId,
        { role: Role, invited_by: Option<UserId> },
        "An invitation was accepted.";
    KeyCreated = "key.created", in organisation: OrganisationId, to key: ApiKeyId,
        { name: String, environment: &'static str, role: Role, hint: String },
        "An API key was made.";
    KeyUpdated = "key.updated", in organisation: OrganisationId, to key: ApiKeyId,
        {
            name: Option<Changed<String>>,
            external_id: Option<Changed<Option<String>>>,
            metadata_changed: ChangedNames
        },
        "Name, external id or metadata of an API key changed. Of metadata the names are told.";
    KeyRotated = "key.rotated", in organisation: OrganisationId, to key: ApiKeyId,
        { hint: String, overlap_seconds: i64 },
        "An API key got a new secret.";
    KeyRevoked = "key.revoked", in organisation: OrganisationId, to key: ApiKeyId,
        { reason: Option<String> },
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
        { permission: Option<String>, role: Option<String>, method: Option<String> },
        "Somebody in the organisation did not have a permission or a role; denials are counted for a quarter of an hour.";

    // The installation
    SetupLinkIssued = "setup.link_issued", {},
        "A link to make the first administrator was issued.";
    SetupDone = "setup.done", to user: UserId, {},
        "The first administrator was made.";
    SettingsChanged = "settings.changed", { settings: ChangedSettings },
        "A server started with other settings than the one before.";
    SigningKeyCreated = "signing_key.created", to kid: String,
        { algorithm: &'static str, signs_from: Timestamp },
        "A key to sign access tokens with was made.";
    SigningKeyRotated = "signing_key.rotated", to kid: String,
        { algorithm: &'static str, signs_from: Timestamp, old_retires_at: Timestamp },
        "The key that signs access tokens gets a successor.";
    SigningKeysExported = "signing_key.exported", { kids: Vec<String> },
        "Shared keys were exported, with which tokens can be checked and signed.";
    MasterSecretReencrypted = "master_secret.reencrypted",
        { key_id: String, signing_keys: u64 },
        "Signing keys were encrypted under the current master secret.";
    MasterSecretRotated = "master_secret.rotated",
        { key_id: Changed<Option<String>> },
        "The current master secret is the one that the installation starts with from now on.";
}
