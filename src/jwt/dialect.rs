//! The older APIs whose clients get tokens of their own.

use serde::{Deserialize, Serialize};

/// An older API that is turned on by name; its tokens carry it in the claim `compat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DialectName {
    Osmedeus,
    Core,
    Appliance,
    Assimetria,
    OneDb,
}

impl DialectName {
    /// The `iss` that its document fixes. `None`: it says nothing, and `iss` is this installation's own.
    pub const fn issuer(self) -> Option<&'static str> {
        match self {
            Self::Core => Some("datarhei-core"),
            Self::Osmedeus | Self::Appliance | Self::Assimetria | Self::OneDb => None,
        }
    }
}
