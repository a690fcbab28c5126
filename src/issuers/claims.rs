//! What an issuer's token says, and whether it says it to us.

use serde::Deserialize;
use serde_json::Value;

use crate::config::Issuer;
use crate::domain::display_name::DisplayName;
use crate::domain::identities::Vouched;
use crate::jwt::Rejection;

/// OpenID Connect Core section 2.
const LONGEST_SUBJECT: usize = 255;

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The claims that count here. A claim that is there twice, or is of another type, is refused.
#[derive(Deserialize)]
pub struct Claims {
    sub: String,
    aud: Audience,
    azp: Option<String>,
    client_id: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
    name: Option<String>,
    /// Keycloak tells its kinds of tokens apart by it.
    typ: Option<String>,
    /// Logout tokens and security events have it.
    events: Option<Value>,
    /// Bound to a key that whoever presents it would have to prove (RFC 7800): it is no bearer token.
    cnf: Option<Value>,
}

impl Claims {
    /// From a payload whose signature and times were checked.
    pub fn read(payload: &[u8]) -> Result<Self, Rejection> {
        // Without an audience it is for anybody, and that is not us.
        serde_json::from_slice(payload).map_err(|_| Rejection::BadClaims)
    }

    /// Whom the token is of, if it is for us.
    pub fn vouch(self, settings: &Issuer) -> Result<Vouched, Rejection> {
        let bearer = self.events.is_none() && self.cnf.is_none();
        if !bearer || !matches!(self.typ.as_deref(), None | Some("ID" | "Bearer" | "JWT")) {
            return Err(Rejection::WrongType);
        }
        self.check_audience(settings)?;
        let printable = self.sub.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if self.sub.trim().is_empty() || self.sub.len() > LONGEST_SUBJECT || !printable {
            return Err(Rejection::BadClaims);
        }
        Ok(Vouched {
            issuer: settings.issuer.clone(),
            subject: self.sub,
            email: self.email.into(),
            email_verified: self.email_verified == Some(Value::Bool(true)),
            name: self.name.and_then(|name| DisplayName::try_from(name).ok()),
        })
    }

    /// One of the audiences is ours. A token that was issued to a party whom we do not know is for somebody else,
    /// whoever else it names; one with several audiences must say to whom it was issued.
    fn check_audience(&self, settings: &Issuer) -> Result<(), Rejection> {
        let ours = |audience: &String| settings.audience.contains(audience);
        let (for_us, several) = match &self.aud {
            Audience::One(one) => (ours(one), false),
            Audience::Several(all) => (all.iter().any(ours), all.len() > 1),
        };
        let known = |party: &String| ours(party) || settings.authorized_parties.contains(party);
        let party = match (&self.azp, &self.client_id) {
            (Some(azp), _) => known(azp),
            // RFC 9068 has no `azp`. Whom the issuer gives tokens for us is its affair, unless it was narrowed here.
            (None, Some(client)) if several || !settings.authorized_parties.is_empty() => known(client),
            (None, _) => !several,
        };
        if for_us && party { Ok(()) } else { Err(Rejection::WrongAudience) }
    }
}
