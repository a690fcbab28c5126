//! Keycloak: what `kc.sh export` writes of a realm, or of its users alone.

use oskar::password::ImportedHash;
use serde::Deserialize;

use super::django::full_name;
use super::record::{Account, Bad, Context, Foreign, Said};
use super::values::Moment;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keycloak {
    id: Option<String>,
    username: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    enabled: Option<bool>,
    email_verified: Option<bool>,
    created_timestamp: Option<Moment>,
    service_account_client_id: Option<String>,
    credentials: Option<Vec<Credential>>,
}

#[derive(Deserialize)]
struct Credential {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "secretData")]
    secret: Option<String>,
    #[serde(rename = "credentialData")]
    made: Option<String>,
}

impl Account for Keycloak {
    fn said(self, _: &Context) -> Result<Said, Bad> {
        if self.service_account_client_id.is_some() {
            let reason = "this is the service account of a client: make it an API key".to_owned();
            return Err(Bad { code: "service_account", reason });
        }
        let credentials = self.credentials.unwrap_or_default();
        let password = credentials.iter().find(|credential| credential.kind.as_deref() == Some("password"));
        let password_hash = match password {
            None => None,
            Some(Credential { secret: Some(secret), made: Some(made), .. }) => {
                Some(ImportedHash::of_keycloak(secret, made)?)
            }
            Some(_) => {
                let reason = "the password has no `secretData` and `credentialData`: exports of the admin console \
                              and its API leave them out, `kc.sh export` does not";
                return Err(Bad { code: "unusable_hash", reason: reason.to_owned() });
            }
        };
        Foreign {
            email: self.email,
            name: Some(full_name(self.first_name, self.last_name)),
            username: self.username,
            external_id: self.id,
            password_hash,
            email_verified: self.email_verified == Some(true),
            disabled: self.enabled == Some(false),
            created_at: self.created_timestamp.map(|time| time.0),
        }
        .said()
    }
}
