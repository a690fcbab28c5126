//! Our own records.

use chrono::DateTime;
use oskar::clock::Timestamp;
use oskar::domain::email::Email;
use oskar::domain::onboarding::import::ImportedUser;
use oskar::domain::values::display_name::DisplayName;
use oskar::domain::values::external_id::ExternalId;
use oskar::domain::values::slug::Slug;
use oskar::domain::values::username::Username;
use oskar::password::ImportedHash;
use oskar::permission::Role;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::record::{Account, Bad, Context, Said};
use super::values::to_microseconds;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ours {
    email: Email,
    name: Option<DisplayName>,
    username: Option<Username>,
    external_id: Option<ExternalId>,
    password_hash: Option<String>,
    organisation: Option<Slug>,
    role: Option<Role>,
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    disabled: bool,
    #[serde(default, deserialize_with = "time")]
    created_at: Option<Timestamp>,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let time = DateTime::parse_from_rfc3339(&text).ok().and_then(|time| to_microseconds(time.to_utc()));
    time.map(Some).ok_or_else(|| {
        D::Error::custom("this is not a time with its offset (RFC 3339), such as 2024-05-01T09:30:00Z")
    })
}

impl Account for Ours {
    fn said(self, _: &Context) -> Result<Said, Bad> {
        let place = match (self.organisation, self.role) {
            (Some(slug), role) => Some((slug, role.unwrap_or(Role::Member))),
            (None, None) => None,
            (None, Some(_)) => return Err(Bad::malformed("`role` needs an `organisation`")),
        };
        let user = ImportedUser {
            email: self.email,
            name: self.name,
            username: self.username,
            external_id: self.external_id,
            password_hash: hash(self.password_hash.as_deref())?,
            place,
            email_verified: self.email_verified,
            disabled: self.disabled,
            created_at: self.created_at,
        };
        Ok(Said { user, left_out: None })
    }
}

/// The password hash in a column. `None` if the column is empty, or begins with `!`: so Django marks accounts without a usable
/// password.
pub fn hash(text: Option<&str>) -> Result<Option<ImportedHash>, Bad> {
    let text = text.filter(|text| !text.starts_with('!'));
    Ok(text.map(ImportedHash::read).transpose()?)
}
