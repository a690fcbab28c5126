//! What may be done, and from which role on.
//!
//! Guards, the OpenAPI document, tokens, key scopes and the matrix test all read the one table below.
//! Products add permissions of their own by the `[permissions]` setting; a [`Catalogue`] holds both.
//!
//! To add one: a line in the table, a route in `api/mod.rs` that names it, and a look at the changed
//! snapshot `tests/it/snapshots/permissions.snap`.

use std::collections::BTreeSet;

use sea_orm::prelude::StringLen;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member is in an organisation. Each role may whatever the one before it may.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case", try_from = "String")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Role {
    /// Sees.
    Viewer,
    /// Works.
    Member,
    /// Decides.
    Admin,
}

impl Role {
    /// From the least to the most powerful.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Member, Self::Admin];

    /// As it is written in the API, in tokens and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

impl TryFrom<String> for Role {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no role: viewer, member or admin"))
    }
}

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

            /// The least role that has it.
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
    EventsRead     = "events:read",     Admin,  May,    "Read the audit log.";
    OrgUpdate      = "org:update",      Admin,  MayNot, "Change the organisation's name and slug.";
    OrgDelete      = "org:delete",      Admin,  MayNot, "Delete the organisation and all that it owns.";
    MembersManage  = "members:manage",  Admin,  MayNot, "Change roles and remove members.";
    InvitationsManage = "invitations:manage", Admin, MayNot, "Invite people, and see and withdraw invitations.";
    KeysManage     = "keys:manage",     Admin,  MayNot, "Create, rename, rotate and revoke API keys.";
    SessionsManage = "sessions:manage", Admin,  MayNot, "End the sessions of a member.";
}

/// One permission as everything but the guards sees it: built in, or the product's own.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `resource:action`.
    pub name: String,
    /// The least role that has it.
    pub minimum_role: Role,
    /// Whether API keys may use it.
    pub keys: Keys,
}

/// All permissions of this installation, built-in ones first.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<Entry>);

impl Default for Catalogue {
    /// The built-in permissions alone.
    fn default() -> Self {
        Self(
            Permission::ALL
                .iter()
                .map(|built_in| Entry {
                    name: built_in.as_str().to_owned(),
                    minimum_role: built_in.minimum_role(),
                    keys: built_in.keys(),
                })
                .collect(),
        )
    }
}

impl Catalogue {
    /// The built-in permissions and the product's own.
    ///
    /// # Errors
    /// What is wrong with a name, in a sentence.
    pub fn with_product(product: impl IntoIterator<Item = (String, Role)>) -> Result<Self, String> {
        let Self(mut entries) = Self::default();
        for (name, minimum_role) in product {
            if !is_well_formed(&name) {
                return Err(format!("`{name}` is no permission: write `resource:action` in lower case"));
            }
            if entries.iter().any(|entry| entry.name == name) {
                return Err(format!("`{name}` is Oskar's own permission and cannot be redefined"));
            }
            entries.push(Entry { name, minimum_role, keys: Keys::May });
        }
        Ok(Self(entries))
    }

    /// All of them, in a stable order.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The permission of that name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.name == name)
    }
}

fn is_well_formed(name: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part
                .chars()
                .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || "_-.".contains(char))
    };
    name.len() <= 64 && name.split_once(':').is_some_and(|(resource, action)| part(resource) && part(action))
}

/// What one principal holds in one organisation.
#[derive(Clone, Debug)]
pub struct Grants {
    role: Role,
    holder: Holder,
}

#[derive(Clone, Debug)]
enum Holder {
    User,
    Key { narrowed_to: Option<BTreeSet<String>> },
}

impl Grants {
    /// A member has all that the role has.
    pub fn of_member(role: Role) -> Self {
        Self { role, holder: Holder::User }
    }

    /// A key has what its role has and keys may, or the part of it that it was narrowed to.
    pub fn of_key(role: Role, narrowed_to: Option<BTreeSet<String>>) -> Self {
        Self { role, holder: Holder::Key { narrowed_to } }
    }

    /// The role, as far as it goes.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether that permission is held.
    pub fn permits(&self, entry: &Entry) -> bool {
        self.holds(&entry.name, entry.minimum_role, entry.keys)
    }

    /// Whether that built-in permission is held.
    pub fn permits_built_in(&self, permission: Permission) -> bool {
        self.holds(permission.as_str(), permission.minimum_role(), permission.keys())
    }

    fn holds(&self, name: &str, minimum_role: Role, keys: Keys) -> bool {
        self.role >= minimum_role
            && match &self.holder {
                Holder::User => true,
                Holder::Key { narrowed_to } => {
                    keys == Keys::May && narrowed_to.as_ref().is_none_or(|names| names.contains(name))
                }
            }
    }

    /// The names of all that is held.
    pub fn names<'a>(&self, catalogue: &'a Catalogue) -> Vec<&'a str> {
        catalogue.0.iter().filter(|entry| self.permits(entry)).map(|entry| entry.name.as_str()).collect()
    }
}
