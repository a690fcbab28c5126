//! What an issuer's token says, and whether it says it to us.

use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use super::TokenRefusal;
use super::kind::{self, Marks};
use crate::clock::Timestamp;
use crate::config::IdentityProvider;
use crate::domain::identities::ExternalIdentityClaims;
use crate::domain::session::authentication::Authentication;
use crate::domain::values::display_name::DisplayName;
use crate::jwt::{LEEWAY, NumericDate, Rejection};
use crate::step_up::StepUp;

/// OpenID Connect Core section 2.
const LONGEST_SUBJECT: usize = 255;
const LONGEST_ACR: usize = 200;
/// Another issuer vouched for the user. RFC 8176 has no value for it; this one is common.
const FEDERATED: &str = "fed";
/// Longer values of `amr` and more of them are left out, so that our tokens stay short enough for every client.
const LONGEST_METHOD: usize = 50;
const MOST_METHODS: usize = 8;
/// Tokens that are good for longer are remembered, and start sessions, as if they were good for this long.
const LONGEST_LIFETIME: TimeDelta = TimeDelta::days(36_500);

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
    /// Cognito and Apple write it as a text.
    email_verified: Option<Value>,
    name: Option<String>,
    /// Keycloak tells its kinds of tokens apart by it.
    typ: Option<String>,
    /// Logout tokens and security events have it.
    events: Option<Value>,
    /// Bound to a key that a client would have to prove (RFC 7800): it is no bearer token.
    cnf: Option<Value>,
    exp: NumericDate,
    auth_time: Option<Value>,
    acr: Option<Value>,
    amr: Option<Value>,
    #[serde(flatten)]
    marks: Marks,
}

/// A token that was checked, and what is known of it besides its claims.
pub struct Checked<'t> {
    /// The header's `typ`, as [`crate::jwt::claimed`] gives it.
    pub typ: Option<&'t str>,
    /// SHA-256 of what is signed.
    pub digest: [u8; 32],
    pub now: Timestamp,
}

impl Claims {
    /// From a payload whose signature and times were checked.
    pub fn read(payload: &[u8]) -> Result<Self, Rejection> {
        // A token without an audience was not issued to us.
        serde_json::from_slice(payload).map_err(|_| Rejection::BadClaims)
    }

    /// Whom the token is of, if it is for us and says all that the settings ask for.
    pub fn vouch(
        self,
        settings: &IdentityProvider,
        token: &Checked<'_>,
    ) -> Result<ExternalIdentityClaims, TokenRefusal> {
        let bearer = self.events.is_none() && self.cnf.is_none();
        if !bearer || !matches!(self.typ.as_deref(), None | Some("ID" | "Bearer" | "JWT")) {
            return Err(Rejection::WrongType.into());
        }
        self.check_audience(settings)?;
        kind::check(&self.marks, self.typ.as_deref(), self.client_id.is_some(), token.typ, settings)?;
        let printable = self.sub.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if self.sub.trim().is_empty() || self.sub.len() > LONGEST_SUBJECT || !printable {
            return Err(Rejection::BadClaims.into());
        }
        let authentication = self.authentication(settings, token.now)?;
        Ok(ExternalIdentityClaims {
            digest: token.digest,
            expires_at: self.expires_at(token.now),
            authentication,
            issuer: settings.issuer.clone(),
            subject: self.sub,
            email: self.email.into(),
            email_verified: self.email_verified.is_some_and(|said| said == true || said == "true"),
            name: self.name.as_deref().and_then(DisplayName::from_others),
        })
    }

    fn expires_at(&self, now: Timestamp) -> Timestamp {
        let latest = now + LONGEST_LIFETIME;
        let end = DateTime::from_timestamp(self.exp.seconds().saturating_add(LEEWAY), 0);
        end.map_or(latest, |end| Ord::min(end, latest))
    }

    /// When and how the user proved who they are. A token that does not say when may be the result of a sign-in of
    /// weeks ago: providers give out new ones without asking the user for anything.
    fn authentication(
        &self,
        settings: &IdentityProvider,
        now: Timestamp,
    ) -> Result<Authentication, TokenRefusal> {
        let at = self.auth_time.as_ref().and_then(|at| NumericDate::deserialize(at).ok());
        let at = at.and_then(|at| DateTime::from_timestamp(at.seconds(), 0));
        if at.is_some_and(|at| at > now + TimeDelta::seconds(LEEWAY)) {
            return Err(Rejection::NotYetValid.into());
        }
        let at = at.map(|at| Ord::min(at, now));
        let printable = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let acr = self.acr.as_ref().and_then(Value::as_str).filter(printable);
        let acr = acr.filter(|acr| acr.len() <= LONGEST_ACR);
        let too_old = settings.max_auth_age.filter(|age| at.is_none_or(|at| now >= at + *age));
        let too_weak =
            !settings.acr.is_empty() && !acr.is_some_and(|acr| settings.acr.iter().any(|one| one == acr));
        if too_old.is_some() || too_weak {
            let acr_values = if too_weak { settings.acr.clone() } else { Vec::new() };
            let max_age = too_old.map(|age| age.num_seconds());
            return Err(TokenRefusal::StepUp(StepUp::at_issuer(max_age, acr_values)));
        }
        let methods =
            self.amr.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let methods = methods.filter(printable).filter(|method| method.len() <= LONGEST_METHOD);
        let methods = methods.filter(|method| *method != FEDERATED).take(MOST_METHODS);
        Ok(Authentication {
            at,
            amr: std::iter::once(FEDERATED).chain(methods).collect::<Vec<_>>().join(" "),
            acr: acr.map(str::to_owned),
            issuer: Some(settings.issuer.clone()),
            session_ends_at: Some(self.expires_at(now) + settings.session_outlives),
        })
    }

    /// One of the audiences must be ours. A token that was issued to an unknown party is refused, also if it names us as
    /// well; one with several audiences must say to which party it was issued (`azp`).
    fn check_audience(&self, settings: &IdentityProvider) -> Result<(), Rejection> {
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
