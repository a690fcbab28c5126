//! Django: what `manage.py dumpdata auth.user` writes, also of user models of one's own that have the same fields.

use serde::Deserialize;

use super::ours::hash;
use super::record::{Account, Bad, Context, Foreign, Said};
use super::values::{Id, Moment};

#[derive(Deserialize)]
pub struct Django {
    model: String,
    pk: Option<Id>,
    fields: Fields,
}

#[derive(Deserialize)]
struct Fields {
    email: Option<String>,
    password: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    is_active: Option<bool>,
    date_joined: Option<Moment>,
}

impl Account for Django {
    fn said(self, _: &Context) -> Result<Said, Bad> {
        let Fields { email, password, username, first_name, last_name, is_active, date_joined } = self.fields;
        let Some(password) = password else {
            return Err(Bad::malformed(format!("a `{}` has no `password`: it is no user", self.model)));
        };
        Foreign {
            email,
            name: Some(full_name(first_name, last_name)),
            username,
            external_id: self.pk.map(|id| id.0),
            password_hash: hash(Some(&password).filter(|text| !text.is_empty()).map(String::as_str))?,
            // Django knows nothing of it.
            email_verified: false,
            disabled: is_active == Some(false),
            created_at: date_joined.map(|time| time.0),
        }
        .said()
    }
}

pub fn full_name(first: Option<String>, last: Option<String>) -> String {
    [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
