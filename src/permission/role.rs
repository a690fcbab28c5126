//! The built-in roles.

use sea_orm::prelude::StringLen;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Permission;

/// What a member is in an organisation. Each role may whatever the one before it may.
// The order belongs to this definition alone. Other code compares sets of permissions (`Catalogue::role`), not roles.
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
    /// Read-only.
    Viewer,
    /// Reads and writes the product's own resources.
    Member,
    /// Also manages members, keys and settings.
    Admin,
}

impl Role {
    /// From the least to the most powerful.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Member, Self::Admin];

    /// The definition of the three: each has what the one before it has. A permission says from which one on it is had.
    pub(super) fn has_from(self, minimum: Self) -> bool {
        self >= minimum
    }

    /// Whether a built-in permission is in the role.
    pub fn holds(self, permission: Permission) -> bool {
        self.has_from(permission.minimum_role())
    }

    /// The roles that a built-in permission is in.
    pub fn holding(permission: Permission) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| role.holds(permission))
    }

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
