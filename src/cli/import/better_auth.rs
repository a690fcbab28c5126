//! Better Auth: rows of its table `user` as JSON, each with the `password` of its row in `account`.

use serde::Deserialize;

use super::ours::hash;
use super::record::{Account, Bad, Context, Foreign, Said};
use super::values::{Flag, Id, Moment};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BetterAuth {
    id: Option<Id>,
    name: Option<String>,
    email: Option<String>,
    #[serde(alias = "email_verified")]
    email_verified: Option<Flag>,
    #[serde(alias = "created_at")]
    created_at: Option<Moment>,
    password: Option<String>,
    /// Of its plugins.
    username: Option<String>,
    banned: Option<Flag>,
}

impl Account for BetterAuth {
    fn said(self, _: &Context) -> Result<Said, Bad> {
        Foreign {
            email: self.email,
            name: self.name,
            username: self.username,
            external_id: self.id.map(|id| id.0),
            password_hash: hash(self.password.as_deref())?,
            email_verified: self.email_verified.is_some_and(|flag| flag.0),
            disabled: self.banned.is_some_and(|flag| flag.0),
            created_at: self.created_at.map(|time| time.0),
        }
        .said()
    }
}
