//! What may be done, and which role has it.
//!
//! Guards, the OpenAPI document, tokens, key scopes and the matrix test all read the one table below.
//! Products add permissions of their own by the `[permissions]` setting; a [`Catalogue`] holds both.
//!
//! A role is the name of a set of permissions, and [`Grants`] are such a set, resolved: whatever asks what a caller may
//! do, or may give to others, compares sets. Only `role.rs` knows that the built-in three come one after the other.
//!
//! To add one: a line in the table, a route in `api/mod.rs` that names it, and a look at the changed
//! snapshot `tests/it/snapshots/permissions.snap`.

mod catalogue;
mod grants;
mod role;

pub use catalogue::{Catalogue, Entry};
pub use grants::{Grants, PermissionSet};
pub use role::Role;

/// Whether an API key may be given a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    May,
    MayNot,
}

macro_rules! permissions {
    ($($variant:ident = $name:literal, $role:ident, $keys:ident, $doc:literal;)*) => {
        /// A permission that Oskar itself asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission {
            $(#[doc = $doc] $variant,)*
        }

        impl Permission {
            /// Every built-in permission.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// `resource:action`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The first of the built-in roles that has it.
            pub const fn minimum_role(self) -> Role {
                match self { $(Self::$variant => Role::$role,)* }
            }

            /// Whether API keys may use it.
            pub const fn keys(self) -> Keys {
                match self { $(Self::$variant => Keys::$keys,)* }
            }

            /// One sentence for people.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

permissions! {
    OrgRead        = "org:read",        Viewer, May,    "See the organisation's name and slug.";
    OrgLeave       = "org:leave",       Viewer, MayNot, "Leave the organisation.";
    MembersRead    = "members:read",    Viewer, May,    "List the members and their roles.";
    KeysRead       = "keys:read",       Member, May,    "List the API keys, masked.";
    CredentialsVerify = "credentials:verify", Member, May, "Verify credentials of the organisation that others present.";
    EventsRead     = "events:read",     Admin,  May,    "Read the audit log.";
    OrgUpdate      = "org:update",      Admin,  MayNot, "Change the organisation's name and slug.";
    OrgDelete      = "org:delete",      Admin,  MayNot, "Delete the organisation and all that it owns.";
    MembersManage  = "members:manage",  Admin,  MayNot, "Change roles and remove members.";
    InvitationsManage = "invitations:manage", Admin, MayNot, "Invite people, and see and withdraw invitations.";
    KeysManage     = "keys:manage",     Admin,  MayNot, "Create, rename, rotate and revoke API keys.";
    SessionsManage = "sessions:manage", Admin,  MayNot, "End the sessions of a member.";
}
