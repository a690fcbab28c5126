//! Firebase: what `firebase auth:export users.json` writes.

use oskar::password::ImportedHash;
use serde::Deserialize;

use super::record::{Account, Bad, Context, Foreign, Said};
use super::values::Moment;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Firebase {
    local_id: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    password_hash: Option<String>,
    salt: Option<String>,
    display_name: Option<String>,
    created_at: Option<Moment>,
    disabled: Option<bool>,
}

impl Account for Firebase {
    fn said(self, context: &Context) -> Result<Said, Bad> {
        let hash = self.password_hash.filter(|hash| !hash.is_empty());
        let password_hash = match (hash, &context.firebase) {
            (None, _) => None,
            (Some(hash), Some(parameters)) => {
                let salt = self.salt.unwrap_or_default();
                Some(ImportedHash::of_firebase(parameters, &salt, &hash)?)
            }
            (Some(_), None) => {
                let reason = "the hash needs the project's parameters: --firebase-parameters FILE".to_owned();
                return Err(Bad { code: "unusable_hash", reason });
            }
        };
        Foreign {
            email: self.email,
            name: self.display_name,
            username: None,
            external_id: self.local_id,
            password_hash,
            email_verified: self.email_verified == Some(true),
            disabled: self.disabled == Some(true),
            created_at: self.created_at.map(|time| time.0),
        }
        .said()
    }
}
