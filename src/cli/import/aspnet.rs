//! ASP.NET Core Identity: rows of its table `AspNetUsers` as JSON.

use serde::Deserialize;

use super::ours::hash;
use super::record::{Account, Bad, Context, Foreign, Said};
use super::values::{Flag, Id, Moment};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AspNet {
    id: Option<Id>,
    user_name: Option<String>,
    email: Option<String>,
    email_confirmed: Option<Flag>,
    password_hash: Option<String>,
    lockout_enabled: Option<Flag>,
    lockout_end: Option<Moment>,
}

impl Account for AspNet {
    fn said(self, context: &Context) -> Result<Said, Bad> {
        let may_be_locked = self.lockout_enabled.is_none_or(|flag| flag.0);
        let is_locked = self.lockout_end.is_some_and(|end| end.0 > context.now);
        Foreign {
            email: self.email,
            name: None,
            username: self.user_name,
            external_id: self.id.map(|id| id.0),
            password_hash: hash(self.password_hash.as_deref())?,
            email_verified: self.email_confirmed.is_some_and(|flag| flag.0),
            // Administrators lock accounts by a time far ahead: there is no other word for it.
            disabled: may_be_locked && is_locked,
            created_at: None,
        }
        .said()
    }
}
